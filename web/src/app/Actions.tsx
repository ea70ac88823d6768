import { useRef } from 'preact/hooks';
import { FileButton } from '../controls/FileButton';
import { Icon } from '../controls/Icon';
import { Deferred } from '../controls/Deferred';
import { message } from '../i18n/messages';
import { copyText } from './clipboard';
import { saveModel, takeFiles } from '../data/files';
import { notify } from './notices';
import { open } from './dialogs';
import { linkHere, linkWithText } from './address';
import { OWN_TEXT } from '../settings/settings';
import { store } from './store';
import { HelpDialog } from '../help/HelpDialog';
import { Threads } from '../training/Threads';

const copy = (address: string) => copyText(address, message.actions.linkRefused);

/** A text of one's own goes into a link only when it is asked for. */
async function copyWithText(): Promise<void> {
  const address = await linkWithText();
  if (address === null) return notify('note', message.actions.textTooLong);
  if (await copy(address)) notify('note', message.actions.linkedText);
}

async function copyLink(): Promise<void> {
  const own = store.corpus.peek()?.id === OWN_TEXT;
  const withText = { label: message.actions.withText, run: () => void copyWithText() };
  if (await copy(linkHere())) notify('note', message.actions.linked, '', own ? [withText] : []);
}

export function Actions() {
  const help = useRef<HTMLDialogElement>(null);
  const none = store.run.value === null;
  return (
    <nav class="actions" aria-label={message.actions.label}>
      <Threads />
      <button type="button" title={message.runs.openTitle} onClick={() => open('runs')}>
        {message.runs.open}
      </button>
      <button type="button" title={message.compare.openTitle} onClick={() => open('compare')}>
        {message.compare.title}
      </button>
      <button type="button" title={message.tours.openTitle} onClick={() => open('tours')}>
        {message.tours.title}
      </button>
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
        accept=".safetensors,.pt,.pth,.ckpt,.bin,.onnx,.h5,.keras"
        label={message.actions.openTitle}
        title={message.actions.openTitle}
        disabled={store.corpus.value === null}
        onFiles={(files) => void takeFiles(files)}
      >
        <Icon name="open" />
        {message.actions.open}
      </FileButton>
      <button type="button" title={message.exports.openTitle} onClick={() => open('export')}>
        {message.exports.title}
      </button>
      <button type="button" title={message.actions.linkTitle} onClick={() => void copyLink()}>
        <Icon name="link" />
        {message.actions.link}
      </button>
      <button type="button" onClick={() => help.current?.showModal()}>
        {message.actions.help}
      </button>
      <Deferred>
        <HelpDialog dialog={help} />
      </Deferred>
    </nav>
  );
}
