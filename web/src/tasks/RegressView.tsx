import { useState } from 'preact/hooks';
import type { ColumnInfo, ExampleResult, Model, Prediction, TaskConfig } from 'unfold-rnn';
import { message } from '../i18n/messages';
import { decimals, percent, twoDigits } from '../i18n/format';
import { type Run, store } from '../app/store';
import { type Band, bandOf, forecastError, type Forecast, shareOf } from './forecast';
import { area, path, type Range, SIZE } from './forecastPaths';
import { examples, heldOut, useAnswers } from './answers';
import { NextRows } from './NextRows';
import type { TaskView } from './taskView';

const words = message.tasks.words;
const CURVES = 3;
const POINTS = 16;

type Rows = readonly (readonly number[])[];

const column = (rows: Rows, at: number) => rows.map((row) => row[at] ?? 0);

/** Of a column. */
function forecastOf(
  whole: Rows,
  answer: Prediction,
  ahead: Prediction | undefined,
  from: number,
  at: number,
): Forecast {
  const one = { answer: column(answer.values ?? [], at), forecast: column(ahead?.forecast ?? [], at) };
  const bands = {
    answer: bandOf(one.answer, at, answer.quantiles, answer.deviations),
    forecast: bandOf(one.forecast, at, ahead?.forecastQuantiles, ahead?.forecastDeviations),
  };
  const { answer: near, forecast: far } = bands;
  return {
    series: column(whole, at),
    ...one,
    from,
    ...(near && far && { band: { answer: near, forecast: far } }),
  };
}

/** What the columns that are read and not predicted hold; undefined where nobody can know it beforehand. */
function knownOf(rows: Rows, columns: readonly ColumnInfo[]): number[][] | undefined {
  const read = columns.filter(({ input }) => input);
  const known = read.flatMap(({ target }, at) => (target ? [] : [at]));
  return known.every((at) => read[at]!.date) ? rows.map((row) => known.map((at) => row[at]!)) : undefined;
}

/**
 * One-step predictions of the series, and a forecast of its second half from the network's own predictions, and from
 * the dates where it reads them.
 */
async function predict(model: Model): Promise<Forecast[][]> {
  const { split, count } = heldOut(model);
  const { outputs = 1, columns = [] } = model.info.data ?? {};
  const list: Forecast[][] = [];
  for (let at = 0; at < Math.min(CURVES, count); at++) {
    const { input, target, answer } = await model.example(split, at);
    const [rows, wanted] = [input as number[][], target as number[][]];
    const from = Math.max(1, Math.floor(rows.length / 2));
    const steps = rows.length - from + 1;
    const future = knownOf(rows.slice(from), columns);
    const known = future && future[0]?.length ? { future } : {};
    const ahead = future ? await model.predict({ input: rows.slice(0, from), steps, ...known }) : undefined;
    const whole = [rows[0]!, ...wanted];
    list.push(Array.from({ length: outputs }, (_, at) => forecastOf(whole, answer, ahead, from, at)));
  }
  return list;
}

/** Up to the step from which the forecast has a band of its own. */
const upTo = ({ low, high }: Band, from: number): Band => ({
  low: low.slice(0, from),
  high: high.slice(0, from),
});

function Figure({ one, title }: { one: Forecast; title: string }) {
  const { series, answer, forecast, from, band } = one;
  const last = series.length - 1;
  const [least, most] = [Math.min(...series), Math.max(...series)];
  const air = 0.15 * (most - least || 1);
  const range: Range = [last, least - air, most + air];
  const start = (from / Math.max(1, last)) * SIZE.width;
  const error = forecast.length > 0 ? twoDigits(forecastError(one)) : undefined;
  return (
    <figure class="forecast">
      <figcaption>
        <span>{title}</span>
        {error !== undefined && <span>{words.forecastError(error)}</span>}
      </figcaption>
      <svg
        viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={
          error === undefined ? words.noForecast(title, last + 1) : words.curve(title, last + 1, from, error)
        }
      >
        {error !== undefined && (
          <rect class="forecast-alone" x={start} y={0} width={SIZE.width - start} height={SIZE.height} />
        )}
        {band && (
          <>
            <path class="forecast-band" d={area(upTo(band.answer, from), 1, range)} />
            <path class="forecast-band forecast-band-own" d={area(band.forecast, from, range)} />
          </>
        )}
        <path class="forecast-target" d={path(series, 0, range)} />
        <path class="forecast-answer" d={path(answer, 1, range)} />
        <path class="forecast-own" d={path(forecast, from, range)} />
      </svg>
    </figure>
  );
}

