import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

interface Props {
  accept: string;
  label: string;
  title?: string;
  disabled?: boolean;
  slim?: boolean;
  /** Several files can be chosen. */
  multiple?: boolean;
  onFiles: (files: File[]) => void;
  children: ComponentChildren;
}

/** A button that asks for a file, or several. */
export function FileButton({ accept, label, title, disabled, slim, multiple, onFiles, children }: Props) {
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
        multiple={multiple}
        accept={accept}
        aria-label={label}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = '';
          if (files.length > 0) onFiles(files);
        }}
      />
    </>
  );
}
