import type { ComponentChildren, Ref } from 'preact';
import { message } from '../i18n/messages';
import type { ExampleResult } from 'unfold-rnn';

const words = message.tasks.words;

interface Props {
  /** Undefined until the first answers have come. */
  list: readonly ExampleResult[] | undefined;
  /** The step whose answers these are. */
  step: number | undefined;
  /** What a row shows of the input, of the answer, and in columns of the task's own. */
  input: (row: ExampleResult, at: number) => ComponentChildren;
  answer: (row: ExampleResult) => ComponentChildren;
  more?: { title: string; cell: (row: ExampleResult) => ComponentChildren };
  /** The row that is looked at. */
  chosen?: number;
  body?: Ref<HTMLTableSectionElement>;
  onKeyDown?: (event: KeyboardEvent) => void;
}

/** Held-out examples with the answers of the network, and how many of them are right. */
export function AnswersTable({ list, step, input, answer, more, chosen, body, onKeyDown }: Props) {
  const right = list?.filter((row) => row.answer.output === row.target).length ?? 0;
  const titles = [words.input, words.target, words.output, ...(more ? [more.title] : [])];
  return (
    <>
      <div
        class="table-scroll task-table"
        tabIndex={0}
        role="region"
        aria-label={words.examples}
        data-step={step}
      >
        {list && (
          <table class="answers">
            <caption class="unseen">{words.examples}</caption>
            <thead>
              <tr>
                {titles.map((title) => (
                  <th key={title} scope="col">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody ref={body ?? null} onKeyDown={onKeyDown}>
              {list.map((row, at) => (
                <tr key={at} class={at === chosen ? 'chosen-row' : undefined}>
                  <th scope="row">{input(row, at)}</th>
                  <td>
                    <bdi>{String(row.target)}</bdi>
                  </td>
                  <td class={more && 'answer'}>{answer(row)}</td>
                  {more && <td>{more.cell(row)}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      <p class="task-note">{list && message.tasks.rightOf(right, list.length)}</p>
    </>
  );
}
