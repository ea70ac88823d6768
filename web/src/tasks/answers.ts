// Asks the model for what a view shows: when it appears, every so often while the weights move, and when they rest.
import { useEffect, useRef, useState } from 'preact/hooks';
import { type ExampleResult, type Model, type Split, UnfoldError } from 'unfold-rnn';
import { engine } from '../training/engine';
import { report } from '../app/notices';
import { type Run, store } from '../app/store';

const EVERY = 1500;

export interface Shown<T> {
  run: Run;
  step: number;
  value: T;
}

type Ask<T> = (model: Model, run: Run) => Promise<T>;

const gone = (error: unknown) =>
  error instanceof UnfoldError && ['DISPOSED', 'ABORTED', 'WORKER_FAILED'].includes(error.code);

/** `held` keeps what is shown as it is; `every` is in milliseconds. Returns what the model answered last, and a way to ask at once. */
export function useAnswers<T>(
  ask: Ask<T>,
  { key = '', held = false, every = EVERY }: { key?: string; held?: boolean; every?: number } = {},
): [Shown<T> | null, () => void] {
  const [shown, setShown] = useState<Shown<T> | null>(null);
  const asking = useRef(ask);
  const holds = useRef(held);
  const renew = useRef((_: boolean) => {});
  asking.current = ask;
  holds.current = held;
  const run = store.run.value;
  const resting = store.phase.value !== 'running';
  useEffect(() => {
    let [asked, busy, live] = [-1, false, true];
    renew.current = (now) => {
      const model = engine.current;
      if (!model || !run || busy || document.hidden || (holds.current && !now)) return;
      const { step } = model.info;
      if (step === asked && !now) return;
      busy = true;
      asked = step;
      asking.current(model, run).then(
        (value) => {
          busy = false;
          if (live && engine.current === model) setShown({ run, step, value });
        },
        (error: unknown) => {
          busy = false;
          if (live && !gone(error)) report(error);
        },
      );
    };
    renew.current(true);
    const timer = setInterval(() => renew.current(false), every);
    return () => {
      live = false;
      clearInterval(timer);
    };
  }, [run, key]);
  useEffect(() => renew.current(false), [resting]);
  return [shown?.run === run ? shown : null, () => renew.current(true)];
}

/** Examples that were not learnt, where there are some. */
export function heldOut({ info }: Model): { split: Split; count: number } {
  const { train = 0, validation = 0 } = info.data ?? {};
  return validation > 0 ? { split: 'validation', count: validation } : { split: 'train', count: train };
}

/** The first so many of them, answered. */
export async function examples(model: Model, most: number): Promise<ExampleResult[]> {
  const { split, count } = heldOut(model);
  const list: ExampleResult[] = [];
  for (let at = 0; at < Math.min(most, count); at++) list.push(await model.example(split, at));
  return list;
}
