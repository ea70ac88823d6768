const FILLED = {
  play: 'M4.5 2.9v10.2c0 .6.7 1 1.2.7l8-5.1c.5-.3.5-1.1 0-1.4l-8-5.1c-.5-.3-1.2.1-1.2.7z',
  pause: 'M3.5 2.5h3.2v11H3.5zM9.3 2.5h3.2v11H9.3z',
  step: 'M3 3.2v9.6c0 .5.6.8 1 .5l6-4.8c.3-.3.3-.7 0-1L4 2.7c-.4-.3-1 0-1 .5zM11.2 2.6h2v10.8h-2z',
};

const DRAWN = {
  reset: 'M12.9 6.5A5.2 5.2 0 1 0 13.2 9M13 2.6v3.9H9.1',
  undo: 'M6 3 2.8 6.2 6 9.4M3 6.2h6.2a3.4 3.4 0 0 1 0 6.8H6.5',
  save: 'M8 2v8.1M4.8 6.9 8 10.1l3.2-3.2M2.8 13.4h10.4',
  open: 'M8 10.2V2.1M4.8 5.3 8 2.1l3.2 3.2M2.8 13.4h10.4',
  link: 'M6.6 9.4a2.8 2.8 0 0 0 4 0l2-2a2.8 2.8 0 0 0-4-4l-.9.9M9.4 6.6a2.8 2.8 0 0 0-4 0l-2 2a2.8 2.8 0 0 0 4 4l.9-.9',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
};

export type IconName = keyof typeof FILLED | keyof typeof DRAWN;

export function Icon({ name }: { name: IconName }) {
  const drawn = name in DRAWN;
  return (
    <svg class={drawn ? 'icon icon-drawn' : 'icon'} viewBox="0 0 16 16" aria-hidden="true">
      <path d={drawn ? DRAWN[name as keyof typeof DRAWN] : FILLED[name as keyof typeof FILLED]} />
    </svg>
  );
}

/** One cell, and the same cell unrolled. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 38 16" aria-hidden="true">
      <path class="mark-line" d="M12 8h22" />
      <rect x="1" y="2" width="12" height="12" rx="3" />
      <rect class="mark-second" x="18" y="3.5" width="9" height="9" rx="2.25" />
      <rect class="mark-third" x="32" y="5" width="6" height="6" rx="1.5" />
    </svg>
  );
}
