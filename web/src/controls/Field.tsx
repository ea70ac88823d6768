import type { ComponentChildren } from 'preact';
import { message } from '../i18n/messages';

interface Props {
  id: string;
  label: string;
  hint?: string | undefined;
  /** What a waiting change replaces. */
  was?: string | undefined;
  value?: ComponentChildren;
  children: ComponentChildren;
}

/** A label with its control; `value` stands at the end of the label's line. */
export function Field({ id, label, hint, was, value, children }: Props) {
  return (
    <div class="field">
      <div class="field-head">
        <label for={id}>{label}</label>
        {hint && (
          <span class="field-hint" id={`${id}-hint`}>
            {hint}
          </span>
        )}
        {!hint && was && (
          <span class="field-hint field-was">
            <span class="unseen">{message.apply.was} </span>
            <s>{was}</s>
          </span>
        )}
        {value !== undefined && (
          <output class="field-value" for={id}>
            {value}
          </output>
        )}
      </div>
      {children}
    </div>
  );
}