function Curves() {
  const [shown] = useAnswers(predict);
  const [output, setOutput] = useState(0);
  const outputs = store.run.value?.info.data?.outputs ?? 1;
  const share = shareOf(Object(store.run.value?.info.config.task) as TaskConfig);
  const columns = store.run.value?.info.data?.columns ?? [];
  const unknown = columns.filter(({ input, target, date }) => input && !target && !date);
  const ofTable = columns.length > 0 && store.run.value?.corpus.made === false;
  return (
    <div class="forecasts" data-step={shown?.step}>
      <p class="task-note">
        {unknown.length > 0
          ? words.forecastUnknown(unknown.map(({ name }) => name).join(', '))
          : words.forecastAbout}
      </p>
      <ul class="forecast-legend" aria-hidden="true">
        <li class="forecast-key forecast-key-target">{words.target}</li>
        <li class="forecast-key forecast-key-answer">{words.output}</li>
        <li class="forecast-key forecast-key-own">{words.forecast}</li>
        {share !== undefined && <li class="forecast-key forecast-key-band">{words.band(percent(share))}</li>}
      </ul>
      {outputs > 1 && (
        <label class="forecast-column">
          {words.column}{' '}
          <input
            type="number"
            min={1}
            max={outputs}
            value={output + 1}
            onChange={(event) => {
              const next = event.currentTarget.valueAsNumber;
              if (Number.isInteger(next) && next >= 1 && next <= outputs) setOutput(next - 1);
            }}
          />
        </label>
      )}
      {Array.from({ length: CURVES }, (_, at) => {
        const one = shown?.value[at]?.[output];
        return one ? (
          <Figure key={at} one={one} title={words.example(at + 1)} />
        ) : (
          // Until it is known how many there are, each has its place.
          !shown && <div key={at} class="forecast" />
        );
      })}
      {ofTable && unknown.length === 0 && <NextRows output={output} />}
    </div>
  );
}

/** Pooled: one number for a whole series. The nearer to the diagonal, the better. */
function Scatter({ list }: { list: readonly ExampleResult[] }) {
  const points = list.map(({ target, answer }) => ({
    target: (target as number[][])[0]?.[0] ?? 0,
    answer: answer.values?.[0]?.[0] ?? 0,
  }));
  const all = points.flatMap(({ target, answer }) => [target, answer]);
  const [low, high] = [Math.min(0, ...all), Math.max(1e-6, ...all)];
  const place = (value: number) => 8 + (184 * (value - low)) / (high - low);
  return (
    <figure class="scatter">
      <svg viewBox="0 0 200 200" role="img" aria-label={words.scatter(points.length)}>
        <path class="scatter-line" d="M8 192L192 8" />
        <path class="scatter-axes" d="M8 4V192H196" />
        {points.map(({ target, answer }, at) => (
          <circle key={at} cx={place(target)} cy={200 - place(answer)} r={4} />
        ))}
      </svg>
      <figcaption>{words.scatterAbout}</figcaption>
    </figure>
  );
}

/** The first numbers of each step as a line, the others as marks on it. */
function Series({ rows }: { rows: Rows }) {
  const first = column(rows, 0);
  const marks = rows.flatMap((row, at) => (row.length > 1 && (row[1] ?? 0) > 0.5 ? [at] : []));
  const [low, high] = [Math.min(0, ...first), Math.max(1, ...first)];
  const x = (at: number) => (at / Math.max(1, rows.length - 1)) * 196 + 2;
  const y = (value: number) => 34 - ((value - low) / (high - low)) * 28;
  const line = first
    .map((value, at) => `${at ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`)
    .join('');
  return (
    <svg class="spark" viewBox="0 0 200 40" aria-hidden="true">
      <path d={line} />
      {marks.map((at) => (
        <circle key={at} cx={x(at)} cy={y(first[at]!)} r={4} />
      ))}
    </svg>
  );
}

const marked = (rows: Rows) =>
  rows.flatMap((row) => (row.length > 1 && (row[1] ?? 0) > 0.5 ? [twoDigits(row[0] ?? 0)] : [])).join(' + ');

function Pooled() {
  const [shown] = useAnswers((model) => examples(model, POINTS));
  const list = shown?.value ?? [];
  return (
    <div class="pooled" data-step={shown?.step}>
      <div class="table-scroll task-table" tabIndex={0} role="region" aria-label={words.examples}>
        {shown && (
          <table class="answers">
            <caption class="unseen">{words.examples}</caption>
            <thead>
              <tr>
                <th scope="col">{words.input}</th>
                <th scope="col" class="number">
                  {words.target}
                </th>
                <th scope="col" class="number">
                  {words.output}
                </th>
                <th scope="col" class="number">
                  {words.error}
                </th>
              </tr>
            </thead>
            <tbody>
              {list.slice(0, 8).map(({ input, target, answer }, at) => {
                const [wanted, got] = [(target as number[][])[0]![0]!, answer.values?.[0]?.[0] ?? NaN];
                return (
                  <tr key={at}>
                    <th scope="row">
                      <Series rows={input as number[][]} />
                      <span class="unseen">{marked(input as number[][])}</span>
                    </th>
                    <td class="number">{decimals(wanted, 3)}</td>
                    <td class="number">{decimals(got, 3)}</td>
                    <td class="number">{decimals(got - wanted, 3)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        )}
      </div>
      {shown && <Scatter list={list} />}
    </div>
  );
}

function RegressView() {
  const { task } = (store.run.value as Run).config;
  const pooled = typeof task === 'object' && (task.pooling ?? 'none') !== 'none';
  return pooled ? <Pooled /> : <Curves />;
}

export const regressView: TaskView = { View: RegressView };
