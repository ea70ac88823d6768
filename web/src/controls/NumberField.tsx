import { useState } from 'preact/hooks';
import { message } from '../messages';
import { LIMITS, type NumberName } from '../state/settings';
import { set, store } from '../state/store';
import { Field } from './Field';
import { was } from './was';

interface Props {
  name: NumberName;
  step?: number;
}

/** A whole number that takes effect when it is complete and in range; until then it says what is. */
export function NumberField({ name, step = 1 }: Props) {
  const [low, high] = LIMITS[name];
  const [draft, setDraft] = useState<string | null>(null);
  const value = store.settings.value[name];
  const id = `set-${name}`;
  const wrong = draft !== null;
  const range = wrong ? message.network.range(low, high) : undefined;

  const onInput = (event: InputEvent & { currentTarget: HTMLInputElement }) => {
    const written = event.currentTarget.value;
    const next = Number(written);
    const good = written.trim() !== '' && Number.isInteger(next) && next >= low && next <= high;
    setDraft(good ? null : written);
    if (good) set(name, next);
  };

  return (
    <Field id={id} label={message.settings[name]} hint={range} was={was(name)}>
      <input
        id={id}
        type="number"
        inputMode="numeric"
        min={low}
        max={high}
        step={step}
        value={draft ?? value}
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}-hint` : undefined}
        onInput={onInput}
        onBlur={() => setDraft(null)}
      />
    </Field>
  );
}
