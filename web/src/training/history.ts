// What else a run reports, in bounded memory like the loss: the gradient norm, the learning rate, the speed.
export const CAPACITY = 600;

export const CURVES = ['gradientNorm', 'learningRate', 'tokensPerSecond', 'accuracy'] as const;
export type Curve = (typeof CURVES)[number];
export type Report = { step: number } & Record<Curve, number>;

export class History {
  private reports: Report[] = [];
  private stride = 1;
  private skipped = 0;

  /** Takes one report in `stride`; when full, every other one goes and the stride doubles. */
  add(report: Report): void {
    if (this.skipped++ % this.stride !== 0) return;
    if (this.reports.length === CAPACITY) {
      this.reports = this.reports.filter((_, at) => at % 2 === 0);
      this.stride *= 2;
    }
    this.reports.push({ ...report });
  }

  /** Forgets what came after a step, when a run goes back to it. */
  cut(step: number): void {
    this.reports = this.reports.filter((report) => report.step <= step);
  }

  get all(): readonly Report[] {
    return this.reports;
  }

  /** The last report up to a step. */
  at(step: number): Report | null {
    return this.reports.findLast((report) => report.step <= step) ?? null;
  }
}
