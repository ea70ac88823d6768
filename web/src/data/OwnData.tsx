import { useRef } from 'preact/hooks';
import { FileButton } from '../controls/FileButton';
import { message } from '../i18n/messages';
import { takeFile } from './files';
import { PasteDialog } from './PasteDialog';

/** The way to a text, or examples, of one's own. */
export function OwnData({ hint, size }: { hint: string; size: string }) {
  const paste = useRef<HTMLDialogElement>(null);
  return (
    <>
      <div class="text-foot">
        <p class="text-size">{size}</p>
        <button type="button" class="slim" onClick={() => paste.current?.showModal()}>
          {message.text.paste}
        </button>
        <FileButton
          slim
          accept=".txt,.md,.csv,.tsv,.json,.mid,.midi,text/*"
          label={message.text.file}
          onFile={(file) => void takeFile(file)}
        >
          {message.text.file}
        </FileButton>
      </div>
      <PasteDialog dialog={paste} hint={hint} />
    </>
  );
}
