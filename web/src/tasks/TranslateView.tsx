import { useRef, useState } from 'preact/hooks';
import type { Answered } from 'unfold-rnn';
import { message } from '../messages';
import { AttentionMap } from './AttentionMap';
import { examples, useAnswers } from './answers';
import { Marked, Verdict } from './Marked';

const ROWS = 6;
const words = message.tasks.words;

/** One tab stop: arrow keys walk through the rows. */
function useRows(count: number) {
  const [at, setAt] = useState(0);
  const body = useRef<HTMLTableSectionElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: count - 1 };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(count - 1, to));
    setAt(next);
    body.current?.querySelectorAll('button')[next]?.focus();
  };
  return { at: Math.min(at, Math.max(0, count - 1)), setAt, body, onKeyDown };
}

function Table({ list, rows }: { list: readonly Answered[]; rows: ReturnType<typeof useRows> }) {
  return (
    <table class="answers">
      <caption class="unseen">{words.examples}</caption>
      <thead>
        <tr>
          <th scope="col">{words.input}</th>
          <th scope="col">{words.target}</th>
          <th scope="col">{words.output}</th>
        </tr>
      </thead>
      <tbody ref={rows.body} onKeyDown={rows.onKeyDown}>
        {list.map(({ input, target, answer }, at) => (
          <tr key={at} class={at === rows.at ? 'chosen-row' : undefined}>
            <th scope="row">
              <button
                type="button"
                class="pick"
                aria-pressed={at === rows.at}
                tabIndex={at === rows.at ? 0 : -1}
                onClick={() => rows.setAt(at)}
              >
                <bdi>{String(input)}</bdi>
              </button>
            </th>
            <td>
              <bdi>{String(target)}</bdi>
            </td>
            <td>
              <Verdict right={answer.output === target} />{' '}
              <Marked target={String(target)} output={answer.output ?? ''} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function TranslateView() {
  const [shown] = useAnswers((model) => examples(model, ROWS));
  const list = shown?.value ?? [];
  const rows = useRows(list.length);
  const chosen = list[rows.at];
  const right = list.filter(({ target, answer }) => answer.output === target).length;
  return (
    <>
      <div
        class="table-scroll task-table"
        tabIndex={0}
        role="region"
        aria-label={words.examples}
        data-step={shown?.step}
      >
        {shown && <Table list={list} rows={rows} />}
      </div>
      <p class="task-note">{shown && message.tasks.rightOf(right, list.length)}</p>
      {chosen && (
        <AttentionMap
          input={[...String(chosen.input)]}
          output={[...(chosen.answer.output ?? '')]}
          rows={chosen.answer.attention ?? null}
        />
      )}
    </>
  );
}
