import { useRef, useState } from 'preact/hooks';
import { AttentionMap } from './AttentionMap';
import { examples, useAnswers } from './answers';
import { AnswersTable } from './AnswersTable';
import { Marked, Verdict } from './Marked';
import { message } from '../i18n/messages';
import { Alternatives } from './Alternatives';
import type { AnswerProps, TaskView } from './taskView';

const ROWS = 6;

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

function TranslateView() {
  const [shown] = useAnswers((model) => examples(model, ROWS));
  const list = shown?.value;
  const rows = useRows(list?.length ?? 0);
  const chosen = list?.[rows.at];
  return (
    <>
      <AnswersTable
        list={list}
        step={shown?.step}
        chosen={rows.at}
        body={rows.body}
        onKeyDown={rows.onKeyDown}
        input={({ input }, at) => (
          <button
            type="button"
            class="pick"
            aria-pressed={at === rows.at}
            tabIndex={at === rows.at ? 0 : -1}
            onClick={() => rows.setAt(at)}
          >
            <bdi>{String(input)}</bdi>
          </button>
        )}
        answer={({ target, answer }) => (
          <>
            <Verdict right={answer.output === target} />{' '}
            <Marked target={String(target)} output={answer.output ?? ''} />
          </>
        )}
      />
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

function Answer({ answer, beamWidth }: AnswerProps) {
  return (
    <>
      <p>
        <b>
          <bdi>{answer.output === '' ? message.tasks.words.nothing : answer.output}</bdi>
        </b>
      </p>
      <Alternatives answer={answer} most={beamWidth} />
    </>
  );
}

export const translateView: TaskView = {
  View: TranslateView,
  question: { request: (input, beamWidth) => ({ input, beamWidth }), Answer, beam: true },
};
