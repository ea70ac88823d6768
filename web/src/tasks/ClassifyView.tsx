import { twoDigits } from '../i18n/format';
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

/** A sequence of symbols as it is; of numbers a step after the other, two digits each. */
const inputText = (input: unknown) =>
  Array.isArray(input)
    ? (input as number[][]).map((step) => step.map(twoDigits).join(' ')).join(', ')
    : String(input);

function ClassifyView() {
  const [shown] = useAnswers((model) => examples(model, ROWS));
  const labels = labelsOf();
  return (
    <AnswersTable
      list={shown?.value}
      step={shown?.step}
      input={({ input }) => <bdi class="sequence">{inputText(input)}</bdi>}
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

/** Of numbers as they are shown. */
const rowsIn = (input: string) => input.split(',').map((step) => step.trim().split(/\s+/).map(Number));

const readsNumbers = () => (store.run.value?.info.data?.numbers ?? 0) > 0;

export const classifyView: TaskView = {
  View: ClassifyView,
  question: { request: (input) => ({ input: readsNumbers() ? rowsIn(input) : input }), Answer },
};
