import { Disclosure } from '../controls/Disclosure';
import { Field } from '../controls/Field';
import { NumberField } from '../controls/NumberField';
import { Select } from '../controls/Select';
import { message } from '../i18n/messages';
import { datasetsOf } from '../settings/taskConfig';
import { chooseDataset } from '../settings/chooseTask';
import { OWN_TEXT } from '../settings/settings';
import { tasks } from '../tasks';
import { open } from '../app/dialogs';
import { store } from '../app/store';
import type { Corpus } from './corpus';
import { keysOf } from './music';
import { OwnData } from './OwnData';
import { chooseKeys } from './texts';

/** Rows of zeros and ones say by their places which keys sound. */
const isRoll = ({ opening }: Corpus) => /\[(\s*[01]\s*,){20}/.test(opening);

/** What the numbers of the reader's own notes are: nothing is guessed. */
function KeysChoice({ corpus }: { corpus: Corpus }) {
  const keys = keysOf(corpus);
  if (keys === '' && isRoll(corpus)) return null;
  return (
    <Field id="set-keys" label={message.tasks.keys}>
      <span class="select">
        <select
          id="set-keys"
          value={keys}
          onChange={({ currentTarget: { value } }) => {
            if (value === 'piano' || value === 'midi') void chooseKeys(value);
          }}
        >
          {keys === '' && <option value="">{message.tasks.keysWanted}</option>}
          <option value="piano">{message.tasks.keysPiano}</option>
          <option value="midi">{message.tasks.keysMidi}</option>
        </select>
      </span>
    </Field>
  );
}

/** Examples: made ones, each with what can be reached on it, or the reader's own. */
export function ExamplesChoice() {
  const { task, dataset: name } = store.settings.value;
  const corpora = datasetsOf(task);
  const card = corpora.find((corpus) => corpus.name === name);
  const chosen = store.corpus.value;
  const own = card ? [] : [{ name: OWN_TEXT, label: chosen?.title ?? message.text.pasted }];
  const [, summary, counted, optimum, trivial] = message.said.corpora[name] ?? [];
  return (
    <>
      <Select
        name="dataset"
        label={message.text.choose}
        value={card ? name : OWN_TEXT}
        choices={[
          ...corpora.map(({ name, label }) => ({ name, label: message.said.corpora[name]?.[0] ?? label })),
          ...own,
        ]}
        onChoose={(chosen) => chosen !== OWN_TEXT && chooseDataset(chosen)}
      />
      {card ? (
        <>
          <p class="about about-examples">{summary ?? card.summary}</p>
          <NumberField
            name="difficulty"
            label={message.tasks.difficulty(counted ?? card.difficulty)}
            range={[card.min, card.max]}
            zero={String(card.default)}
          />
          <Disclosure title={message.tasks.reached}>
            {() => (
              <>
                <dl class="reached">
                  <dt>{message.tasks.best}</dt>
                  <dd>{optimum ?? card.optimum}</dd>
                  <dt>{message.loss.trivial}</dt>
                  <dd>{trivial ?? card.trivial}</dd>
                </dl>
                <p class="preset-source">{card.source}</p>
              </>
            )}
          </Disclosure>
        </>
      ) : (
        <>
          <p class="about about-examples" dir="auto">
            {chosen?.opening.trim().replace(/\s+/g, ' ').slice(0, 200)}
          </p>
          {tasks[task].music && chosen && !chosen.made && <KeysChoice corpus={chosen} />}
        </>
      )}
      <p class="format">{message.tasks.formats[task]}</p>
      <OwnData hint={message.tasks.formats[task]} size="" />
      {tasks[task].gestures && (
        <button type="button" class="slim" onClick={() => open('gestures')}>
          {message.text.gestures}…
        </button>
      )}
    </>
  );
}
