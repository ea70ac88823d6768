import { useRef, useState } from 'preact/hooks';
import { report } from '../app/notices';
import { store } from '../app/store';
import { words } from '../i18n/data';
import { ProbabilityBars } from '../tasks/ProbabilityBars';
import { engine } from '../training/engine';
import { recorded } from './recorded';
import { type Moment, rowsOf, SHORTEST, type Source } from './strokes';
import { Surface } from './Surface';

const text = words.gestures;

interface Answer {
  output: string;
  probabilities: number[];
}

/** Asks while the stroke goes on; the newest rows are asked for when the answer before has come. */
function useRecognition() {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const waiting = useRef<number[][] | null>(null);
  const busy = useRef(false);
  const ask = async (rows: number[][]): Promise<void> => {
    waiting.current = rows;
    if (busy.current) return;
    busy.current = true;
    try {
      while (waiting.current) {
        const input: number[][] = waiting.current;
        waiting.current = null;
        const { output = '', probabilities = [] } = (await engine.current?.predict({ input })) ?? {};
        setAnswer({ output, probabilities: probabilities as number[] });
      }
    } catch (error) {
      report(error);
    } finally {
      busy.current = false;
    }
  };
  return [answer, (rows: number[][]) => void ask(rows)] as const;
}

/** Draw, and see which gesture it is; a recorded example can be read instead of drawn. */
export function Recognizer({ source }: { source: Source }) {
  const [answer, recognize] = useRecognition();
  const take = (moments: readonly Moment[]) => {
    const rows = rowsOf(source, moments);
    if (rows.length >= SHORTEST) recognize(rows);
  };
  const labels = store.run.value?.info.data?.targets ?? [];
  const { list } = recorded.value;
  return (
    <>
      <Surface source={source} label={text.try} onGo={take} onStroke={take} />
      <div class="gestures-answer" role="status">
        {answer && (
          <p>
            <b>{answer.output}</b>
          </p>
        )}
      </div>
      {answer && <ProbabilityBars labels={labels} shares={answer.probabilities} most={labels.length} />}
      <div class="tools">
        {list.map(({ name, strokes }, at) => (
          <button
            key={at}
            type="button"
            class="slim"
            disabled={strokes.length === 0}
            onClick={() => recognize(strokes.at(-1)!)}
          >
            {text.replay(name)}
          </button>
        ))}
      </div>
    </>
  );
}
