import { useState } from 'preact/hooks';
import { message } from '../i18n/messages';
import { DESCRIPTORS, type NumberName } from '../settings/settings';
import type { NumberDescriptor } from '../settings/descriptor';
import { set, store } from '../app/store';
import { describedBy } from '../help/helpTarget';
import { Field } from './Field';
import { previousValue } from './previousValue';

interface Props {
  name: NumberName;
  /** What no number, or 0, means, another name, and a narrower range than the setting has by itself. */
  zero?: string;
  label?: string;
  range?: readonly [number, number];
}

const ZEROS = { off: message.live.off, sameWidth: message.more.sameWidth };

/** A number that takes effect when it is complete and in range; until then it says what is. */
export function NumberField({ name, zero: zeroOf, label, range: limits }: Props) {
  const descriptor: NumberDescriptor = DESCRIPTORS[name];
  const { step = 1 } = descriptor;
  const fraction = descriptor.kind === 'fraction';
  const zero = zeroOf ?? (descriptor.zero && ZEROS[descriptor.zero]);
  const [low, high] = limits ?? descriptor.range;
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
