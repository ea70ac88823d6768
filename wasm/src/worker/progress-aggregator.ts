import type { Progress } from '../shared/types.js';

/** What the engine reports of one step, or, with `validationLoss`, of an evaluation after it. */
export interface Report {
  step: number;
  epoch: number;
  loss: number;
  /** Null for an overflow: JSON has no infinity. */
  validationLoss?: number | null;
  /** Of the step, or of the evaluation. */
  accuracy: number | null;
  gradientNorm: number;
  learningRate: number;
  /** Trained since the model was made. */
  tokens: number;
  /** Since the last report. */
  seconds: number;
}

/** Time constant of the rate, in seconds of training. */
const MEMORY = 2;

/** Turns the engine's reports into Progress: merges what is not yet delivered, and keeps the rates. */
export class Meter {
  #losses: number[] = [];
  #latest: Report;
  #validation: { loss: number; step: number; accuracy: number | null } | null = null;
  #steps = 0;
  /** Exponentially weighted over training time: their quotient is the rate. */
  #characters = 0;
  #seconds = 0;

  /** @param latest of the step before this run */
  constructor(latest: Report) {
    this.#latest = latest;
  }

  /** Of the newest step. */
  get latest(): Report {
    return this.#latest;
  }

  /** Whether the run has taken a step. */
  get started(): boolean {
    return this.#steps > 0;
  }

  /** Whether the run has measured the validation part. */
  get validated(): boolean {
    return this.#validation !== null;
  }

  /** Whether it has since the last `take`. */
  get pending(): boolean {
    return this.#losses.length > 0;
  }

  add(reports: readonly Report[]): void {
    for (const report of reports) {
      const { step, accuracy, validationLoss } = report;
      if (validationLoss !== undefined)
        this.#validation = { loss: validationLoss ?? Infinity, step, accuracy };
      else this.#addStep(report);
    }
  }

  /**
   * @param target the step that ends the run, if it has one
   * @param worked seconds of work so far in this run, evaluations included
   * @param limit seconds of work that end the run
   */
  take(
    done: boolean,
    target: number,
    worked: number,
    limit: number,
  ): Omit<Progress, 'bitsPerToken' | 'best' | 'stoppedEarly'> {
    const latest = this.#latest;
    const losses = Float32Array.from(this.#losses);
    this.#losses = [];
    const left = Math.min(((target - latest.step) * worked) / this.#steps, limit - worked);
    return {
      step: latest.step,
      epoch: latest.epoch,
      loss: latest.loss,
      validationLoss: this.#validation?.loss ?? null,
      validationStep: this.#validation?.step ?? null,
      accuracy: latest.accuracy,
      validationAccuracy: this.#validation?.accuracy ?? null,
      gradientNorm: latest.gradientNorm,
      learningRate: latest.learningRate,
      tokens: latest.tokens,
      tokensPerSecond: this.#seconds > 0 ? this.#characters / this.#seconds : 0,
      secondsLeft: done ? 0 : Number.isFinite(left) ? Math.max(0, left) : null,
      losses,
      done,
    };
  }

  #addStep(report: Report): void {
    // The first step after an opening has no predecessor: it gets the mean of all so far.
    const { tokens: characters } = this.#latest;
    const before = Number.isNaN(characters) ? report.tokens * (1 - 1 / report.step) : characters;
    const trained = report.tokens - before;
    const kept = Math.exp(-report.seconds / MEMORY);
    this.#characters = this.#characters * kept + trained;
    this.#seconds = this.#seconds * kept + report.seconds;
    this.#losses.push(report.loss);
    this.#latest = report;
    this.#steps += 1;
  }
}
