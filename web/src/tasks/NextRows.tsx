// Beyond the end of a table: its last rows, those that the model predicts, with their band, and these as a file.
import { useRef, useState } from 'preact/hooks';
import { forecastCsv, type Model, type Prediction, type TableRows, type TaskConfig } from 'unfold-rnn';
import { message } from '../i18n/messages';
import { tickText, twoDigits } from '../i18n/format';
import { download } from '../data/files';
import { datasetOf } from '../data/transferText';
import { type Run, store } from '../app/store';
import { useAnswers } from './answers';
import { type Band, bandOf } from './forecast';
import { area, path, type Range, SIZE } from './forecastPaths';

const words = message.tasks.words.nextRows;
/** Rows of the file in the picture. */
const PAST = 60;
/** Rows that the network reads before the first that it predicts. */
const READ = 5000;
const MOST = 1000;
const EVERY = 4000;

interface Next {
  table: TableRows;
  series: number;
  answer: Prediction;
}

interface Known {
  run: Run;
  steps: number;
  table: Promise<TableRows>;
}

/** A column: what the file holds, what follows, and where the first of these rows stands. */
interface Line {
  name: string;
  past: number[];
  next: number[];
  band: Band | undefined;
  rows: number;
  dates: string[] | undefined;
}

/** The last rows of each series, and the dates that follow. */
async function lastRows(model: Model, { corpus }: Run, steps: number): Promise<TableRows> {
  const dataset = (await datasetOf(corpus)) ?? corpus.bytes;
  return model.readTable(dataset, { steps, last: READ });
}

function lineOf({ table, series, answer }: Next, output: number, run: Run): Line {
  const { columns = [] } = run.info.data ?? {};
  const name = table.targets[output] ?? '';
  const at = columns
    .filter(({ input }) => input)
    .findIndex((column) => column.target && column.name === name);
  const rows = table.series[series]!;
  const next = (answer.forecast ?? []).map((row) => row[output]!);
  return {
    name,
    past: at < 0 ? [] : rows.slice(-PAST).map((row) => row[at] ?? NaN),
    next,
    band: bandOf(next, output, answer.forecastQuantiles, answer.forecastDeviations),
    rows: table.lengths[series]!,
    dates: table.dates?.next?.[series],
  };
}

function Figure({ line }: { line: Line }) {
  const { name, past, next, band, rows, dates } = line;
  const known = past.filter(Number.isFinite);
  const all = [...known, ...next, ...(band?.low ?? []), ...(band?.high ?? [])];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const range: Range = [Math.max(1, past.length + next.length - 1), least, most];
  const start = (past.length / range[0]) * SIZE.width;
  const place = (step: number) => dates?.[step] ?? words.row(rows + step + 1);
  // A gap is a line's end.
  const pieces = past.flatMap((value, at) =>
    Number.isFinite(value) && !Number.isFinite(past[at - 1]) ? [at] : [],
  );
  const until = (at: number) => {
    const end = past.findIndex((value, i) => i > at && !Number.isFinite(value));
    return end < 0 ? past.length : end;
  };
  return (
    <figure class="forecast next-rows-figure">
      <figcaption>
        <span>{name}</span>
        <span>{twoDigits(next[0] ?? NaN)}</span>
      </figcaption>
      <div class="next-rows-values" aria-hidden="true">
        <span>{tickText(most)}</span>
        <span>{tickText(least)}</span>
      </div>
      <svg
        viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={words.figure(name, past.length, next.length)}
      >
        <rect class="forecast-alone" x={start} y={0} width={SIZE.width - start} height={SIZE.height} />
        {band && <path class="forecast-band forecast-band-own" d={area(band, past.length, range)} />}
        {pieces.map((at) => (
          <path key={at} class="forecast-target" d={path(past.slice(at, until(at)), at, range)} />
        ))}
        <path
          class="forecast-own"
          d={path([...past.slice(-1), ...next], past.length - (past.length > 0 ? 1 : 0), range)}
        />
      </svg>
      <div class="next-rows-places" aria-hidden="true">
        <span>{words.row(rows - past.length + 1)}</span>
        <span>{place(next.length - 1)}</span>
      </div>
      <table class="unseen">
        <caption>{words.caption(name)}</caption>
        <thead>
          <tr>
            <th scope="col">{words.place}</th>
            <th scope="col">{words.value}</th>
          </tr>
        </thead>
        <tbody>
          {next.map((value, step) => (
            <tr key={step}>
              <th scope="row">{place(step)}</th>
              <td>{twoDigits(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

interface NumberFieldProps {
  label: string;
  value: number;
  most: number;
  onChange: (value: number) => void;
}

function NumberField({ label, value, most, onChange }: NumberFieldProps) {
  return (
    <label class="forecast-column">
      {label}{' '}
      <input
        type="number"
        min={1}
        max={most}
        value={value}
        onChange={({ currentTarget: { valueAsNumber: next } }) => {
          if (Number.isInteger(next) && next >= 1 && next <= most) onChange(next);
        }}
      />
    </label>
  );
}

/** `output`: the column that the view shows. */
export function NextRows({ output }: { output: number }) {
  const [steps, setSteps] = useState(12);
  const [series, setSeries] = useState(0);
  const known = useRef<Known | null>(null);
  const ask = async (model: Model, run: Run): Promise<Next> => {
    if (known.current?.run !== run || known.current.steps !== steps)
      known.current = { run, steps, table: lastRows(model, run, steps) };
    const table = await known.current.table;
    const at = Math.min(series, table.series.length - 1);
    const future = table.future?.[at];
    const input = table.series[at]!;
    const answer = await model.predict({ input, steps, ...(future && { future }) });
    return { table, series: at, answer };
  };
  const [shown] = useAnswers(ask, { key: `${steps} ${series}`, every: EVERY });
  const run = store.run.value;
  if (!run || !shown) return <section class="next-rows" />;
  const { table, answer, series: at } = shown.value;
  const { quantiles = [] } = Object(run.info.config.task) as TaskConfig;
  const save = () => {
    const csv = `${forecastCsv(table, answer, { series: at, quantiles })}\n`;
    const name = run.corpus.title.replace(/\.[^.]*$/, '');
    download(new Blob([csv], { type: 'text/csv' }), `${name}-forecast.csv`);
  };
  return (
    <section class="next-rows" data-step={shown.step} data-steps={answer.forecast?.length}>
      <h3>{words.title}</h3>
      <p class="task-note">{words.about}</p>
      <div class="tools">
        <NumberField label={words.steps} value={steps} most={MOST} onChange={setSteps} />
        {table.series.length > 1 && (
          <NumberField
            label={words.series}
            value={series + 1}
            most={table.series.length}
            onChange={(next) => setSeries(next - 1)}
          />
        )}
        <button type="button" onClick={save}>
          {words.save}
        </button>
      </div>
      <Figure line={lineOf(shown.value, output, run)} />
      {table.dates?.reason && (
        <p class="task-note">{words.undated(table.dates.column, table.dates.reason)}</p>
      )}
    </section>
  );
}
