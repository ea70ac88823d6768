// What belongs to a run besides its checkpoint, as text: written by this page, read with suspicion.
import type { Baselines } from 'unfold-rnn';
import { History } from '../training/history';
import { type PackedSeries, Series } from '../training/series';
import type { Run, Sample } from '../app/store';

interface Notes {
  version: 1;
  series: PackedSeries;
  samples: Sample[];
  baselines?: Baselines | undefined;
}

export function writeRecord({ series, samples, baselines }: Run): string {
  return JSON.stringify({ version: 1, series: series.pack(), samples, baselines } satisfies Notes);
}

type Read = Pick<Run, 'series' | 'history' | 'samples'> & { baselines?: Baselines };

const isNumber = (value: unknown): value is number => typeof value === 'number';

function readSamples(value: unknown): Sample[] {
  if (!Array.isArray(value)) return [];
  return (value as Partial<Sample>[]).flatMap(({ id, step, loss = null, prompt, text }) =>
    isNumber(id) && isNumber(step) && typeof prompt === 'string' && typeof text === 'string'
      ? [{ id, step, loss: isNumber(loss) ? loss : null, prompt, text }]
      : [],
  );
}

function readBaselines(value: unknown): Baselines | undefined {
  const { uniform, markov } = (value ?? {}) as Partial<Baselines>;
  return isNumber(uniform) && Array.isArray(markov) && markov.every(isNumber)
    ? { uniform, markov }
    : undefined;
}

/** Whatever can be read; a run without its curve is still a run. */
export function readRecord(written: string): Read {
  let notes: Partial<Notes>;
  try {
    notes = (JSON.parse(written) ?? {}) as Partial<Notes>;
  } catch {
    notes = {};
  }
  const baselines = readBaselines(notes.baselines);
  return {
    series: Series.unpack(notes.series),
    history: new History(), // not kept: it fills again as the run goes on
    samples: readSamples(notes.samples),
    ...(baselines && { baselines }),
  };
}
