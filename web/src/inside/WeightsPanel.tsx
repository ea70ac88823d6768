import { message } from '../i18n/messages';
import { histogram, type Histogram, rangeOf } from './analysis';
import { showsText } from '../app/store';
import { integer, twoDigits } from '../i18n/format';
import { inspector, watchReading } from './inspector';
import { histograms, watchHistograms } from './histograms';
import { percent, signed } from './numbers';
import { useInView } from './useInView';

const HEIGHT = 40;

/** Bars as one path: forty rectangles for each of a few dozen parameters would be many elements. */
function Bars({ counts }: { counts: readonly number[] }) {
  const most = Math.max(1, ...counts);
  const path = counts
    .map((count, at) => {
      const height = count === 0 ? 0 : Math.max(1, (count / most) * HEIGHT);
      return `M${at} ${HEIGHT}v${-height.toFixed(1)}h1v${height.toFixed(1)}z`;
    })
    .join('');
  return (
    <svg
      class="bars"
      viewBox={`0 0 ${counts.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path d={path} />
    </svg>
  );
}

function Figure({ name, counts, note }: { name: string; counts: readonly number[]; note: string }) {
  return (
    <figure class="spread">
      <figcaption>{name}</figcaption>
      <Bars counts={counts} />
      <p>{note}</p>
    </figure>
  );
}

const dimensions = ([rows, cols]: readonly [number, number]) =>
  cols === 1 ? integer(rows) : `${integer(rows)} × ${integer(cols)}`;

interface TableProps {
  caption: string;
  heads: readonly string[];
  /** The first cell names its row. */
  rows: readonly (readonly string[])[];
}

/** The numbers behind the pictures, for who cannot see them. */
function HiddenTable({ caption, heads, rows }: TableProps) {
  return (
    <div class="unseen">
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {heads.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...cells]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {cells.map((cell, at) => (
                <td key={at}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Weights() {
  const words = message.look.weights;
  const all = histograms.value?.all ?? [];
  return (
    <section aria-labelledby="weights-title">
      <h3 id="weights-title">{words.weights}</h3>
      <div class="histograms" data-step={histograms.value?.step}>
        {all.map(({ name, counts, low, high }) => (
          <Figure key={name} name={name} counts={counts} note={words.of(signed(low), signed(high))} />
        ))}
      </div>
      <HiddenTable
        caption={words.caption}
        heads={[
          words.name,
          message.look.network.shape,
          words.low,
          words.high,
          message.look.network.mean,
          message.look.network.deviation,
        ]}
        rows={all.map(({ name, shape, low, high, mean, deviation }) => [
          name,
          dimensions(shape),
          signed(low),
          signed(high),
          signed(mean),
          twoDigits(deviation),
        ])}
      />
    </section>
  );
}

interface Gate extends Histogram {
  name: string;
}

function gates(): Gate[] {
  const layers = inspector.seen.value?.layers ?? [];
  return layers.flatMap(({ series }, l) =>
    Object.entries(series).map(([name, values]) => {
      const [low, high] = rangeOf(values);
      return { name: layers.length > 1 ? `${name} · ${l + 1}` : name, ...histogram(values, low, high) };
    }),
  );
}

function Gates() {
  const words = message.look.weights;
  const all = gates();
  return (
    <section aria-labelledby="gates-title">
      <h3 id="gates-title">{words.gates}</h3>
      <p class="look-note">{words.gatesAbout}</p>
      <div class="histograms" data-step={inspector.seen.value?.step}>
        {all.map(({ name, counts, low, high, left, right }) => (
          <Figure
            key={name}
            name={name}
            counts={counts}
            note={`${words.of(twoDigits(low), twoDigits(high))}; ${words.ends(percent(left), percent(right))}`}
          />
        ))}
      </div>
      <HiddenTable
        caption={words.gatesCaption}
        heads={[words.name, message.look.network.mean, words.left, words.right]}
        rows={all.map(({ name, mean, left, right }) => [name, signed(mean), percent(left), percent(right)])}
      />
    </section>
  );
}

function watch(): () => void {
  const stops = [watchHistograms(), ...(showsText.peek() ? [watchReading()] : [])];
  return () => stops.forEach((stop) => stop());
}

export function WeightsPanel() {
  const element = useInView<HTMLDivElement>(watch);
  return (
    <div ref={element} class="weights">
      <p class="look-about">{message.look.weights.about}</p>
      {showsText.value && <Gates />}
      <Weights />
    </div>
  );
}
