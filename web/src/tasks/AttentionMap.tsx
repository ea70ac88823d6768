import { message } from '../i18n/messages';
import { percent } from '../i18n/format';

interface Props {
  input: readonly string[];
  output: readonly string[];
  /** A row for each symbol written and the end; null without attention. */
  rows: readonly (readonly number[])[] | null;
}

const words = message.tasks.words;
const MOST_ROWS = 40;

/** Where the network looked while it wrote, as a table whose cells are shaded: so it is read as well as seen. */
export function AttentionMap({ input, output, rows }: Props) {
  if (!rows) return <p class="task-note">{message.tasks.noAttention}</p>;
  return (
    <div class="attention">
      <h3>{words.attention}</h3>
      <p class="task-note">{words.attentionAbout}</p>
      <div class="table-scroll attention-scroll" tabIndex={0} role="region" aria-label={words.attention}>
        <table class="attention-map">
          <thead>
            <tr>
              <td />
              {input.map((symbol, at) => (
                <th key={at} scope="col">
                  <bdi>{symbol}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST_ROWS).map((row, at) => (
              <tr key={at}>
                <th scope="row">
                  {output[at] !== undefined ? (
                    <bdi>{output[at]}</bdi>
                  ) : (
                    <>
                      <span aria-hidden="true">⊣</span>
                      <span class="unseen">{words.end}</span>
                    </>
                  )}
                </th>
                {row.slice(0, input.length).map((share, column) => (
                  <td key={column} style={{ '--share': share.toFixed(3) }}>
                    <span class="unseen">{percent(share)}</span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
