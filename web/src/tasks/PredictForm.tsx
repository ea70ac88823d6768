import { useState } from 'preact/hooks';
import type { Prediction } from 'unfold-rnn';
import { describedBy } from '../help/helpTarget';
import { Slider } from '../controls/Slider';
import { message } from '../i18n/messages';
import { engine } from '../training/engine';
import { temperatureText } from '../controls/temperature';
import { decimals } from '../i18n/format';
import { textOf } from '../app/notices';
import type { TaskName } from '../settings/settings';
import { store } from '../app/store';
import { judge } from './grammarCheck';
import { ProbabilityBars } from './ProbabilityBars';
import { stepsOf, Tagged } from './TagView';

type Asked = Exclude<TaskName, 'next'>;

const BEAMS = { least: 1, most: 64 };
const words = message.tasks.words;
const bits = (nats: number | undefined) => decimals(nats === undefined ? null : -nats / Math.LN2, 2);

/** Alternatives that are shown. */
const MOST = 8;

interface Reply {
  input: string;
  beam: number;
  answer?: Prediction;
  problem?: string;
}

async function ask(task: Asked, input: string, beam: number): Promise<Reply> {
  const model = engine.current;
  if (!model) return { input, beam };
  try {
    const request =
      task === 'generate'
        ? { beamWidth: beam, ...(input !== '' && { target: input }) }
        : { input, ...(task === 'translate' && { beamWidth: beam }) };
    return { input, beam, answer: await model.predict(request) };
  } catch (error) {
    return { input, beam, problem: textOf(error) };
  }
}

function Alternatives({ answer, most }: { answer: Prediction; most: number }) {
  const list = answer.alternatives ?? [];
  return (
    <table class="answers">
      <caption class="unseen">{words.alternatives}</caption>
      <thead>
        <tr>
          <th scope="col">{words.output}</th>
          <th scope="col" class="number">
            {words.bits}
          </th>
        </tr>
      </thead>
      <tbody>
        {list.slice(0, Math.min(most, MOST)).map(({ output, logProbability }, at) => (
          <tr key={at}>
            <th scope="row">
              <bdi class="sequence">{output === '' ? words.nothing : output}</bdi>
            </th>
            <td class="number">{bits(logProbability)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function InLanguage({ corpus, text }: { corpus: string; text: string }) {
  const fault = judge(corpus, text);
  if (fault === undefined) return null;
  return <> {fault === null ? words.isIn : `${words.isNot}: ${words.faults[fault.kind](fault.at)}`}.</>;
}

function Answer({ task, reply }: { task: Asked; reply: Reply }) {
  const { input, answer, problem } = reply;
  const run = store.run.value;
  if (problem !== undefined)
    return (
      <p class="own-problem" role="alert" lang="en">
        {problem}
      </p>
    );
  if (!answer || !run) return null;
  const labels = run.info.data?.targets ?? [];
  if (task === 'classify')
    return (
      <>
        <p>
          <b>{answer.output}</b>
        </p>
        <ProbabilityBars labels={labels} shares={(answer.probabilities ?? []) as number[]} most={8} />
      </>
    );
  if (task === 'tag')
    return (
      <div class="table-scroll tag-scroll" tabIndex={0} role="region" aria-label={words.output}>
        <Tagged steps={stepsOf({ input, answer })} kinds={labels} />
      </div>
    );
  return (
    <>
      {task === 'generate' && input !== '' && (
        <p>
          {words.costs(bits(answer.logProbability))}
          <InLanguage corpus={run.settings.dataset} text={input} />
        </p>
      )}
      {task === 'translate' && (
        <p>
          <b>
            <bdi>{answer.output === '' ? words.nothing : answer.output}</bdi>
          </b>
        </p>
      )}
      <div class="table-scroll own-scroll" tabIndex={0} role="region" aria-label={words.alternatives}>
        <Alternatives answer={answer} most={reply.beam} />
      </div>
    </>
  );
}

/** How many beginnings a search follows. */
function Beam({ beam, onChoose }: { beam: number; onChoose: (beam: number) => void }) {
  return (
    <div class="field own-beam">
      <div class="field-head">
        <label for="set-beam">{message.settings.beam}</label>
      </div>
      <input
        id="set-beam"
        type="number"
        min={BEAMS.least}
        max={BEAMS.most}
        step={1}
        aria-describedby={describedBy('beam')}
        value={beam}
        onChange={(event) => {
          const { valueAsNumber, validity } = event.currentTarget;
          if (validity.valid && Number.isInteger(valueAsNumber)) onChoose(valueAsNumber);
          else event.currentTarget.value = String(beam);
        }}
      />
    </div>
  );
}

/** A question of the reader's own. Numbers and notes are no text: they go on by themselves above. */
export function PredictForm({ task }: { task: Asked }) {
  const [input, setInput] = useState('');
  const [beam, setBeam] = useState(1);
  const [reply, setReply] = useState<Reply | null>(null);
  const writes = task === 'translate' || task === 'generate';
  if (task === 'regress' || task === 'notes') return null;
  const submit = async (event: Event) => {
    event.preventDefault();
    setReply(await ask(task, input, beam));
  };
  return (
    <form class="stream-controls own" onSubmit={(event) => void submit(event)}>
      {task === 'generate' && <Slider name="temperature" step={0.05} show={temperatureText} />}
      <div class="field">
        <div class="field-head">
          <label for="own-input">{message.tasks.ask[task]}</label>
        </div>
        <input
          id="own-input"
          type="text"
          class="prime"
          dir="auto"
          maxLength={2000}
          spellcheck={false}
          autocomplete="off"
          value={input}
          onInput={(event) => setInput(event.currentTarget.value)}
        />
      </div>
      {writes && <Beam beam={beam} onChoose={setBeam} />}
      <button type="submit" disabled={store.run.value === null || (task !== 'generate' && input === '')}>
        {words.ask}
      </button>
      <div class="own-answer" role="status">
        {reply && <Answer task={task} reply={reply} />}
      </div>
    </form>
  );
}
