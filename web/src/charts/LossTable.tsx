import { useEffect, useState } from 'preact/hooks';
import { message } from '../i18n/messages';
import { integer, lossText, twoDigits } from '../i18n/format';
import { shownCurves } from './RunCurves';
import { store } from '../app/store';
import { unitOf } from '../tasks';
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
  const curves = shownCurves();
  const unit = message.units[unitOf(store.run.value?.settings ?? store.settings.value)];
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={message.loss.caption(unit)}>
      <table>
        <caption class="unseen">{message.loss.caption(unit)}</caption>
        <thead>
          <tr>
            <th scope="col">{message.loss.step}</th>
            <th scope="col">{message.loss.training}</th>
            <th scope="col">{message.loss.validation}</th>
            {curves.map((curve) => (
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
              <td>{lossText(row.training, 3)}</td>
              <td>{lossText(row.validation, 3)}</td>
              {curves.map((curve) => {
                const report = store.run.peek()?.history.at(row.step);
                return (
                  <td key={curve}>
                    {report && Number.isFinite(report[curve]) ? twoDigits(report[curve]) : '–'}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
        <tfoot>
          {guesses().map(([label, value]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td colSpan={2 + curves.length}>{lossText(value, 3)}</td>
            </tr>
          ))}
        </tfoot>
      </table>
    </div>
  );
}
