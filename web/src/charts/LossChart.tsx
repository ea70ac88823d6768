import 'uplot/dist/uPlot.min.css';
import { message } from '../i18n/messages';
import { integer, lossText } from '../i18n/format';
import { store } from '../app/store';
import { baselines } from './guesses';
import { onPlotKey } from './plotKeys';
import { type Reading, usePlot } from './usePlot';

function describe(reading: Reading | null): string {
  const { step, loss, validation } = store.numbers.value;
  const at = reading ?? { step, training: loss, validation: validation?.value ?? null };
  if (at.training === null) return message.loss.empty;
  const second = at.validation === null ? null : lossText(at.validation);
  return message.loss.value(integer(at.step), lossText(at.training), second);
}

export function LossChart() {
  const { host, plot, reading } = usePlot();
  const { step } = store.numbers.value;
  return (
    <figure class="chart">
      <div
        ref={host}
        class="chart-canvas"
        data-baselines={baselines()
          .map(({ label, value }) => `${label} ${lossText(value)}`)
          .join('; ')}
        role="slider"
        tabIndex={0}
        aria-label={message.loss.cursor}
        aria-valuemin={0}
        aria-valuemax={step}
        aria-valuenow={reading?.step ?? step}
        aria-valuetext={describe(reading)}
        onKeyDown={(event) => onPlotKey(plot.current, event)}
      />
      <figcaption class="legend">
        <span class="legend-training">{message.loss.training}</span>
        <span class="legend-validation">{message.loss.validation}</span>
        <span class="legend-reading">{describe(reading)}</span>
      </figcaption>
    </figure>
  );
}
