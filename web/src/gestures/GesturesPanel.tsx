import { useState } from 'preact/hooks';
import { store } from '../app/store';
import { FileButton } from '../controls/FileButton';
import { Segmented } from '../controls/Segmented';
import { download } from '../data/files';
import { words } from '../i18n/data';
import { integer, percent } from '../i18n/format';
import { message } from '../i18n/messages';
import { engine } from '../training/engine';
import { allowMotion, mayMove } from './capture';
import { fromCsv } from './csv';
import { Recognizer } from './Recognizer';
import {
  addGesture,
  addStroke,
  chooseSource,
  deleteLast,
  FEWEST,
  fileOf,
  isReady,
  learn,
  learnedSource,
  MOST_GESTURES,
  recorded,
  removeGesture,
  rename,
} from './recorded';
import { Surface } from './Surface';
import { RATE, rowsOf, type Source } from './strokes';
import '../styles/data.css';
import '../styles/figures.css';

const text = words.gestures;

interface ListProps {
  chosen: number;
  onChoose: (at: number) => void;
}

/** The gestures with their examples; the one that is chosen is recorded. */
function List({ chosen, onChoose }: ListProps) {
  const { list } = recorded.value;
  return (
    <ul class="gestures-list" aria-label={text.list}>
      {list.map(({ name, strokes }, at) => (
        <li key={at} class="tools gestures-item">
          <input
            type="radio"
            name="gesture"
            aria-label={text.record(name)}
            checked={at === chosen}
            onChange={() => onChoose(at)}
          />
          <input
            type="text"
            maxLength={40}
            aria-label={text.name(at + 1)}
            value={name}
            onFocus={() => onChoose(at)}
            onInput={({ currentTarget }) => rename(at, currentTarget.value)}
          />
          <span class="gestures-count">{text.examples(strokes.length)}</span>
          <button type="button" class="slim" disabled={strokes.length === 0} onClick={() => deleteLast(at)}>
            {text.deleteLast}
          </button>
          <button
            type="button"
            class="slim"
            aria-label={text.removeOf(name)}
            onClick={() => {
              removeGesture(at);
              onChoose(Math.max(0, chosen - (at <= chosen ? 1 : 0)));
            }}
          >
            {text.remove}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** What is wrong with the file; '' where it was taken. */
async function importCsv(file: File): Promise<string> {
  const found = fromCsv(await file.text());
  if (!found) return text.notGestures;
  recorded.value = found;
  return '';
}

/** Trains, pauses, and says how far it is. */
function Training() {
  const ready = isReady(recorded.value);
  const learned = learnedSource() === recorded.value.source;
  const { step, validationAccuracy, accuracy } = store.numbers.value;
  const running = store.phase.value === 'running';
  return (
    <div class="tools">
      <button
        type="button"
        class="primary"
        disabled={!ready || store.pending.value !== null}
        onClick={() => void learn(recorded.peek())}
      >
        {text.train}
      </button>
      <button type="button" disabled={!running || !learned} onClick={() => void engine.pause()}>
        {message.bar.pause}
      </button>
      <p class="gestures-status" role="status">
        {!ready
          ? text.wanted(FEWEST)
          : learned
            ? text.learning(integer(step), percent(validationAccuracy ?? accuracy))
            : text.ready}
      </p>
    </div>
  );
}

/** Records gestures, trains a classifier of them and recognizes new ones. */
export function GesturesPanel() {
  const [chosen, setChosen] = useState(0);
  const [remark, setRemark] = useState('');
  const [mode, setMode] = useState<'record' | 'recognize'>('record');
  const { source, list } = recorded.value;
  const choose = async (next: Source) => {
    if (next === 'motion' && !(await allowMotion())) return setRemark(text.denied);
    setRemark('');
    chooseSource(next);
  };
  const learned = learnedSource() === source;
  const recognizing = mode === 'recognize' && learned;
  return (
    <div class="gestures">
      <p class="preview-about">{text.about(RATE)}</p>
      {mayMove() && (
        <Segmented
          name="gesture-source"
          label={text.source}
          value={source}
          choices={[
            ['pointer', text.sources.pointer],
            ['motion', text.sources.motion],
          ]}
          onChoose={(next) => void choose(next)}
        />
      )}
      <List chosen={chosen} onChoose={setChosen} />
      <div class="tools">
        <button
          type="button"
          class="slim"
          disabled={list.length >= MOST_GESTURES}
          onClick={() => {
            addGesture(text.numbered(list.length + 1));
            setChosen(list.length);
          }}
        >
          {text.add}
        </button>
        <FileButton
          slim
          accept=".csv"
          label={text.import}
          onFiles={([file]) => file && void importCsv(file).then(setRemark)}
        >
          {text.import}
        </FileButton>
        <button
          type="button"
          class="slim"
          disabled={list.every(({ strokes }) => strokes.length === 0)}
          onClick={() => {
            const file = fileOf(recorded.peek());
            download(file, file.name);
          }}
        >
          {text.export}
        </button>
      </div>
      <p class="gestures-remark" role="status">
        {remark}
      </p>
      <Training />
      <Segmented
        name="gesture-mode"
        label={text.mode}
        value={recognizing ? 'recognize' : 'record'}
        choices={
          learned
            ? [
                ['record', text.modes.record],
                ['recognize', text.modes.recognize],
              ]
            : [['record', text.modes.record]]
        }
        onChoose={setMode}
      />
      {recognizing ? (
        <Recognizer source={source} />
      ) : (
        <Surface
          source={source}
          label={text.draw(list[chosen]?.name ?? '')}
          onStroke={(moments) => {
            if (list[chosen]) setRemark(addStroke(chosen, rowsOf(source, moments)) ? '' : text.tooShort);
          }}
        />
      )}
    </div>
  );
}
