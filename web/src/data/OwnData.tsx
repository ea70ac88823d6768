import { useRef } from 'preact/hooks';
import { FileButton } from '../controls/FileButton';
import { message } from '../i18n/messages';
import { takeFiles } from './files';
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
          multiple
          accept=".txt,.md,.csv,.tsv,.json,.jsonl,.mid,.midi,text/*"
          label={message.text.file}
          onFiles={(files) => void takeFiles(files)}
        >
          {message.text.file}
        </FileButton>
      </div>
      <PasteDialog dialog={paste} hint={hint} />
    </>
  );
}
