import { signal } from '@preact/signals';
import { ExportProblem } from './exportClient';
import type { ExportName } from './exportNames';
import { ARCHIVE } from './zip';
import { type Export, exportsOf, type Kind, stemOf } from './exports';
import { message } from '../i18n/messages';
import { download } from '../data/files';
import { bytes } from '../i18n/format';
import { notify, report } from '../app/notices';
import { open } from '../app/dialogs';
import { store } from '../app/store';

const busy = signal<ExportName | null>(null);
/** Why the last one could not be written. */
const problem = signal<{ name: ExportName; text: string } | null>(null);

async function give({ name, ending, make }: Export): Promise<void> {
  const run = store.run.peek();
  if (!run || busy.peek()) return;
  busy.value = name;
  problem.value = null;
  try {
    const blob = await make(run);
    if (!blob) return notify('error', message.exports.nothing);
    const file = stemOf(run) + (blob.type === ARCHIVE ? `-${name}.zip` : ending);
    download(blob, file);
    notify('note', message.notice.saved(file, bytes(blob.size)));
  } catch (error) {
    if (error instanceof ExportProblem) problem.value = { name, text: error.message };
    else report(error);
  } finally {
    busy.value = null;
  }
}

function Entry({ entry }: { entry: Export }) {
  const { name } = entry;
  const refused = problem.value?.name === name ? problem.value.text : null;
  return (
    <li aria-busy={busy.value === name}>
      <button type="button" disabled={store.run.value === null} onClick={() => void give(entry)}>
        {message.exports.labels[name]}
      </button>
      <span>{message.exports.about[name]}</span>
      {refused !== null && (
        <p class="export-problem" role="alert" lang="en">
          {refused}
        </p>
      )}
    </li>
  );
}

function Embedding() {
  return (
    <li>
      <button type="button" disabled={store.run.value === null} onClick={() => open('embed')}>
        {message.embed.title}
      </button>
      <span>{message.embed.about}</span>
    </li>
  );
}

const KINDS: readonly Kind[] = ['model', 'record'];

export function ExportPanel() {
  return KINDS.map((kind) => (
    <section key={kind} aria-labelledby={`exports-${kind}`}>
      <h3 id={`exports-${kind}`}>{message.exports.kinds[kind]}</h3>
      <ul class="exports">
        {exportsOf(store.run.value, kind).map((entry) => (
          <Entry key={entry.name} entry={entry} />
        ))}
        {kind === 'model' && <Embedding />}
      </ul>
    </section>
  ));
}
