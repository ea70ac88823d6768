import { useEffect, useState } from 'preact/hooks';
import { lockedElsewhere } from './runLock';
import { deleteRun, keeping, nameOf, renameRun, runStore } from './autosave';
import { resumeRun } from './resume';
import { StorageError } from './storageError';
import { type Entry, MOST_UNNAMED } from './runStore';
import { message } from '../i18n/messages';
import { MOST_PINS, pinId, pinKept, pins } from '../compare/pins';
import { KEEP_BELOW } from '../training/copies';
import { bytes, clock, compact, integer, lossText } from '../i18n/format';
import { readHash } from '../settings/hash';
import { notify } from '../app/notices';
import { opened } from '../app/dialogs';
import { store } from '../app/store';
import { unitOf } from '../tasks';

/** The stored runs, read again whenever they change. */
function useEntries() {
  const [entries, setEntries] = useState<Entry[] | null>(null);
  const [elsewhere, setElsewhere] = useState<Set<string>>(new Set());
  const changes = keeping.changes.value;
  useEffect(() => {
    const show = async () => {
      const found = await runStore.list();
      setElsewhere(await lockedElsewhere(found.map(({ id }) => id)));
      setEntries(found);
    };
    show().catch((error: unknown) => {
      keeping.problem.value = error instanceof StorageError ? error.problem : 'denied';
      setEntries([]);
    });
  }, [changes]);
  return { entries, elsewhere };
}

function refused(error: unknown): void {
  notify('error', message.storage.problem[error instanceof StorageError ? error.problem : 'denied']);
}

function Name({ entry, done }: { entry: Entry; done: () => void }) {
  const [name, setName] = useState(entry.name);
  const save = () => {
    if (name.trim() !== entry.name) void renameRun(entry.id, name).catch(refused);
    done();
  };
  return (
    <input
      type="text"
      class="run-rename"
      dir="auto"
      maxLength={80}
      autoFocus
      aria-label={message.runs.nameOf(nameOf(entry))}
      placeholder={nameOf(entry)}
      value={name}
      onInput={(event) => setName(event.currentTarget.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === 'Enter') save();
        if (event.key !== 'Escape') return;
        event.preventDefault();
        done();
      }}
    />
  );
}

function Question({ entry, done }: { entry: Entry; done: () => void }) {
  return (
    <p class="run-question">
      {message.runs.really(nameOf(entry))}
      <button
        type="button"
        class="slim"
        onClick={() => void deleteRun(entry.id).catch(refused).finally(done)}
      >
        {message.runs.delete}
      </button>
      <button type="button" class="slim" autoFocus onClick={done}>
        {message.runs.keep}
      </button>
    </p>
  );
}

function Row({ entry, elsewhere }: { entry: Entry; elsewhere: boolean }) {
  const [mode, setMode] = useState<'shown' | 'renaming' | 'asking'>('shown');
  const here = store.run.value?.id === entry.id;
  const title = nameOf(entry);
  const { settings } = readHash(entry.link);
  const pinned = pins.value.some(({ id }) => id === pinId(entry.id, entry.step));
  const about = (what: string) => `${what}: ${title}`;
  const shown = () => setMode('shown');
  const resume = async () => {
    if (await resumeRun(entry.id, false)) opened.value = null;
  };
  return (
    <li class="run-row">
      <div class="run-what">
        {mode === 'renaming' ? (
          <Name entry={entry} done={shown} />
        ) : (
          <h3 dir="auto" class="run-title">
            {title}
          </h3>
        )}
        <p class="run-facts">
          <span dir="auto">{entry.text.title}</span>
          <span>{message.runs.step(integer(entry.step))}</span>
          <span>{message.runs.loss[unitOf(settings)](lossText(entry.validation ?? entry.loss))}</span>
          <span>{message.runs.parameters(compact(entry.parameters))}</span>
          <span>{bytes(2 * entry.bytes)}</span>
          <span>{clock(entry.saved)}</span>
        </p>
        {mode === 'asking' && <Question entry={entry} done={shown} />}
      </div>
      <div class="run-actions">
        {here ? (
          <span class="run-here">{message.runs.here}</span>
        ) : (
          <button
            type="button"
            class="slim"
            aria-label={about(message.runs.resume)}
            onClick={() => void resume()}
          >
            {elsewhere ? message.runs.copy : message.runs.resume}
          </button>
        )}
        <button
          type="button"
          class="slim"
          disabled={pinned || pins.value.length >= MOST_PINS}
          aria-label={about(pinned ? message.compare.isPinned : message.runs.pin)}
          onClick={() => void pinKept(entry.id, title)}
        >
          {pinned ? message.compare.isPinned : message.runs.pin}
        </button>
        <button
          type="button"
          class="slim"
          aria-label={about(message.runs.rename)}
          onClick={() => setMode('renaming')}
        >
          {message.runs.rename}
        </button>
        <button
          type="button"
          class="slim"
          disabled={here || elsewhere}
          aria-label={about(message.runs.delete)}
          onClick={() => setMode('asking')}
        >
          {message.runs.delete}
        </button>
      </div>
    </li>
  );
}

export function RunsPanel() {
  const { entries, elsewhere } = useEntries();
  const problem = keeping.problem.value;
  const saved = keeping.saved.value;
  return (
    <>
      <p class="runs-about">
        {problem
          ? `${message.storage.problem[problem]} ${message.storage.goesOn}`
          : message.runs.about(integer(MOST_UNNAMED))}
      </p>
      {!problem && saved && (
        <p class="runs-saved">{message.runs.saved(integer(saved.step), clock(saved.at))}</p>
      )}
      {(store.run.value?.info.parameters ?? 0) > KEEP_BELOW && <p class="runs-about">{message.runs.large}</p>}
      {entries?.length === 0 && <p class="runs-about">{message.runs.none}</p>}
      <ul class="runs">
        {entries?.map((entry) => (
          <Row key={entry.id} entry={entry} elsewhere={elsewhere.has(entry.id)} />
        ))}
      </ul>
    </>
  );
}
