import type { ColumnPreview, DatasetPreview } from 'unfold-rnn';
import { words } from '../i18n/data';
import { fourDigits, integer } from '../i18n/format';
import { type Choice, type Role, rolesOf, withRole } from './preview';

interface Props {
  choice: Choice;
  shown: DatasetPreview;
  onChange: (choice: Choice) => void;
}

const text = words.columns;
const rangeOf = ({ min, max }: ColumnPreview) =>
  min === null || max === null ? '–' : `${fourDigits(min)} … ${fourDigits(max)}`;

/** What each column is and what becomes of it; of a table the role can be chosen. */
export function Columns({ choice, shown, onChange }: Props) {
  const { columns = [], format } = shown;
  if (columns.length === 0) return null;
  const table = format === 'table';
  return (
    <div>
      <h3 id="preview-columns">{text.title}</h3>
      <div class="table-scroll preview-columns" tabIndex={0} role="region" aria-labelledby="preview-columns">
        <table>
          <thead>
            <tr>
              <th scope="col" class="start">
                {text.name}
              </th>
              <th scope="col" class="start">
                {text.role}
              </th>
              <th scope="col" class="start">
                {text.kind}
              </th>
              {table && <th scope="col">{text.missing}</th>}
              {table && <th scope="col">{text.range}</th>}
              <th scope="col" class="start">
                {text.why}
              </th>
            </tr>
          </thead>
          <tbody>
            {columns.map((column, at) => (
              <tr key={at} class={column.use === 'none' ? 'preview-out' : undefined}>
                <th scope="row" class="start">
                  <bdi>{column.name}</bdi>
                </th>
                <td class="start">
                  {table ? (
                    <RoleChoice
                      column={column}
                      choice={choice}
                      onChoose={(role) => onChange(withRole(choice, columns, column.name, role))}
                    />
                  ) : (
                    text.roles[column.use]
                  )}
                </td>
                <td class="start">{text.kinds[column.kind]}</td>
                {table && <td>{integer(column.missing)}</td>}
                {table && <td>{rangeOf(column)}</td>}
                <td class="start">{column.reason && words.reason(column.reason)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

interface RoleProps {
  column: ColumnPreview;
  choice: Choice;
  onChoose: (role: Role) => void;
}

function RoleChoice({ column, choice, onChoose }: RoleProps) {
  const roles = rolesOf(column, choice.task);
  const all = roles.includes(column.use) ? roles : [column.use, ...roles];
  return (
    <span class="select">
      <select
        aria-label={text.roleOf(column.name)}
        value={column.use}
        onChange={({ currentTarget }) => onChoose(currentTarget.value as Role)}
      >
        {all.map((role) => (
          <option key={role} value={role}>
            {text.roles[role]}
          </option>
        ))}
      </select>
    </span>
  );
}
