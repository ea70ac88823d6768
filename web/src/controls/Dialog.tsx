import { useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { Icon } from './Icon';
import { message } from '../i18n/messages';
import { type DialogName, opened } from '../app/dialogs';

interface Props {
  name: DialogName;
  title: string;
  wide?: boolean;
  children: () => ComponentChildren;
}

/** A native dialog, opened by its name; what it holds is made while it is open. */
export function Dialog({ name, title, wide = false, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = opened.value === name;
  useSignalEffect(() => {
    const element = dialog.current;
    if (opened.value === name) {
      if (element && !element.open) element.showModal();
    } else element?.close();
  });
  return (
    <dialog
      ref={dialog}
      class={wide ? 'dialog dialog-wide' : 'dialog'}
      aria-labelledby={`${name}-title`}
      closedby="any"
      onClose={() => opened.peek() === name && (opened.value = null)}
    >
      <div class="dialog-head">
        <h2 id={`${name}-title`}>{title}</h2>
        <button
          type="button"
          class="plain"
          aria-label={message.help.close}
          onClick={() => (opened.value = null)}
        >
          <Icon name="close" />
        </button>
      </div>
      {open && children()}
    </dialog>
  );
}
