import { useState } from 'preact/hooks';
import { message } from '../i18n/messages';
import { LIMITS, type NumberName } from '../settings/settings';
import { set, store } from '../app/store';
import { describedBy } from '../help/helpTarget';
import { Field } from './Field';
import { previousValue } from './previousValue';

interface Props {
  name: NumberName;
  step?: number;
  /** Takes decimals too. */
  fraction?: boolean;
  /** What no number, or 0, means: shown in its place. */
  zero?: string;
  /** Another name than the setting's, and a narrower range. */
  label?: string;
  range?: readonly [number, number];
}

/** A number that takes effect when it is complete and in range; until then it says what is. */
export function NumberField({ name, step = 1, fraction = false, zero, label, range: limits }: Props) {
  const [low, high] = limits ?? LIMITS[name];
  const [draft, setDraft] = useState<string | null>(null);
  const value = store.settings.value[name];
  const id = `set-${name}`;
  const wrong = draft !== null;
  const range = wrong ? message.network.range(low, high) : undefined;

  const onInput = (event: InputEvent & { currentTarget: HTMLInputElement }) => {
    const written = event.currentTarget.value;
    const next = Number(written);
    const within = (fraction || Number.isInteger(next)) && next >= low && next <= high;
    const good = written.trim() === '' ? zero !== undefined : within;
    setDraft(good ? null : written);
    if (good) set(name, next);
  };

  return (
    <Field id={id} label={label ?? message.settings[name]} hint={range} was={previousValue(name)}>
      <input
        id={id}
        type="number"
        inputMode={fraction ? 'decimal' : 'numeric'}
        min={low}
        max={high}
        step={fraction ? 'any' : step}
        placeholder={zero}
        value={draft ?? (zero !== undefined && value === 0 ? '' : value)}
        aria-invalid={wrong}
        aria-describedby={describedBy(name, range && `${id}-hint`)}
        onInput={onInput}
        onBlur={() => setDraft(null)}
      />
    </Field>
  );
}
