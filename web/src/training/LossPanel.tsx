import { useState } from 'preact/hooks';
import { guesses } from '../charts/guesses';
import { RunCurves } from '../charts/RunCurves';
import { LossChart } from '../charts/LossChart';
import { LossTable } from '../charts/LossTable';
import { LossTools } from '../charts/LossTools';
import { Segmented } from '../controls/Segmented';
import { message } from '../i18n/messages';
import { integer, lossText } from '../i18n/format';
import type { Scale } from '../settings/settings';
import { set, store } from '../app/store';
import { unitOf } from '../tasks';

/** Characters of a number that stand beside their unit at full size. */
const ROOMY = 5;

type View = 'chart' | 'more' | 'table';

const SCALES = Object.entries(message.loss.scales) as [Scale, string][];
const VIEWS: [View, string][] = [
  ['chart', message.loss.chart],
  ['more', message.loss.more],
  ['table', message.loss.table],
];

/** Steps after which a network that learns at all is better than guesses without a look at the input. */
const PATIENCE = 500;

/** Whether the loss is still where such guesses are: of a text, by how frequent each character is. */
function stuck(): boolean {
  const { step, loss } = store.numbers.value;
  const guess = guesses().slice(0, 2).at(-1)?.[1];
  if (loss === null || guess === undefined || step < PATIENCE) return false;
  return loss > (inNats() ? guess - 0.02 : 0.98 * guess);
}

/** Logarithms of a density have no zero to measure from: only their differences mean something. */
const inNats = () => unitOf(store.run.peek()?.settings ?? store.settings.peek()) === 'gaussian';

/** A loss this many times the weakest baseline, or nats above it, after these steps, comes from weights that have run away. */
const DIVERGING = { times: 2, nats: 5, after: 5 };

function diverging(): boolean {
  const { step, loss } = store.numbers.value;
  const weakest = Math.max(...guesses().map(([, value]) => value ?? 0));
  if (loss === null || step < DIVERGING.after) return false;
  return inNats() ? loss > weakest + DIVERGING.nats : weakest > 0 && loss > DIVERGING.times * weakest;
}

function Headline() {
  const { loss, validation } = store.numbers.value;
  const run = store.run.value;
  const shown = lossText(loss);
  const bytes = run?.info.vocabulary.unit === 'byte';
  const unit = bytes ? message.loss.unitByte : message.units[unitOf(run?.settings ?? store.settings.value)];
  return (
    <div class="headline">
      <p
        class={`headline-number${loss === null ? ' headline-empty' : shown.length > ROOMY ? ' headline-long' : ''}`}
      >
        {shown}
      </p>
      <div class="headline-text">
        <p>{unit}</p>
        <p class="headline-second">
          {message.loss.validation} <b>{lossText(validation?.value)}</b>
          {validation && <span> · {integer(validation.step)}</span>}
        </p>
        {(diverging() || stuck()) && (
          <p class="headline-second headline-stuck">
            {diverging() ? message.loss.diverging : message.loss.stuck}
          </p>
        )}
      </div>
    </div>
  );
}

export function LossPanel() {
  const [view, setView] = useState<View>('chart');
  return (
    <section class="loss" aria-labelledby="loss-title">
      <h2 id="loss-title" class="unseen">
        {message.loss.title}
      </h2>
      <Headline />
      <div class="loss-choices">
        <Segmented
          name="scale"
          label={message.loss.scale}
          value={store.settings.value.scale}
          choices={SCALES}
          onChoose={(scale) => set('scale', scale)}
        />
        <Segmented name="view" label={message.loss.show} value={view} choices={VIEWS} onChoose={setView} />
      </div>
      {view !== 'table' && <LossTools />}
      <div class="loss-figure">
        {view === 'chart' ? <LossChart /> : view === 'more' ? <RunCurves /> : <LossTable />}
      </div>
    </section>
  );
}
