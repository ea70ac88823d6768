import type { DatasetPreview } from 'unfold-rnn';
import { words } from '../i18n/data';
import { integer } from '../i18n/format';

const { facts } = words;
/** Labels that are counted one by one. */
const MOST_LABELS = 24;

/** Format, size and separators in one line. */
export function Facts({ shown }: { shown: DatasetPreview }) {
  const { format, rows, separator, decimal, header, series = 1, symbols, lengths } = shown;
  const names: Record<string, string> = { table: facts.table, lines: facts.lines, text: facts.text };
  const parts = [
    names[format] ?? format,
    lengths ? facts.examples(rows) : facts.rows(rows),
    series > 1 && facts.series(series),
    separator !== undefined && facts.separator(separator),
    decimal !== undefined && facts.decimal(decimal),
    header !== undefined && (header ? facts.header : facts.noHeader),
    symbols !== undefined && symbols > 0 && facts.symbols(symbols),
    lengths && facts.lengths(lengths.min, lengths.median, lengths.max),
  ];
  return <p class="preview-facts">{parts.filter(Boolean).join(' · ')}</p>;
}

/** What the engine says of the file. */
export function Notes({ notes }: Pick<DatasetPreview, 'notes'>) {
  return notes.length === 0 ? null : (
    <ul class="preview-notes" aria-label={words.notes}>
      {notes.map((note) => (
        <li key={note}>
          <bdi>{words.note(note)}</bdi>
        </li>
      ))}
    </ul>
  );
}

export function Labels({ labels }: { labels: NonNullable<DatasetPreview['labels']> }) {
  if (labels.length === 0) return null;
  const most = Math.max(...labels.map(({ count }) => count));
  const hidden = labels.length - MOST_LABELS;
  return (
    <div>
      <h3 id="preview-labels">{words.labels(labels.length)}</h3>
      <ul class="preview-labels">
        {labels.slice(0, MOST_LABELS).map(({ name, count }) => (
          <li key={name} style={{ '--share': (count / most).toFixed(3) }}>
            <bdi>{name}</bdi> <span>{integer(count)}</span>
          </li>
        ))}
        {hidden > 0 && <li class="preview-more">{words.more(hidden)}</li>}
      </ul>
    </div>
  );
}

export function FirstRows({ shown: { first, columns = [], format } }: { shown: DatasetPreview }) {
  if (first.length === 0) return null;
  const fields = format === 'table' && Array.isArray(first[0]);
  return (
    <div>
      <h3 id="preview-first">{words.first}</h3>
      <div class="table-scroll preview-first" tabIndex={0} role="region" aria-labelledby="preview-first">
        {fields ? (
          <table>
            <thead>
              <tr>
                {columns.map(({ name, use }, at) => (
                  <th key={at} scope="col" class={use === 'none' ? 'start preview-out' : 'start'}>
                    <bdi>{name}</bdi>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {(first as string[][]).map((row, line) => (
                <tr key={line}>
                  {row.map((field, at) => (
                    <td key={at} class={columns[at]?.use === 'none' ? 'start preview-out' : 'start'}>
                      <bdi>{field}</bdi>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        ) : (
          <ol class="preview-lines">
            {(first as string[]).map((line, at) => (
              <li key={at}>
                <bdi>{line}</bdi>
              </li>
            ))}
          </ol>
        )}
      </div>
    </div>
  );
}
