import type { ExampleResult } from 'unfold-rnn';
import { message } from '../i18n/messages';
import { store } from '../app/store';
import { examples, useAnswers } from './answers';
import type { AnswerProps, TaskView } from './taskView';

const ROWS = 4;
const KINDS = 8;
const words = message.tasks.words;

interface Step {
  input: string;
  target: string | null;
  output: string;
}

function stepsOf({
  input,
  targets = [],
  answer,
}: Pick<ExampleResult, 'input' | 'targets' | 'answer'>): Step[] {
  const text = String(input);
  const symbols = ofWords() ? text.split(/\s+/).filter(Boolean) : [...text];
  return symbols.map((symbol, at) => ({
    input: symbol,
    target: targets[at] ?? null,
    output: answer.outputs?.[at] ?? '',
  }));
}

/** Whether what is tagged are words, not characters. */
const ofWords = () => store.run.value?.info.data?.words === true;

const said = ({ input, target, output }: Step) =>
  target === null ? words.uncounted(input) : words.labelled(input, output, target);

/** A label as a coloured letter: the colour is the label's, a cross below says that it is wrong. */
function Label({ text, kinds, dim }: { text: string; kinds: readonly string[]; dim: boolean }) {
  const kind = Math.max(0, kinds.indexOf(text)) % KINDS;
  return <span class={dim ? 'label label-dim' : `label label-${kind}`}>{text === ' ' ? '␣' : text}</span>;
}

function Tagged({ steps, kinds }: { steps: readonly Step[]; kinds: readonly string[] }) {
  return (
    <ol class={ofWords() ? 'tagged tagged-words' : 'tagged'}>
      {steps.map((step, at) => {
        const counts = step.target !== null;
        const right = step.target === step.output;
        return (
          <li key={at} class={counts && !right ? 'tag tag-wrong' : 'tag'}>
            <span class="unseen">{said(step)}</span>
            <span class="tag-input" aria-hidden="true">
              {step.input === ' ' ? '␣' : step.input}
            </span>
            <span aria-hidden="true">
              <Label text={step.output} kinds={kinds} dim={!counts} />
            </span>
            <span class="tag-mark" aria-hidden="true">
              {counts ? (right ? '✓' : `✗ ${step.target}`) : ''}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function TagView() {
  const [shown] = useAnswers((model) => examples(model, ROWS));
  const list = shown?.value ?? [];
  const kinds = store.run.value?.info.data?.targets ?? [];
  const all = list.flatMap(stepsOf).filter(({ target }) => target !== null);
  const right = all.filter(({ target, output }) => target === output).length;
  return (
    <div class="tag-list" data-step={shown?.step}>
      <p class="task-note">{words.tagAbout}</p>
      {list.map((example, at) => (
        <section key={at} class="table-scroll tag-scroll" tabIndex={0} aria-label={words.example(at + 1)}>
          <Tagged steps={stepsOf(example)} kinds={kinds} />
        </section>
      ))}
      <p class="task-note">{shown && message.tasks.rightLabels(right, all.length)}</p>
    </div>
  );
}

function Answer({ input, answer }: AnswerProps) {
  return (
    <div class="table-scroll tag-scroll" tabIndex={0} role="region" aria-label={words.output}>
      <Tagged steps={stepsOf({ input, answer })} kinds={store.run.value?.info.data?.targets ?? []} />
    </div>
  );
}

export const tagView: TaskView = { View: TagView, question: { request: (input) => ({ input }), Answer } };
