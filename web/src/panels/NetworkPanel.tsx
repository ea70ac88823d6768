import { NumberField } from '../controls/NumberField';
import { Select } from '../controls/Select';
import { message } from '../messages';
import { choices } from '../state/config';
import { set, store } from '../state/store';

/** What the schema says of a cell beyond its name. */
interface Described {
  label: string;
  summary?: string;
  equations?: string;
  source?: string;
}

function CellNote({ name }: { name: string }) {
  const cell: Described | undefined = store.schema.value?.cells.find((entry) => entry.name === name);
  if (!cell?.summary) return null;
  return (
    <details class="cell-note">
      <summary>{message.network.about(cell.label)}</summary>
      <p>{cell.summary}</p>
      {cell.equations && <pre>{cell.equations.split(/;\s+/).join('\n')}</pre>}
      <p>{cell.source}</p>
    </details>
  );
}

export function NetworkPanel() {
  const { cell, optimizer } = store.settings.value;
  const schema = store.schema.value;
  const cells = schema ? choices(schema.cells) : [{ name: cell, label: cell }];
  const optimizers = schema ? choices(schema.optimizers) : [{ name: optimizer, label: optimizer }];
  return (
    <section class="group" aria-labelledby="network-title">
      <div class="group-head">
        <h2 id="network-title">{message.network.title}</h2>
        <span class="group-note">{message.network.restarts}</span>
      </div>
      <div class="pairs">
        <Select
          name="cell"
          label={message.settings.cell}
          value={cell}
          choices={cells}
          onChoose={(name) => set('cell', name)}
        />
        <Select
          name="optimizer"
          label={message.settings.optimizer}
          value={optimizer}
          choices={optimizers}
          onChoose={(name) => set('optimizer', name)}
        />
        <NumberField name="hidden" step={16} />
        <NumberField name="layers" />
        <NumberField name="window" step={8} />
        <NumberField name="batch" step={8} />
        <NumberField name="seed" />
      </div>
      <CellNote name={cell} />
    </section>
  );
}
