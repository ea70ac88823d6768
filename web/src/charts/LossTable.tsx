import { useEffect, useState } from 'preact/hooks';
import { message } from '../messages';
import { decimals, integer, twoDigits } from '../state/format';
import { CURVES } from '../state/history';
import { MARKOV_ORDER } from '../state/measures';
import { store } from '../state/store';
import { guesses } from './guesses';

const ROWS = 40;
const RENEW_EVERY = 2000;

/** The same losses as numbers. Renewed slowly: a table that changes under the reader is no table. */
export function LossTable() {
  const [rows, setRows] = useState(() => store.run.peek()?.series.rows(ROWS) ?? []);
  useEffect(() => {
    const renew = () => setRows(store.run.peek()?.series.rows(ROWS) ?? []);
    const timer = setInterval(renew, RENEW_EVERY);
    return () => clearInterval(timer);
  }, []);
  const { uniform, unigram, markov } = guesses();
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={message.loss.caption}>
      <table>
        <caption class="unseen">{message.loss.caption}</caption>
        <thead>
          <tr>
            <th scope="col">{message.loss.step}</th>
            <th scope="col">{message.loss.training}</th>
            <th scope="col">{message.loss.validation}</th>
            {CURVES.map((curve) => (
              <th key={curve} scope="col">
                {message.loss.curves[curve]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.step}>
              <th scope="row">{integer(row.step)}</th>
              <td>{decimals(row.training, 3)}</td>
              <td>{decimals(row.validation, 3)}</td>
              {CURVES.map((curve) => {
                const report = store.run.peek()?.history.at(row.step);
                return <td key={curve}>{report ? twoDigits(report[curve]) : '–'}</td>;
              })}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{message.loss.uniform}</th>
            <td colSpan={2 + CURVES.length}>{decimals(uniform, 3)}</td>
          </tr>
          <tr>
            <th scope="row">{message.loss.unigram}</th>
            <td colSpan={2 + CURVES.length}>{decimals(unigram, 3)}</td>
          </tr>
          <tr>
            <th scope="row">{message.loss.markov(MARKOV_ORDER)}</th>
            <td colSpan={2 + CURVES.length}>{decimals(markov, 3)}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
