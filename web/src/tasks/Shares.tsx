import { percent } from '../state/format';

interface Props {
  labels: readonly string[];
  shares: readonly number[];
  /** The label that is right, marked. */
  right?: string | undefined;
  most?: number;
}

/** Probabilities as bars, the likeliest first where there are many. */
export function Shares({ labels, shares, right, most = 5 }: Props) {
  const all = labels.map((label, at) => ({ label, share: shares[at] ?? 0 }));
  const shown = all.length > most ? all.sort((a, b) => b.share - a.share).slice(0, most) : all;
  return (
    <ul class="task-shares">
      {shown.map(({ label, share }) => (
        <li key={label} class={label === right ? 'task-share task-share-right' : 'task-share'}>
          <bdi class="task-share-label">{label}</bdi>
          <span class="task-share-bar" aria-hidden="true" style={{ '--share': share.toFixed(3) }} />
          <span class="task-share-text">{percent(share)}</span>
        </li>
      ))}
    </ul>
  );
}
