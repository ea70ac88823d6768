import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

interface Props {
  title: ComponentChildren;
  class?: string;
  children: () => ComponentChildren;
}

/** What can be unfolded; it is made when it is first opened, and then stays. */
export function Disclosure({ title, class: name = '', children }: Props) {
  const [opened, setOpened] = useState(false);
  return (
    <details class={`more ${name}`} onToggle={() => setOpened(true)}>
      <summary>{title}</summary>
      {opened && children()}
    </details>
  );
}
