import { message } from '../i18n/messages';
import { LIMITS, type NumberName } from '../settings/settings';
import { set, store } from '../app/store';
import { describedBy } from '../help/helpTarget';
import { Field } from './Field';

interface Props {
  name: NumberName;
  /** Step of the value, or with `log` the number of stops. */
  step: number;
  log?: boolean;
  max?: number;
  show: (value: number) => string;
  /** The value in words, where digits alone would mislead. */
  spoken?: (value: number) => string;
  hint?: string;
}

/** Two significant digits: what a thumb can aim at, and a short link. */
const round = (value: number) => Number(value.toPrecision(2));

export function Slider({ name, step, log = false, max, show, spoken, hint }: Props) {
  const [low, limit] = LIMITS[name];
  const high = max ?? limit;
  const value = store.settings.value[name];
  const id = `set-${name}`;
  const span = Math.log(high / low);
  const [first, last] = log ? [0, step] : [low, high];
  const position = log ? Math.round((Math.log(value / low) / span) * step) : value;
  const at = Math.min(position, last);

  const onInput = (event: InputEvent & { currentTarget: HTMLInputElement }) => {
    const moved = Number(event.currentTarget.value);
    set(name, round(log ? low * Math.exp((moved / step) * span) : moved));
  };

  return (
    <Field id={id} label={message.settings[name]} hint={hint} value={show(value)}>
      <input
        id={id}
        type="range"
        min={first}
        max={last}
        step={log ? 1 : step}
        value={at}
        style={{ '--at': `${(100 * (at - first)) / (last - first)}%` }}
        aria-valuetext={spoken ? spoken(value) : show(value)}
        aria-describedby={describedBy(name)}
        onInput={onInput}
      />
    </Field>
  );
}
