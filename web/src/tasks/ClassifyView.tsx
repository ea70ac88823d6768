import { message } from '../i18n/messages';
import { store } from '../app/store';
import { examples, useAnswers } from './answers';
import { AnswersTable } from './AnswersTable';
import { Verdict } from './Marked';
import { ProbabilityBars } from './ProbabilityBars';
import type { AnswerProps, TaskView } from './taskView';

const ROWS = 6;
/** Classes that are shown under a question of the reader's own. */
const MOST = 8;

const labelsOf = () => store.run.value?.info.data?.targets ?? [];
const sharesOf = ({ probabilities = [] }: AnswerProps['answer']) => probabilities as number[];

function ClassifyView() {
  const [shown] = useAnswers((model) => examples(model, ROWS));
  const labels = labelsOf();
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
          <ProbabilityBars labels={labels} shares={sharesOf(answer)} right={String(target)} />
        ),
      }}
    />
  );
}

function Answer({ answer }: AnswerProps) {
  return (
    <>
      <p>
        <b>{answer.output}</b>
      </p>
      <ProbabilityBars labels={labelsOf()} shares={sharesOf(answer)} most={MOST} />
    </>
  );
}

export const classifyView: TaskView = {
  View: ClassifyView,
  question: { request: (input) => ({ input }), Answer },
};
