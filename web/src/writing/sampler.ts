// The text on screen: asks the model for a sample, shows it at reading speed, waits a little and
// asks again while training goes on. The model writes faster than anyone reads, so a sample is
// drawn at once, from the weights of one moment, and only its appearance is paced.
import { readsText } from '../tasks';
import type { Model } from 'unfold-rnn';
import { engine } from '../training/engine';
import { nextFrame } from '../app/frame';
import { report } from '../app/notices';
import { store, type Run, type Sample } from '../app/store';

const LENGTH = 420;
/** A network that knows nothing yet is soon understood. */
const FIRST_LENGTH = 140;
const YOUNG = 40;
const CHARACTERS_PER_SECOND = 200;
const HOLD = 2000;
const MOST = 60;

const calm = matchMedia('(prefers-reduced-motion: reduce)');

class Sampler {
  private stop = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private sample: Sample | null = null;
  private points: string[] = [];
  private arrived = false;
  private shown = 0;
  private from = 0;
  private next = 1;
  private owner: Run | null = null;

  /** Starts a new sample now, with the present weights, temperature and beginning. */
  write(): void {
    this.cancel();
    const [model, run] = [engine.current, store.run.peek()];
    if (!model || !run || !readsText(run.settings)) return;
    this.owner = run;
    const { prompt } = store.settings.peek();
    this.sample = { id: this.next++, step: model.info.step, loss: run.series.latest, prompt, text: '' };
    void this.draw(model, model.info.step < YOUNG ? FIRST_LENGTH : LENGTH, this.stop.signal);
    nextFrame(this.reveal);
  }

  /** Goes on after a pause: the next sample comes when the present one has been read. */
  resume(): void {
    const reading = this.sample !== null && !(this.arrived && this.shown === this.points.length);
    if (!reading) this.write();
  }

  /** Gives up the sample on its way; what is on screen stays. */
  cancel(): void {
    clearTimeout(this.timer);
    this.stop.abort();
    this.stop = new AbortController();
    this.remember();
    this.sample = null;
    this.points = [];
    this.arrived = false;
    this.shown = 0;
    this.from = performance.now();
  }

  private async draw(model: Model, length: number, signal: AbortSignal): Promise<void> {
    const { temperature, prompt } = store.settings.peek();
    try {
      const pieces = model.sample({ prompt, temperature, length, signal });
      for await (const piece of pieces) {
        if (signal.aborted) return;
        this.points.push(...piece);
      }
      store.unknown.value = pieces.unknown;
      this.arrived = true;
    } catch (error) {
      if (!signal.aborted && engine.current === model) report(error);
      this.arrived = true;
    }
  }

  private readonly reveal = (): void => {
    const { sample } = this;
    if (!sample || this.owner !== store.run.peek()) return;
    const due = calm.matches
      ? Infinity
      : Math.floor(((performance.now() - this.from) * CHARACTERS_PER_SECOND) / 1000);
    const target = Math.min(due, this.points.length);
    if (target > this.shown) {
      sample.text += this.points.slice(this.shown, target).join('');
      this.shown = target;
      store.writing.value = { ...sample };
    }
    if (this.arrived && this.shown === this.points.length) this.finish();
    else nextFrame(this.reveal);
  };

  private finish(): void {
    this.timer = setTimeout(() => this.again(), HOLD);
  }

  private again(): void {
    if (document.hidden) document.addEventListener('visibilitychange', () => this.again(), { once: true });
    else if (store.phase.peek() === 'running') this.write();
  }

  /** Moves what was shown to the older samples, newest first. */
  private remember(): void {
    const { sample, owner } = this;
    if (!sample || !owner || sample.text.length === 0) return;
    const others = owner.samples.filter((older) => !begins(older, sample));
    if (others.some((older) => begins(sample, older))) return;
    owner.samples = thin([{ ...sample }, ...others]);
    if (owner === store.run.peek()) store.samples.value = owner.samples;
  }
}

/** Of two samples of the same weights, one is the beginning of the other: it was cut off by a wish for a new one. */
const begins = (one: Sample, other: Sample) =>
  one.step === other.step && one.prompt === other.prompt && other.text.startsWith(one.text);

/** Drops the sample whose neighbours are closest in proportion, so that early steps stay too. */
function thin(samples: Sample[]): Sample[] {
  if (samples.length <= MOST) return samples;
  let weakest = 1;
  let closest = Infinity;
  for (let at = 1; at < samples.length - 1; at++) {
    const ratio = (samples[at - 1]!.step + 1) / (samples[at + 1]!.step + 1);
    if (ratio < closest) [closest, weakest] = [ratio, at];
  }
  return samples.filter((_, at) => at !== weakest);
}

export const sampler = new Sampler();
