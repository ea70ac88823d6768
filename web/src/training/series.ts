// The loss history in bounded memory. Steps are gathered in bins of `stride` steps; when the bins
// are full, neighbours are joined and the stride doubles, so a run of any length is drawn with at
// most CAPACITY points, and each bin keeps the smallest and the largest loss it saw.
export const CAPACITY = 1500;

/** The smoothed loss is a running mean over the last twentieth of the steps, and over no more than this. */
const LONGEST_MEAN = 50;

export interface Point {
  step: number;
  value: number;
}

interface Bins {
  step: number[];
  mean: number[];
  low: number[];
  high: number[];
  smooth: number[];
}

/** Everything a series holds, as JSON takes it. */
export interface PackedSeries {
  bins: Bins;
  stride: number;
  inBin: number;
  average: number;
  count: number;
  validation: Point[];
}

const BIN_NAMES = ['step', 'mean', 'low', 'high', 'smooth'] as const;
const isFinite = (value: unknown): value is number => Number.isFinite(value);

function isPacked(value: unknown): value is PackedSeries {
  const packed = (value ?? {}) as Partial<PackedSeries>;
  const { bins, stride, inBin, average, count, validation } = packed;
  const length = bins?.step?.length;
  return (
    [stride, inBin, average, count].every(isFinite) &&
    BIN_NAMES.every((name) => Array.isArray(bins?.[name]) && bins[name].length === length) &&
    BIN_NAMES.every((name) => bins![name].every(isFinite)) &&
    Array.isArray(validation) &&
    validation.every((point) => isFinite(point?.step) && isFinite(point.value))
  );
}

/** An exponential moving mean without the bias of its start (Kingma & Ba 2015, section 3). */
export function exponentialMean(values: readonly number[], keep: number): number[] {
  let [sum, weight] = [0, 0];
  return values.map((value) => {
    sum = keep * sum + (1 - keep) * value;
    weight = keep * weight + (1 - keep);
    return sum / weight;
  });
}

export class Series {
  private bins: Bins = { step: [], mean: [], low: [], high: [], smooth: [] };
  private stride = 1;
  private inBin = 0;
  private average = 0;
  private count = 0;
  private validation: Point[] = [];

  get length(): number {
    return this.bins.step.length;
  }

  /** The smoothed loss. */
  get latest(): number | null {
    return this.bins.smooth.at(-1) ?? null;
  }

  get latestValidation(): Point | null {
    return this.validation.at(-1) ?? null;
  }

  add(step: number, value: number): void {
    this.count++;
    this.average += (value - this.average) / Math.min(LONGEST_MEAN, Math.max(1, this.count / 20));
    if (this.inBin === 0 && this.length === CAPACITY) this.halve();
    const { step: steps, mean, low, high, smooth } = this.bins;
    if (this.inBin === 0) {
      steps.push(step);
      mean.push(value);
      low.push(value);
      high.push(value);
      smooth.push(0);
    }
    const at = steps.length - 1;
    steps[at] = step;
    mean[at]! += (value - mean[at]!) / (this.inBin + 1);
    low[at] = Math.min(low[at]!, value);
    high[at] = Math.max(high[at]!, value);
    smooth[at] = this.average;
    this.inBin = (this.inBin + 1) % this.stride;
  }

  addValidation(step: number, value: number): void {
    const last = this.validation.at(-1);
    if (last && last.step >= step) return;
    this.validation.push({ step, value });
    if (this.validation.length > CAPACITY / 2) {
      this.validation = this.validation.filter((_, index) => index % 2 === 1);
    }
  }

  /** Forgets what came after a step, when a run goes back to it. */
  cut(step: number): void {
    const kept = this.bins.step.filter((at) => at <= step).length;
    for (const column of Object.values(this.bins) as number[][]) column.length = kept;
    this.validation = this.validation.filter((point) => point.step <= step);
    this.inBin = 0;
  }

  pack(): PackedSeries {
    const { bins, stride, inBin, average, count, validation } = this;
    return { bins, stride, inBin, average, count, validation };
  }

  /** A series that goes on where the packed one stood; an empty one from anything else. */
  static unpack(packed: unknown): Series {
    const series = new Series();
    if (!isPacked(packed)) return series;
    const { bins, stride, inBin, average, count, validation } = packed;
    for (const name of BIN_NAMES) series.bins[name] = [...bins[name]];
    series.stride = Math.max(1, Math.round(stride));
    series.inBin = inBin % series.stride;
    series.average = average;
    series.count = count;
    series.validation = validation.map(({ step, value }) => ({ step, value }));
    return series;
  }

  private halve(): void {
    const { step, mean, low, high, smooth } = this.bins;
    const even = (_: number, index: number) => index % 2 === 1;
    this.bins = {
      step: step.filter(even),
      mean: step.flatMap((_, i) => (i % 2 ? [(mean[i - 1]! + mean[i]!) / 2] : [])),
      low: step.flatMap((_, i) => (i % 2 ? [Math.min(low[i - 1]!, low[i]!)] : [])),
      high: step.flatMap((_, i) => (i % 2 ? [Math.max(high[i - 1]!, high[i]!)] : [])),
      smooth: smooth.filter(even),
    };
    this.stride *= 2;
  }

  /**
   * Columns for the chart: step, low, high, smooth, validation (null where there is none). `smoothing`: the share that
   * an exponential mean keeps from point to point; null for the running mean of the headline.
   */
  columns(smoothing: number | null = null): [number[], number[], number[], number[], (number | null)[]] {
    const { step, mean, low, high, smooth } = this.bins;
    const validation = new Array<number | null>(step.length).fill(null);
    let at = 0;
    for (const point of this.validation) {
      while (at < step.length - 1 && step[at]! < point.step) at++;
      if (at < step.length) validation[at] = point.value;
    }
    return [step, low, high, smoothing === null ? smooth : exponentialMean(mean, smoothing), validation];
  }

  /** What the curve shows at a step, and the latest validation until then; null after its end. */
  at(step: number): { training: number; validation: number | null } | null {
    const index = this.bins.step.findIndex((last) => last >= step);
    if (index < 0) return null;
    const validation = this.validation.findLast((point) => point.step <= step)?.value ?? null;
    return { training: this.bins.smooth[index]!, validation };
  }

  /** Rows for the table, thinned to at most `limit`, the newest first. */
  rows(limit: number): { step: number; training: number; validation: number | null }[] {
    const [step, , , smooth, validation] = this.columns();
    const every = Math.max(1, Math.ceil(step.length / limit));
    const rows = [];
    let held: number | null = null;
    for (let i = 0; i < step.length; i++) {
      held = validation[i] ?? held;
      if (i % every !== every - 1 && i !== step.length - 1) continue;
      rows.push({ step: step[i]!, training: smooth[i]!, validation: held });
      held = null;
    }
    return rows.reverse();
  }
}
