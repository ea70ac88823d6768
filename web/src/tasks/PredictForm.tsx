import { useState } from 'preact/hooks';
import type { Prediction } from 'unfold-rnn';
import { textOf } from '../app/notices';
import { store } from '../app/store';
import { Slider } from '../controls/Slider';
import { temperatureText } from '../controls/temperature';
import { describedBy } from '../help/helpTarget';
import { message } from '../i18n/messages';
import { engine } from '../training/engine';
import type { TaskName } from './names';
import type { Question } from './taskView';

const BEAMS = { least: 1, most: 64 };

interface Reply {
  input: string;
  beamWidth: number;
  answer?: Prediction;
  problem?: string;
}

async function ask({ request }: Question, input: string, beamWidth: number): Promise<Reply> {
  const model = engine.current;
  if (!model) return { input, beamWidth };
  try {
    return { input, beamWidth, answer: await model.predict(request(input, beamWidth)) };
  } catch (error) {
    return { input, beamWidth, problem: textOf(error) };
  }
}

function Answered({ question: { Answer }, reply }: { question: Question; reply: Reply }) {
  const { answer, problem, ...asked } = reply;
  if (problem !== undefined)
    return (
      <p class="own-problem" role="alert" lang="en">
        {problem}
      </p>
    );
  return answer && store.run.value && <Answer {...asked} answer={answer} />;
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

/** A question of the reader's own. */
export function PredictForm({ task, question }: { task: TaskName; question: Question }) {
  const [input, setInput] = useState('');
  const [beam, setBeam] = useState(1);
  const [reply, setReply] = useState<Reply | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setReply(await ask(question, input, beam));
  };
  return (
    <form class="stream-controls own" onSubmit={(event) => void submit(event)}>
      {question.temperature && <Slider name="temperature" show={temperatureText} />}
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
      {question.beam && <Beam beam={beam} onChoose={setBeam} />}
      <button type="submit" disabled={store.run.value === null || (!question.empty && input === '')}>
        {message.tasks.words.ask}
      </button>
      <div class="own-answer" role="status">
        {reply && <Answered question={question} reply={reply} />}
      </div>
    </form>
  );
}
