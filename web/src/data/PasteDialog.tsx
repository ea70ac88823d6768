import type { RefObject } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { message } from '../i18n/messages';
import { takePasted } from './files';

export function PasteDialog({ dialog, hint }: { dialog: RefObject<HTMLDialogElement | null>; hint: string }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const [empty, setEmpty] = useState(true);
  const close = () => dialog.current?.close();
  const use = async () => {
    if (await takePasted(area.current?.value ?? '')) close();
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="paste-title">
      <h2 id="paste-title">{message.text.pasteTitle}</h2>
      <p id="paste-hint">{hint}</p>
      <textarea
        ref={area}
        class="paste"
        rows={12}
        dir="auto"
        spellcheck={false}
        aria-labelledby="paste-title"
        aria-describedby="paste-hint"
        onInput={(event) => setEmpty(event.currentTarget.value.length === 0)}
      />
      <div class="dialog-end">
        <button type="button" onClick={close}>
          {message.text.cancel}
        </button>
        <button type="button" class="primary" disabled={empty} onClick={() => void use()}>
          {message.text.use}
        </button>
      </div>
    </dialog>
  );
}
