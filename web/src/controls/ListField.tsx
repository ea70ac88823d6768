import { useState } from 'preact/hooks';
import { message } from '../i18n/messages';
import { type ListName, parse } from '../settings/settings';
import { set, store } from '../app/store';
import { describedBy } from '../help/helpTarget';
import { Field } from './Field';
import { previousValue } from './previousValue';

/** Whole numbers with commas between; takes effect when it is complete and in range. */
export function ListField({ name }: { name: ListName }) {
  const [draft, setDraft] = useState<string | null>(null);
  const [wrong, setWrong] = useState(false);
  const id = `set-${name}`;
  const shown = store.settings.value[name].split(',').join(', ');

  const onInput = (event: InputEvent & { currentTarget: HTMLInputElement }) => {
    const written = event.currentTarget.value;
    const list = parse(name, written);
    setDraft(written);
    setWrong(list === undefined);
    if (list !== undefined) set(name, list);
  };

  return (
    <Field
      id={id}
      label={message.settings[name]}
      hint={wrong ? message.more.list : undefined}
      was={previousValue(name)}
    >
      <input
        id={id}
        type="text"
        inputMode="numeric"
        autocomplete="off"
        placeholder={message.more.none}
        value={draft ?? shown}
        aria-invalid={wrong}
        aria-describedby={describedBy(name, wrong && `${id}-hint`)}
        onInput={onInput}
        onBlur={() => {
          setDraft(null);
          setWrong(false);
        }}
      />
    </Field>
  );
}
