import { effect, signal, untracked } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Inspection, Term } from 'unfold-rnn';
import { plainText } from 'unfold-rnn/diagram';
import { Inline } from '../controls/Formulas';
import { message } from '../i18n/messages';
import { guesses } from './analysis';
import { engine } from '../training/engine';
import { integer } from '../i18n/format';
import { currentPassage, inspector, pointAt, watchReading } from './inspector';
import { runGraph } from './graph';
import { type Line, type Stage, stagesOf } from './stepStages';
import { type Run, store } from '../app/store';
import { percent, signed } from './numbers';
import { said, shownAlone } from './symbols';
import { useInView } from './useInView';

const PACE = 1600;

/** Sums and inner states of a cell reach further than what is squashed. */
const full = ({ squashed }: Stage): number => (squashed ? 1 : 5);

/** The numbers of one moment: they stay while a step is being walked through, however the training goes on. */
const snapshot = signal<{
  run: Run;
  at: number;
  layer: number;
  seen: Inspection;
  terms: readonly Term[];
} | null>(null);
const stage = signal(0);
const playing = signal(false);

async function ask(): Promise<void> {
  const [model, run] = [engine.current, store.run.peek()];
  if (!model || !run || !inspector.seen.peek()) return;
  const [at, layer] = [inspector.at.peek(), inspector.layer.peek()];
  const held = snapshot.peek();
  if (stage.peek() > 0 && held?.run === run && held.at === at && held.layer === layer) return;
  const text = currentPassage();
  try {
    // Asked in one breath, so that no training comes between.
    const [seen, terms] = await Promise.all([model.inspect(text), model.preactivations(text, { at, layer })]);
    snapshot.value = { run, at, layer, seen, terms };
  } catch {
    // The model went, or the passage changed: what is read next asks again.
  }
}

function watch(): () => void {
  const stops = [
    watchReading(),
    effect(() => {
      void inspector.seen.value;
      void inspector.at.value;
      void inspector.layer.value;
      untracked(() => void ask());
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    playing.value = false;
  };
}

/** The stages of the chosen unit and character, once their terms have come. */
function stages(): Stage[] {
  const held = snapshot.value;
  const graph = runGraph.value?.graph;
  if (!held || !graph || held.run !== store.run.value) return [];
  const { at, layer: number, seen, terms } = held;
  const unit = Math.min(inspector.unit.value, seen.layers[number]!.units - 1);
  return stagesOf({ seen, terms, graph, at, number, unit });
}

/** One more than the stages of the cell: the last shows the guess. */
function turn(by: number, count: number): void {
  const next = stage.peek() + by;
  if (next > count) {
    const last = (inspector.seen.peek()?.tokens.length ?? 1) - 1;
    stage.value = 0;
    pointAt(inspector.at.peek() >= last ? 0 : inspector.at.peek() + 1);
  } else {
    stage.value = Math.max(0, next);
  }
}

function Gauge({ line: { name, worked, value }, full }: { line: Line; full: number }) {
  const share = Math.max(-1, Math.min(1, value / full));
  return (
    <li class={share < 0 ? 'gauge gauge-negative' : 'gauge'}>
      <span class="gauge-name">
        <Inline formula={name} />
      </span>
      <span class="gauge-worked">
        <Inline formula={worked} />
      </span>
      <span class="gauge-bar" aria-hidden="true" style={{ '--value': Math.abs(share).toFixed(3) }} />
      <b>{signed(value)}</b>
    </li>
  );
}

function Guess() {
  const { seen, at, run } = snapshot.value!;
  const { symbols } = run.info.vocabulary;
  return (
    <ol class="gauges">
      {guesses(seen, at).map(({ token, probability }) => (
        <li key={token} class="gauge">
          <span class="gauge-name">
            p(<span aria-hidden="true">{shownAlone(symbols[token]!)}</span>
            <span class="unseen">{said(symbols[token]!)}</span>)
          </span>
          <span class="gauge-worked" />
          <span class="gauge-bar" aria-hidden="true" style={{ '--value': probability.toFixed(3) }} />
          <b>{percent(probability)}</b>
        </li>
      ))}
    </ol>
  );
}

function Controls({ count }: { count: number }) {
  const words = message.look.step;
  const { at, layer, unit, seen } = inspector;
  const inspection = seen.value!;
  const hidden = inspection.layers[layer.value]!.units;
  const field = (label: string, value: number, most: number, onChoose: (value: number) => void) => (
    <label class="inline-field">
      <span>{label}</span>
      <input
        type="number"
        min={1}
        max={most}
        value={value + 1}
        onInput={(event) => {
          const next = Number(event.currentTarget.value);
          if (Number.isInteger(next) && next >= 1 && next <= most) onChoose(next - 1);
        }}
      />
    </label>
  );
  return (
    <div class="look-controls">
      <div class="step-buttons">
        <button type="button" onClick={() => turn(-1, count)} disabled={stage.value === 0}>
          {words.before}
        </button>
        <button type="button" class="primary" onClick={() => turn(1, count)}>
          {words.next}
        </button>
        <button type="button" aria-pressed={playing.value} onClick={() => (playing.value = !playing.value)}>
          {playing.value ? words.pause : words.play}
        </button>
      </div>
      {inspection.layers.length > 1 &&
        field(message.look.reading.layer, layer.value, inspection.layers.length, (next) => {
          layer.value = next;
          unit.value = Math.min(unit.value, inspection.layers[next]!.units - 1);
        })}
      {field(words.unit, unit.value, hidden, (next) => (unit.value = next))}
      {field(words.character, at.value, inspection.tokens.length, (next) => pointAt(next))}
    </div>
  );
}

/** The characters around the one that is read. */
function Around() {
  const { seen, at } = inspector;
  const symbols = seen.value!.symbols;
  const t = at.value;
  return (
    <p class="step-around" dir="auto">
      <span>
        {symbols
          .slice(Math.max(0, t - 24), t)
          .map(shownAlone)
          .join('')}
      </span>
      <mark>{shownAlone(symbols[t]!)}</mark>
      <span class="unseen">{message.look.step.where(said(symbols[t]!), integer(t + 1))}</span>
    </p>
  );
}

const titleOf = ({ name, of }: Stage): string => message.look.step.stages[name](of);

export function StepPanel() {
  const element = useInView<HTMLDivElement>(watch);
  const all = stages();
  const count = all.length;
  const words = message.look.step;
  useEffect(() => {
    if (!playing.value || count === 0) return;
    const timer = setInterval(() => turn(1, count), PACE);
    return () => clearInterval(timer);
  }, [playing.value, count]);
  return (
    <div ref={element} class="step-look">
      <p class="look-about">{words.about}</p>
      {inspector.seen.value && (
        <>
          <Controls count={count} />
          <Around />
          <ol class="stages" data-stages={count}>
            {[...all.map(titleOf), ...(count > 0 ? [words.guess] : [])].map((title, at) => (
              <li
                key={at}
                class={at <= stage.value ? 'stage' : 'stage stage-waits'}
                aria-current={at === stage.value ? 'step' : undefined}
              >
                <h3>{title}</h3>
                {at <= stage.value &&
                  (at === count ? (
                    <Guess />
                  ) : (
                    <ul class="gauges">
                      {all[at]!.lines.map((line) => (
                        <Gauge key={plainText(line.name)} line={line} full={full(all[at]!)} />
                      ))}
                    </ul>
                  ))}
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}
