import { Slider } from '../controls/Slider';
import { message } from '../messages';
import { decimals, twoDigits } from '../state/format';

const orOff = (digits: 1 | 2) => (value: number) =>
  value === 0 ? message.live.off : decimals(value, digits);

export function LivePanel() {
  return (
    <section class="group" aria-labelledby="live-title">
      <div class="group-head">
        <h2 id="live-title">{message.live.title}</h2>
        <span class="group-note">{message.live.atOnce}</span>
      </div>
      <Slider name="learningRate" log step={100} show={twoDigits} />
      <Slider name="clip" step={0.5} max={20} show={orOff(1)} />
      <Slider name="dropout" step={0.05} show={orOff(2)} />
    </section>
  );
}
