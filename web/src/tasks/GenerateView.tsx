import type { Model } from 'unfold-rnn';
import { message } from '../i18n/messages';
import { decimals } from '../i18n/format';
import { store } from '../app/store';
import { useAnswers } from './answers';
import { Verdict } from './Marked';
import { judge } from './grammarCheck';
import { Alternatives, bits } from './Alternatives';
import type { AnswerProps, TaskView } from './taskView';

const ROWS = 10;
const words = message.tasks.words;

interface Sequence {
  text: string;
  bits: number;
}

/** Drawn from the network's own distribution, each time anew. */
async function write(model: Model): Promise<Sequence[]> {
  const { context = 0 } = model.info.data ?? {};
  const list: Sequence[] = [];
  for (let at = 0; at < ROWS; at++) {
    const seed = 1 + at + ROWS * model.info.step;
    const given = context > 0 ? { context: (await model.example('train', at)).context ?? [] } : {};
    const { output = '', logProbability = 0 } = await model.predict({
      ...given,
      seed,
      temperature: store.settings.peek().temperature,
    });
    list.push({ text: output, bits: -logProbability / Math.LN2 });
  }
  return list;
}

function GenerateView() {
  const temperature = store.settings.value.temperature;
  const [shown, again] = useAnswers(write, { key: String(temperature) });
  const corpus = store.run.value?.settings.dataset ?? '';
  const list = (shown?.value ?? []).map((one) => ({ ...one, fault: judge(corpus, one.text) }));
  const judged = list.filter(({ fault }) => fault !== undefined);
  const right = judged.filter(({ fault }) => fault === null).length;
  return (
    <>
      <div
        class="table-scroll task-table"
        tabIndex={0}
        role="region"
        aria-label={words.written}
        data-step={shown?.step}
      >
        {shown && (
          <table class="answers">
            <caption class="unseen">{words.written}</caption>
            <thead>
              <tr>
                <th scope="col">{words.written}</th>
                <th scope="col" class="number">
                  {words.bits}
                </th>
                {judged.length > 0 && <th scope="col">{words.inLanguage}</th>}
              </tr>
            </thead>
            <tbody>
              {list.map(({ text, bits, fault }, at) => (
                <tr key={at}>
                  <th scope="row">
                    <bdi class="sequence">{text === '' ? words.nothing : text}</bdi>
                  </th>
                  <td class="number">{decimals(bits, 1)}</td>
                  {fault !== undefined && (
                    <td class="answer">
                      <Verdict right={fault === null} />{' '}
                      {fault && <span class="soft">{words.faults[fault.kind](fault.at)}</span>}
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      <p class="task-note task-again">
        <span>{judged.length > 0 && message.tasks.inLanguage(right, judged.length)}</span>
        <button type="button" class="slim" onClick={again}>
          {message.stream.write}
        </button>
      </p>
    </>
  );
}

function InLanguage({ text }: { text: string }) {
  const fault = judge(store.run.value?.settings.dataset ?? '', text);
  if (fault === undefined) return null;
  return <> {fault === null ? words.isIn : `${words.isNot}: ${words.faults[fault.kind](fault.at)}`}.</>;
}

function Answer({ input, answer, beamWidth }: AnswerProps) {
  return (
    <>
      {input !== '' && (
        <p>
          {words.costs(bits(answer.logProbability))}
          <InLanguage text={input} />
        </p>
      )}
      <Alternatives answer={answer} most={beamWidth} />
    </>
  );
}

export const generateView: TaskView = {
  View: GenerateView,
  question: {
    // Of a sequence, its probability; of nothing, the sequences that are most likely.
    request: (input, beamWidth) => ({ beamWidth, ...(input !== '' && { target: input }) }),
    Answer,
    beam: true,
    temperature: true,
    empty: true,
  },
};
