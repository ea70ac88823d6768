import { useRef } from 'preact/hooks';
import { FileButton } from '../controls/FileButton';
import { Icon } from '../controls/Icon';
import { message } from '../messages';
import { saveModel, takeFile } from '../state/files';
import { notify } from '../state/notices';
import { linkHere } from '../state/session';
import { store } from '../state/store';
import { HelpDialog } from './HelpDialog';
import { Threads } from './Threads';

async function copyLink(): Promise<void> {
  const address = linkHere();
  try {
    await navigator.clipboard.writeText(address);
    notify('note', message.actions.linked);
  } catch {
    notify('note', message.actions.linkRefused);
  }
}

export function Actions() {
  const help = useRef<HTMLDialogElement>(null);
  const none = store.run.value === null;
  return (
    <nav class="actions" aria-label={message.actions.label}>
      <Threads />
      <button
        type="button"
        disabled={none}
        title={message.actions.saveTitle}
        onClick={() => void saveModel()}
      >
        <Icon name="save" />
        {message.actions.save}
      </button>
      <FileButton
        accept=".safetensors"
        label={message.actions.openTitle}
        title={message.actions.openTitle}
        disabled={store.corpus.value === null}
        onFile={(file) => void takeFile(file)}
      >
        <Icon name="open" />
        {message.actions.open}
      </FileButton>
      <button type="button" title={message.actions.linkTitle} onClick={() => void copyLink()}>
        <Icon name="link" />
        {message.actions.link}
      </button>
      <button type="button" onClick={() => help.current?.showModal()}>
        {message.actions.help}
      </button>
      <HelpDialog dialog={help} />
    </nav>
  );
}
