import type { Inspection } from 'unfold-rnn';
import { message } from '../i18n/messages';
import { firing, guesses } from './analysis';
import { decimals } from '../i18n/format';
import { inspector } from './inspector';
import { store } from '../app/store';
import { percent, signed } from './numbers';
import { said, shownAlone } from './symbols';

interface BarProps {
  symbol: string;
  share: number;
  text: string;
  marked?: boolean;
  note?: string;
}

function Bar({ symbol, share, text, marked = false, note }: BarProps) {
  return (
    <li class={`share${marked ? ' share-marked' : ''}${note ? ' share-noted' : ''}`}>
      <span class="share-symbol">
        <span aria-hidden="true">{shownAlone(symbol)}</span>
        <span class="unseen">{said(symbol)}</span>
      </span>
      {note && <span class="share-note">{note}</span>}
      <span class="share-bar" aria-hidden="true" style={{ '--share': share.toFixed(3) }} />
      <span class="share-text">{text}</span>
    </li>
  );
}

function Expected({ seen, at }: { seen: Inspection; at: number }) {
  if (at === 0) return <p class="look-note">{message.look.reading.nothing}</p>;
  const symbols = store.run.value!.info.vocabulary.symbols;
  const list = guesses(seen, at - 1);
  const actual = seen.tokens[at]!;
  const known = list.some(({ token }) => token === actual);
  const all = known ? list : [...list.slice(0, 4), { token: actual, probability: 2 ** -seen.surprise[at]! }];
  return (
    <ol class="shares">
      {all.map(({ token, probability }) => (
        <Bar
          key={token}
          symbol={symbols[token]!}
          share={probability}
          text={percent(probability)}
          marked={token === actual}
        />
      ))}
    </ol>
  );
}

/** The characters with the largest gradients, newest first among equals. */
function Mattered({ seen, at }: { seen: Inspection; at: number }) {
  const reach = inspector.reach.value;
  if (at === 0) return <p class="look-note">{message.look.reading.nothing}</p>;
  const norms = reach?.at === at ? [...reach.norms] : [];
  const total = norms.reduce((sum, norm) => sum + norm, 0) || 1;
  const order = norms.map((norm, t) => ({ norm, t })).sort((a, b) => b.norm - a.norm || b.t - a.t);
  return (
    <ol class="shares" data-reach={reach?.at}>
      {order.slice(0, 5).map(({ norm, t }) => (
        <Bar
          key={t}
          symbol={seen.symbols[t]!}
          note={message.look.reading.back(String(at - t))}
          share={norm / (order[0]!.norm || 1)}
          text={percent(norm / total)}
        />
      ))}
    </ol>
  );
}

function Fires({ seen, from, to }: { seen: Inspection; from: number; to: number }) {
  const { layer, unit, colouring } = inspector;
  return (
    <ul class="fires">
      {firing(seen, from, to).map((found) => {
        const chosen =
          colouring.value === 'neuron' && layer.value === found.layer && unit.value === found.unit;
        return (
          <li key={`${found.layer} ${found.unit}`}>
            <button
              type="button"
              class={found.score < 0 ? 'slim fire fire-negative' : 'slim fire'}
              aria-pressed={chosen}
              onClick={() => {
                layer.value = found.layer;
                unit.value = found.unit;
                colouring.value = 'neuron';
              }}
            >
              <span class="unseen">{message.look.reading.neuron} </span>
              <b>{message.look.reading.unit(found.layer + 1, found.unit + 1)}</b> {signed(found.score)}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** Everything about the character, or the range, that the reader points at. */
export function ReadingDetail({ seen }: { seen: Inspection }) {
  const { at, anchor } = inspector;
  const t = at.value;
  const [from, to] = [Math.min(t, anchor.value), Math.max(t, anchor.value)];
  const range = seen.symbols
    .slice(from, to + 1)
    .map(shownAlone)
    .join('');
  const words = message.look.reading;
  return (
    <div class="reading-detail">
      <p class="reading-what">
        <b class="reading-symbol">{range}</b>
        <span>
          {t === 0 ? '' : `${decimals(seen.surprise[t], 2)} bits · ${percent(2 ** -seen.surprise[t]!)}`}
        </span>
      </p>
      <div class="reading-lists">
        <section aria-labelledby="expected-title">
          <h3 id="expected-title">{words.expected}</h3>
          <Expected seen={seen} at={t} />
        </section>
        <section aria-labelledby="mattered-title">
          <h3 id="mattered-title">{words.mattered}</h3>
          <Mattered seen={seen} at={t} />
        </section>
      </div>
      <section aria-labelledby="fires-title">
        <h3 id="fires-title">{words.fires}</h3>
        <Fires seen={seen} from={from} to={to} />
        <p class="look-note">{words.firesAbout}</p>
      </section>
    </div>
  );
}
