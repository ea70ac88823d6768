import { useState } from 'preact/hooks';
import { PinnedChart, Swatch } from './PinnedChart';
import { differences, MOST_PINS, type Pin, pinPresent, pins, ranked, samples, unpin, writeAll } from './pins';
import { describedBy } from '../help/helpTarget';
import { Disclosure } from '../controls/Disclosure';
import { message } from '../i18n/messages';
import { compact, decimals, integer } from '../i18n/format';
import { report } from '../app/notices';
import { store } from '../app/store';

const ROWS = 12;

/** The curves as numbers, thinned. */
function Numbers({ all }: { all: readonly Pin[] }) {
  return (
    <Disclosure title={message.compare.numbers}>
      {() => (
        <div class="table-scroll" tabIndex={0} role="region" aria-label={message.compare.numbers}>
          <table>
            <thead>
              <tr>
                <th scope="col">{message.compare.run}</th>
                <th scope="col">{message.loss.step}</th>
                <th scope="col">{message.loss.training}</th>
                <th scope="col">{message.loss.validation}</th>
              </tr>
            </thead>
            <tbody>
              {all.flatMap((pin) =>
                pin.series.rows(ROWS).map((row) => (
                  <tr key={`${pin.id} ${row.step}`}>
                    <th scope="row">
                      <bdi>{pin.title}</bdi>
                    </th>
                    <td>{integer(row.step)}</td>
                    <td>{decimals(row.training, 3)}</td>
                    <td>{decimals(row.validation, 3)}</td>
                  </tr>
                )),
              )}
            </tbody>
          </table>
        </div>
      )}
    </Disclosure>
  );
}

function Ranking({ all }: { all: readonly Pin[] }) {
  const texts = all.every(({ unit }) => unit === 'character');
  const title = texts ? message.compare.ranking : message.compare.rankingExamples;
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={title}>
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">{message.compare.rank}</th>
            <th scope="col" class="start">
              {message.compare.run}
            </th>
            <th scope="col">{message.loss.validation}</th>
            <th scope="col">{message.loss.training}</th>
            <th scope="col">{message.facts.step}</th>
            <th scope="col">{message.compare.parameters}</th>
            <th scope="col">
              <span class="unseen">{message.compare.unpin}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {ranked(all).map((pin, at) => (
            <tr key={pin.id}>
              <td class="start">{pin.score === null ? '–' : integer(at + 1)}</td>
              <th scope="row" class="start">
                <Swatch at={all.indexOf(pin)} /> <bdi>{pin.title}</bdi> <bdi class="soft">{pin.text}</bdi>
              </th>
              <td>{decimals(pin.score, 3)}</td>
              <td>{decimals(pin.series.latest, 3)}</td>
              <td>{integer(pin.step)}</td>
              <td>{compact(pin.parameters)}</td>
              <td>
                <button
                  type="button"
                  class="slim"
                  aria-label={`${message.compare.unpin}: ${pin.title}`}
                  onClick={() => unpin(pin.id)}
                >
                  {message.compare.unpin}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Differences({ all }: { all: readonly Pin[] }) {
  const rows = differences(all);
  if (all.length < 2) return null;
  if (rows.length === 0) return <p class="runs-about">{message.compare.same}</p>;
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={message.compare.differences}>
      <table>
        <caption>{message.compare.differences}</caption>
        <thead>
          <tr>
            <th scope="col">{message.compare.setting}</th>
            {all.map((pin, at) => (
              <th key={pin.id} scope="col">
                <Swatch at={at} /> <bdi>{pin.title}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, values }) => (
            <tr key={name}>
              <th scope="row">{message.settings[name]}</th>
              {values.map((value, at) => (
                <td key={all[at]!.id}>
                  <bdi>{value === '' ? '–' : value.slice(0, 60)}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Samples({ all }: { all: readonly Pin[] }) {
  const [seed, setSeed] = useState(1);
  const [busy, setBusy] = useState(false);
  const { temperature, prompt } = store.settings.value;
  const writers = all.filter(({ unit }) => unit === 'character');
  const write = async () => {
    setBusy(true);
    await writeAll({ seed, temperature, prompt }).catch(report);
    setBusy(false);
  };
  return (
    <section aria-label={message.compare.samples}>
      <div class="compare-write">
        <label for="compare-seed">{message.settings.seed}</label>
        <input
          id="compare-seed"
          aria-describedby={describedBy('seed')}
          type="number"
          min={0}
          max={4294967295}
          step={1}
          value={seed}
          onChange={(event) => {
            const { valueAsNumber, validity } = event.currentTarget;
            if (validity.valid && Number.isInteger(valueAsNumber)) setSeed(valueAsNumber);
            else event.currentTarget.value = String(seed);
          }}
        />
        <button type="button" class="primary" disabled={busy} onClick={() => void write()}>
          {message.compare.write}
        </button>
        <span class="soft">{message.compare.conditions(decimals(temperature, 2))}</span>
      </div>
      <div class="compare-samples">
        {writers.map((pin) => (
          <article key={pin.id}>
            <h3>
              <Swatch at={all.indexOf(pin)} /> <bdi>{pin.title}</bdi>
            </h3>
            <p class="compare-sample" dir="auto">
              {samples.value[pin.id] ?? ''}
            </p>
          </article>
        ))}
      </div>
    </section>
  );
}

export function ComparePanel() {
  const all = pins.value;
  const texts = new Set(all.map(({ text }) => text));
  const writers = all.filter(({ unit }) => unit === 'character');
  return (
    <>
      <p class="runs-about">{all.length === 0 ? message.compare.empty : message.compare.about}</p>
      <p>
        <button
          type="button"
          disabled={store.run.value === null || all.length >= MOST_PINS}
          onClick={() => void pinPresent()}
        >
          {message.compare.pin}
        </button>
      </p>
      {all.length > 0 && (
        <>
          <PinnedChart all={all} />
          <Numbers all={all} />
          {texts.size > 1 && (
            <p class="runs-about">
              {writers.length < all.length ? message.compare.data : message.compare.texts}
            </p>
          )}
          <Ranking all={all} />
          <Differences all={all} />
          {writers.length > 0 && <Samples all={all} />}
        </>
      )}
    </>
  );
}
