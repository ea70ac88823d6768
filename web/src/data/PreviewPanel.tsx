import { useEffect, useState } from 'preact/hooks';
import type { DatasetPreview, FileConfig } from 'unfold-rnn';
import { opened } from '../app/dialogs';
import { textOf } from '../app/notices';
import { store, wanted } from '../app/store';
import { Field } from '../controls/Field';
import { words } from '../i18n/data';
import { message } from '../i18n/messages';
import { settingsIn } from '../settings/state';
import type { TaskName } from '../tasks/names';
import { engine } from '../training/engine';
import { arrived } from './arrival';
import { type ReadFile, readAs } from './encoding';
import { type Choice, choiceOf, DATA_TASKS, gapsIn, guess, preview } from './preview';
import { Facts, FirstRows, Labels, Notes } from './PreviewFacts';
import { Columns } from './PreviewColumns';
import { chooseData } from './texts';
import '../styles/data.css';

interface Shown {
  preview?: DatasetPreview;
  problem?: string;
}

interface Picked {
  id: string;
  label: string;
  value: string;
  choices: Readonly<Record<string, string>>;
  onChoose: (value: string) => void;
}

function Pick({ id, label, value, choices, onChoose }: Picked) {
  return (
    <Field id={id} label={label}>
      <span class="select">
        <select id={id} value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
          {Object.entries(choices).map(([name, text]) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
        </select>
      </span>
    </Field>
  );
}

interface Counted {
  id: string;
  label: string;
  value: number;
  range: readonly [number, number];
  onChange: (value: number) => void;
}

function Count({ id, label, value, range: [min, max], onChange }: Counted) {
  return (
    <Field id={id} label={label}>
      <input
        id={id}
        type="number"
        min={min}
        max={max}
        value={value}
        onChange={({ currentTarget }) => {
          const { valueAsNumber, validity } = currentTarget;
          if (validity.valid && Number.isFinite(valueAsNumber)) onChange(valueAsNumber);
          else currentTarget.value = String(value);
        }}
      />
    </Field>
  );
}

/** Of a file that is not UTF-8: read anew in another one. */
function Encoding({ read, onRead }: { read: ReadFile; onRead: (read: ReadFile) => void }) {
  const [problem, setProblem] = useState('');
  const names: Record<string, string> = words.controls.encodings;
  const choose = (encoding: string) => {
    readAs(read.original, encoding).then(
      (found) => {
        setProblem('');
        onRead(found);
      },
      (error: unknown) => setProblem(textOf(error)),
    );
  };
  return (
    <>
      {read.assumed && <p class="preview-wanted">{words.assumed(names[read.encoding]!)}</p>}
      <div class="preview-controls">
        <Pick
          id="preview-encoding"
          label={words.controls.encoding}
          value={read.encoding}
          choices={names}
          onChoose={choose}
        />
      </div>
      {problem && (
        <p class="own-problem" role="alert" lang="en">
          {problem}
        </p>
      )}
    </>
  );
}

interface ControlsProps {
  choice: Choice;
  shown: DatasetPreview | undefined;
  onChange: (choice: Choice) => void;
}

const SPLIT = 0.1;
const MOST_HELD_OUT = 50;
/** Steps of the longest example, and how many there may be. */
const LENGTH = { usual: 256, most: 100_000 };

function Controls({ choice, shown, onChange }: ControlsProps) {
  const { task, reading } = choice;
  const { dataset = {}, validationSplit = SPLIT, maxLength = LENGTH.usual } = reading;
  const read = (changes: Partial<Choice['reading']>) =>
    onChange({ ...choice, reading: { ...reading, ...changes } });
  const readFile = (changes: FileConfig) => read({ dataset: { ...dataset, ...changes } });
  const { header, label, missing = 'refuse' } = dataset;
  const tasks = Object.fromEntries(DATA_TASKS.map((name) => [name, message.tasks.names[name]]));
  const lines = shown?.format !== 'table';
  return (
    <div class="preview-controls">
      <Pick
        id="preview-task"
        label={words.task}
        value={task}
        choices={tasks}
        onChoose={(name) => onChange(choiceOf(name as TaskName))}
      />
      {(task === 'regress' || task === 'classify') && (
        <Pick
          id="preview-header"
          label={words.controls.header}
          value={typeof header === 'boolean' ? (header ? 'yes' : 'no') : 'auto'}
          choices={words.controls.headers}
          onChoose={(value) => readFile({ header: value === 'auto' ? 'auto' : value === 'yes' })}
        />
      )}
      {task === 'classify' && lines && (
        <Pick
          id="preview-label"
          label={words.controls.label}
          value={label ?? 'auto'}
          choices={words.controls.labels}
          onChoose={(value) => readFile({ label: value })}
        />
      )}
      {shown && gapsIn(shown) > 0 && (
        <Pick
          id="preview-missing"
          label={words.controls.missing}
          value={missing}
          choices={words.controls.gaps}
          onChoose={(value) => readFile({ missing: value })}
        />
      )}
      {task !== 'next' && lines && (
        <Count
          id="preview-length"
          label={words.controls.maxLength}
          value={maxLength}
          range={[1, LENGTH.most]}
          onChange={(maxLength) => read({ maxLength })}
        />
      )}
      <Count
        id="preview-split"
        label={words.controls.split}
        value={Math.round(100 * validationSplit)}
        range={[0, MOST_HELD_OUT]}
        onChange={(percent) => read({ validationSplit: percent / 100 })}
      />
    </div>
  );
}

/** Asks again whenever the choice changes; the newest question wins. */
function useShown(file: File, choice: Choice | null): Shown | null {
  const [shown, setShown] = useState<Shown | null>(null);
  useEffect(() => {
    if (!choice) return;
    const asking = new AbortController();
    preview(file, choice, asking.signal).then(
      (preview) => setShown({ preview }),
      (error: unknown) => {
        if (!asking.signal.aborted) setShown({ problem: textOf(error) });
      },
    );
    return () => asking.abort();
  }, [file, choice]);
  return shown;
}

const close = () => (opened.value = null);

async function use(file: File, { task, pooling, reading }: Choice, train: boolean): Promise<void> {
  const chosen = await chooseData(file, { task, ...(task === 'regress' && { pooling }) }, reading);
  close(); // what went wrong is said on the page
  if (chosen && train) await (store.run.peek() ? engine.applyAndRestart() : engine.play());
}

function Preview({ arrived, plain }: { arrived: ReadFile; plain: boolean }) {
  const [source, setSource] = useState(arrived);
  const { file } = source;
  const [choice, setChoice] = useState<Choice | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  useEffect(() => {
    let live = true;
    const found = plain ? Promise.resolve(choiceOf('next')) : guess(file, settingsIn(wanted.peek()).task);
    found.then(
      (found) => live && setChoice(found),
      (error: unknown) => live && setFailed(textOf(error)),
    );
    return () => void (live = false);
  }, [file]);
  const shown = useShown(file, choice);
  const problem = failed ?? shown?.problem;
  const read = shown?.preview;
  const open =
    read !== undefined && gapsIn(read) > 0 && (choice?.reading.dataset?.missing ?? 'refuse') === 'refuse';
  const ready = read !== undefined && !open;
  return (
    <>
      <p class="preview-about" role="status">
        {read || problem ? words.file(file.name) : words.reading(file.name)}
      </p>
      {arrived.encoding !== 'utf-8' && <Encoding read={source} onRead={setSource} />}
      {source.carriageReturns && <p>{message.text.lineEnds}</p>}
      {choice && <Controls choice={choice} shown={read} onChange={setChoice} />}
      {problem !== undefined && (
        <p class="own-problem" role="alert" lang="en">
          {problem}
        </p>
      )}
      {choice && read && (
        <>
          <Facts shown={read} />
          <Notes notes={read.notes} />
          <Labels labels={read.labels ?? []} />
          <Columns choice={choice} shown={read} onChange={setChoice} />
          <FirstRows shown={read} />
        </>
      )}
      {open && <p class="preview-wanted">{words.missingWanted}</p>}
      <div class="dialog-end preview-end">
        <button type="button" onClick={close}>
          {words.cancel}
        </button>
        <button type="button" disabled={!ready} onClick={() => choice && void use(file, choice, false)}>
          {words.select}
        </button>
        <button
          type="button"
          class="primary"
          disabled={!ready}
          onClick={() => choice && void use(file, choice, true)}
        >
          {words.train}
        </button>
      </div>
    </>
  );
}

/** How the file that has just arrived would be read. */
export function PreviewPanel() {
  if (!arrived.value) return null;
  const { read, plain } = arrived.value;
  const { name, size, lastModified } = read.original;
  return <Preview key={`${name} ${size} ${lastModified}`} arrived={read} plain={plain} />;
}
