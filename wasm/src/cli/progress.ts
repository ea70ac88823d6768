/** What a person sees of training: a bar in a terminal, now and then a line anywhere else. */
import type { Model, Progress, TaskConfig } from 'unfold-rnn';

/** Columns of the bar, in a narrow terminal and elsewhere. */
const BAR = { narrow: 10, wide: 24 };

/** Milliseconds between lines where there is no terminal. */
const PACE = 10_000;

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** "1 row", "2 rows". */
export const counted = (n: number, one: string) => `${n} ${one}${n === 1 ? '' : 's'}`;

export class ProgressLine {
  readonly #out = process.stderr;
  readonly #from: number;
  readonly #until: number;
  readonly #unit: Unit;
  #shown = 0;
  #validation = -1;

  /** @param until the step that ends the run; Infinity if none does */
  constructor(from: number, until: number, unit: Unit) {
    this.#from = from;
    this.#until = until;
    this.#unit = unit;
  }

  show(progress: Progress): void {
    if (this.#out.isTTY) {
      const columns = this.#out.columns ?? 80;
      const bar = columns < 100 ? BAR.narrow : BAR.wide;
      const line = describe(progress, this.#from, this.#until, this.#unit, bar).slice(0, columns - 1);
      this.#out.write(`\r${line}\x1b[K`);
      return;
    }
    const measured = progress.validationStep !== null && progress.validationStep !== this.#validation;
    if (!measured && !progress.done && performance.now() - this.#shown < PACE) return;
    this.#shown = performance.now();
    this.#validation = progress.validationStep ?? this.#validation;
    this.#out.write(`${describe(progress, this.#from, this.#until, this.#unit)}\n`);
  }

  /** Leaves the line as it is and goes on below. */
  end(): void {
    if (this.#out.isTTY) this.#out.write('\n');
  }
}

/** What a model reads: characters cost bits, tokens have a perplexity, examples of other tasks a loss of their own. */
export type Unit = 'char' | 'token' | 'example';

export function unitOf({ data, vocabulary }: Model['info']): Unit {
  if (data) return 'example';
  return vocabulary.unit === 'character' || vocabulary.unit === 'byte' ? 'char' : 'token';
}

export function describe(
  progress: Progress,
  from: number,
  until: number,
  unit: Unit,
  bar = BAR.wide,
): string {
  const { accuracy, validationAccuracy, validationLoss } = progress;
  const measure = (loss: number, share: number | null) =>
    unit === 'char'
      ? `${(loss / Math.LN2).toFixed(3)} bits`
      : unit === 'token'
        ? `perplexity ${figure(Math.exp(loss))}`
        : `${figure(loss)}${percent(share)}`;
  const share = Math.min(1, (progress.step - from) / (until - from));
  const full = Math.round(share * bar);
  const parts = [
    Number.isFinite(until) && `[${'#'.repeat(full)}${'-'.repeat(bar - full)}]`,
    `step ${progress.step}${Number.isFinite(until) ? `/${until}` : ''}`,
    `${unit === 'example' ? 'loss ' : ''}${measure(progress.loss, accuracy)}`,
    validationLoss !== null && `validation ${measure(validationLoss, validationAccuracy)}`,
    !progress.done && progress.secondsLeft !== null && `${duration(progress.secondsLeft)} left`,
    `${whole.format(progress.tokensPerSecond)} ${unit}${unit === 'char' ? '' : 's'}/s`,
  ];
  return parts.filter((part) => part !== false).join('  ');
}

/** All that is known of a loss, but of squares of large numbers four digits. */
export const exact = (loss: number) => (loss < 1e6 ? loss.toFixed(6) : figure(loss));

/** Four digits: losses of numbers have any size. */
export const figure = (loss: number) =>
  Math.abs(loss) < 1e5 ? String(Number(loss.toPrecision(4))) : loss.toExponential(2);

const percent = (share: number | null) => (share === null ? '' : ` (${(100 * share).toFixed(1)} % right)`);

/** Times the loss of the beginning, or of the trivial baseline if that is higher, from which a run diverges. */
const FAR = 3;
/** The same of a loss that may be negative: nats above it. */
const FAR_NATS = 5;

/** Notices a run whose loss grows beyond what any start has. */
export class Divergence {
  readonly #trivial: number;
  readonly #nats: boolean;
  #reference = 0;
  #loss = 0;
  #noticed = false;
  /** Whether the newest loss is that high. */
  under = false;

  constructor({ info }: Model) {
    this.#trivial = info.data?.trivialLoss ?? Math.log(info.vocabulary.size);
    this.#nats = (Object(info.config.task) as TaskConfig).loss === 'gaussian';
  }

  /** Whether it is so for the first time. */
  begins({ losses, loss }: Progress): boolean {
    this.#reference ||= Math.max(losses[0] ?? loss, this.#trivial);
    this.#loss = loss;
    this.under = loss > (this.#nats ? this.#reference + FAR_NATS : FAR * this.#reference);
    const first = this.under && !this.#noticed;
    this.#noticed ||= this.under;
    return first;
  }

  get sentence(): string {
    const above = this.#nats
      ? `${figure(this.#loss - this.#reference)} above`
      : `${figure(this.#loss / this.#reference)} times`;
    const figures = `the loss is ${figure(this.#loss)}, ${above} that of the start`;
    return `The training diverges: ${figures}. Try a lower --learning-rate or --clip, with --fresh.`;
  }
}

export function duration(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  const pad = (n: number) => String(n).padStart(2, '0');
  return s < 3600
    ? `${Math.floor(s / 60)}:${pad(s % 60)}`
    : `${Math.floor(s / 3600)}:${pad(Math.floor((s % 3600) / 60))}:${pad(s % 60)}`;
}
