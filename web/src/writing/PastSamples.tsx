import { message } from '../i18n/messages';
import { decimals, integer } from '../i18n/format';
import { store, type Sample } from '../app/store';

const EXCERPT = 260;

function Row({ sample }: { sample: Sample }) {
  const chosen = store.chosen.value?.id === sample.id;
  const text = (sample.prompt + sample.text).trim().replace(/\s+/g, ' ').slice(0, EXCERPT);
  return (
    <li
      id={`sample-${sample.id}`}
      role="option"
      class="past-row"
      aria-selected={chosen}
      onClick={() => (store.chosen.value = chosen ? null : sample)}
    >
      <span class="past-step">{integer(sample.step)}</span>
      <span class="past-loss">{decimals(sample.loss, 2)}</span>
      <span class="past-text" dir="auto">
        {text}
      </span>
    </li>
  );
}

function move(event: KeyboardEvent): void {
  const samples = store.samples.peek();
  const at = samples.findIndex((sample) => sample.id === store.chosen.peek()?.id);
  const last = samples.length - 1;
  const targets: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: last,
    Escape: -1,
  };
  const target = targets[event.key];
  if (target === undefined) return;
  event.preventDefault();
  const next = samples[Math.min(target, last)] ?? null;
  store.chosen.value = next;
  if (next) document.getElementById(`sample-${next.id}`)?.scrollIntoView({ block: 'nearest' });
}

/** Older samples with their step and loss. Rows are not keyed: they stay put and their text moves on. */
export function PastSamples() {
  const samples = store.samples.value;
  const chosen = store.chosen.value;
  return (
    <div class="past">
      <div class="past-head" aria-hidden="true">
        <span>{message.facts.step}</span>
        <span>{message.loss.title}</span>
        <span>{message.stream.past}</span>
      </div>
      {samples.length === 0 ? (
        <p class="past-empty">{message.stream.pastEmpty}</p>
      ) : (
        <ul
          class="past-list"
          role="listbox"
          tabIndex={0}
          aria-label={message.stream.past}
          aria-activedescendant={chosen ? `sample-${chosen.id}` : undefined}
          onKeyDown={move}
        >
          {samples.map((sample) => (
            <Row sample={sample} />
          ))}
        </ul>
      )}
    </div>
  );
}
