import { percent } from '../i18n/format';

interface Props {
  labels: readonly string[];
  shares: readonly number[];
  /** The label that is right, marked. */
  right?: string | undefined;
  most?: number;
}

/** Probabilities as bars, the likeliest first where there are many. */
export function ProbabilityBars({ labels, shares, right, most = 5 }: Props) {
  const all = labels.map((label, at) => ({ label, share: shares[at] ?? 0 }));
  const shown = all.length > most ? all.sort((a, b) => b.share - a.share).slice(0, most) : all;
  return (
    <ul class="probability-bars">
      {shown.map(({ label, share }) => (
        <li key={label} class={label === right ? 'probability-bar probability-bar-right' : 'probability-bar'}>
          <bdi class="probability-bar-label">{label}</bdi>
          <span class="probability-bar-fill" aria-hidden="true" style={{ '--share': share.toFixed(3) }} />
          <span class="probability-bar-text">{percent(share)}</span>
        </li>
      ))}
    </ul>
  );
}
