/** What a person sees of training: a bar in a terminal, now and then a line anywhere else. */
import type { Progress } from 'unfold-rnn';

/** Columns of the bar, in a narrow terminal and elsewhere. */
const BAR = { narrow: 10, wide: 24 };

/** Milliseconds between lines where there is no terminal. */
const PACE = 10_000;

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export class ProgressLine {
  readonly #out = process.stderr;
  readonly #from: number;
  readonly #until: number;
  #shown = 0;
  #validation = -1;

  /** @param until the step that ends the run; Infinity if none does */
  constructor(from: number, until: number) {
    this.#from = from;
    this.#until = until;
  }

  show(progress: Progress): void {
    if (this.#out.isTTY) {
      const columns = this.#out.columns ?? 80;
      const bar = columns < 100 ? BAR.narrow : BAR.wide;
      const line = describe(progress, this.#from, this.#until, bar).slice(0, columns - 1);
      this.#out.write(`\r${line}\x1b[K`);
      return;
    }
    const measured = progress.validationStep !== null && progress.validationStep !== this.#validation;
    if (!measured && !progress.done && performance.now() - this.#shown < PACE) return;
    this.#shown = performance.now();
    this.#validation = progress.validationStep ?? this.#validation;
    this.#out.write(`${describe(progress, this.#from, this.#until)}\n`);
  }

  /** Leaves the line as it is and goes on below. */
  end(): void {
    if (this.#out.isTTY) this.#out.write('\n');
  }
}

export function describe(progress: Progress, from: number, until: number, bar = BAR.wide): string {
  const share = Math.min(1, (progress.step - from) / (until - from));
  const full = Math.round(share * bar);
  const parts = [
    Number.isFinite(until) && `[${'#'.repeat(full)}${'-'.repeat(bar - full)}]`,
    `step ${progress.step}${Number.isFinite(until) ? `/${until}` : ''}`,
    `${progress.bitsPerCharacter.toFixed(3)} bits`,
    progress.validationLoss !== null && `validation ${(progress.validationLoss / Math.LN2).toFixed(3)} bits`,
    !progress.done && progress.secondsLeft !== null && `${duration(progress.secondsLeft)} left`,
    `${whole.format(progress.charsPerSecond)} char/s`,
  ];
  return parts.filter((part) => part !== false).join('  ');
}

export function duration(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  const pad = (n: number) => String(n).padStart(2, '0');
  return s < 3600
    ? `${Math.floor(s / 60)}:${pad(s % 60)}`
    : `${Math.floor(s / 3600)}:${pad(Math.floor((s % 3600) / 60))}:${pad(s % 60)}`;
}
