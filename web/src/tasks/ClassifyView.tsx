import { message } from '../messages';
import { store } from '../state/store';
import { examples, useAnswers } from './answers';
import { Verdict } from './Marked';
import { Shares } from './Shares';

const ROWS = 6;
const words = message.tasks.words;

export function ClassifyView() {
  const [shown] = useAnswers((model) => examples(model, ROWS));
  const list = shown?.value ?? [];
  const labels = store.run.value?.info.data?.targets ?? [];
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
        {shown && (
          <table class="answers">
            <caption class="unseen">{words.examples}</caption>
            <thead>
              <tr>
                <th scope="col">{words.input}</th>
                <th scope="col">{words.target}</th>
                <th scope="col">{words.output}</th>
                <th scope="col">{words.probability}</th>
              </tr>
            </thead>
            <tbody>
              {list.map(({ input, target, answer }, at) => (
                <tr key={at}>
                  <th scope="row">
                    <bdi class="sequence">{String(input)}</bdi>
                  </th>
                  <td>
                    <bdi>{String(target)}</bdi>
                  </td>
                  <td class="answer">
                    <Verdict right={answer.output === target} /> <bdi>{answer.output}</bdi>
                  </td>
                  <td>
                    <Shares
                      labels={labels}
                      shares={(answer.probabilities ?? []) as number[]}
                      right={String(target)}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      <p class="task-note">{shown && message.tasks.rightOf(right, list.length)}</p>
    </>
  );
}
