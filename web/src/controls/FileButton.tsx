import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

interface Props {
  accept: string;
  label: string;
  title?: string;
  disabled?: boolean;
  slim?: boolean;
  onFile: (file: File) => void;
  children: ComponentChildren;
}

/** A button that asks for a file. */
export function FileButton({ accept, label, title, disabled, slim, onFile, children }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        class={slim ? 'slim' : undefined}
        title={title}
        disabled={disabled}
        onClick={() => input.current?.click()}
      >
        {children}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        aria-label={label}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (file) onFile(file);
        }}
      />
    </>
  );
}
