import { message } from '../i18n/messages';
import { DESCRIPTORS, type NumberName } from '../settings/settings';
import { decimals, twoDigits } from '../i18n/format';
import type { NumberDescriptor } from '../settings/descriptor';
import { set, store } from '../app/store';
import { describedBy } from '../help/helpTarget';
import { Field } from './Field';

interface Props {
  name: NumberName;
  /** The value as it is shown, where that is more than a number. */
  show?: (value: number) => string;
}

/** Two significant digits: what a thumb can aim at, and a short link. */
const round = (value: number) => Number(value.toPrecision(2));

function shown({ zero, slider }: NumberDescriptor, value: number): string {
  if (value === 0 && zero === 'off') return message.live.off;
  return slider?.digits ? decimals(value, slider.digits) : twoDigits(value);
}

export function Slider({ name, show }: Props) {
  const descriptor: NumberDescriptor = DESCRIPTORS[name];
  const { range, slider: { log, max } = {}, step = 1 } = descriptor;
  const [low, high] = [range[0], max ?? range[1]];
  const value = store.settings.value[name];
  const text = show ? show(value) : shown(descriptor, value);
  const id = `set-${name}`;
  const span = Math.log(high / low);
  const [first, last] = log ? [0, log] : [low, high];
  const position = log ? Math.round((Math.log(value / low) / span) * log) : value;
  const at = Math.min(position, last);

  const onInput = (event: InputEvent & { currentTarget: HTMLInputElement }) => {
    const moved = Number(event.currentTarget.value);
    set(name, round(log ? low * Math.exp((moved / log) * span) : moved));
  };

  return (
    <Field id={id} label={message.settings[name]} value={text}>
      <input
        id={id}
        type="range"
        min={first}
        max={last}
        step={log ? 1 : step}
        value={at}
        style={{ '--at': `${(100 * (at - first)) / (last - first)}%` }}
        aria-valuetext={text}
        aria-describedby={describedBy(name)}
        onInput={onInput}
      />
    </Field>
  );
}
