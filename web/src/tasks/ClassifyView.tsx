import { message } from '../i18n/messages';
import { store } from '../app/store';
import { examples, useAnswers } from './answers';
import { AnswersTable } from './AnswersTable';
import { Verdict } from './Marked';
import { ProbabilityBars } from './ProbabilityBars';

const ROWS = 6;

export function ClassifyView() {
  const [shown] = useAnswers((model) => examples(model, ROWS));
  const labels = store.run.value?.info.data?.targets ?? [];
  return (
    <AnswersTable
      list={shown?.value}
      step={shown?.step}
      input={({ input }) => <bdi class="sequence">{String(input)}</bdi>}
      answer={({ target, answer }) => (
        <>
          <Verdict right={answer.output === target} /> <bdi>{answer.output}</bdi>
        </>
      )}
      more={{
        title: message.tasks.words.probability,
        cell: ({ target, answer }) => (
          <ProbabilityBars
            labels={labels}
            shares={(answer.probabilities ?? []) as number[]}
            right={String(target)}
          />
        ),
      }}
    />
  );
}
