import { Dialog } from '../controls/Dialog';
import { type Export, exportsOf, stemOf } from '../keep/exports';
import { message } from '../messages';
import { download } from '../state/files';
import { bytes } from '../state/format';
import { notify, report } from '../state/notices';
import { store } from '../state/store';

async function give({ ending, make }: Export): Promise<void> {
  const run = store.run.peek();
  if (!run) return;
  try {
    const blob = await make(run);
    if (!blob) return notify('error', message.exports.nothing);
    const name = stemOf(run) + ending;
    download(blob, name);
    notify('note', message.notice.saved(name, bytes(blob.size)));
  } catch (error) {
    report(error);
  }
}

export function ExportDialog() {
  return (
    <Dialog name="export" title={message.exports.title}>
      {() => (
        <ul class="exports">
          {exportsOf(store.run.value).map((entry) => (
            <li key={entry.name}>
              <button type="button" disabled={store.run.value === null} onClick={() => void give(entry)}>
                {message.exports.labels[entry.name]}
              </button>
              <span>{message.exports.about[entry.name]}</span>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
