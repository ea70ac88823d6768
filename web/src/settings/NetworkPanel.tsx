import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { Disclosure } from '../controls/Disclosure';
import { Control } from '../controls/Control';
import { Deferred } from '../controls/Deferred';
import { message } from '../i18n/messages';
import { report } from '../app/notices';
import { readsText } from '../tasks';
import { canCarry } from './taskConfig';
import { restOf } from './config';
import { isTree } from './difference';
import { cellOf } from './schema';
import { NETWORK_NAMES, type Settings } from './settings';
import { change, set, store } from '../app/store';
import { ConfigurationPanel } from './ConfigurationPanel';
import { MorePanel } from './MorePanel';
import { PresetPicker } from './PresetPicker';
import { TaskControls } from './TaskControls';

/** Fetched when it is first opened. */
const equations = signal<ComponentType<{ cell: string }> | null>(null);

function Equations({ cell }: { cell: string }) {
  useEffect(() => {
    if (!equations.peek())
      import('../inside/CellEquations').then(
        ({ CellEquations }) => (equations.value = CellEquations),
        report,
      );
  }, []);
  const Loaded = equations.value;
  return Loaded && <Loaded cell={cell} />;
}

function CellNote({ name }: { name: string }) {
  const cell = cellOf(name);
  if (!cell) return null;
  return (
    <Disclosure title={message.network.about(cell.label)}>
      {() => (
        <div class="preset-about">
          <p>{message.said.cells[name] ?? cell.summary}</p>
          <Equations cell={name} />
          <p class="preset-source">{cell.source}</p>
        </div>
      )}
    </Disclosure>
  );
}

/** Names of fields, `schedule.minimum`. */
const fieldsOf = (rest: object, within = ''): string[] =>
  Object.entries(rest).flatMap(([name, value]: [string, unknown]) =>
    isTree(value) ? fieldsOf(value, `${within}${name}.`) : [within + name],
  );

/** What no control shows is kept until the controls alone are asked for. */
function Beyond({ settings }: { settings: Settings }) {
  return (
    <div class="preset-about beyond">
      <p>{message.configuration.beyond}</p>
      <p>
        <code>{fieldsOf(restOf(settings)).join(', ')}</code>
      </p>
      <button type="button" class="slim" onClick={() => set('custom', '')}>
        {message.configuration.back}
      </button>
    </div>
  );
}

/** Options belong to a cell: another one starts with its own. */
function chooseCell(cell: string): void {
  change({ cell, options: '' });
}

export function NetworkPanel() {
  const settings = store.settings.value;
  const { cell, custom } = settings;
  const windows = readsText(settings) || (settings.carryState && canCarry(settings));
  return (
    <section class="group" aria-labelledby="network-title">
      <div class="group-head">
        <h2 id="network-title">{message.network.title}</h2>
        <span class="group-note">{message.network.restarts}</span>
      </div>
      <PresetPicker />
      {custom !== '' && <Beyond settings={settings} />}
      <div class="pairs">
        {NETWORK_NAMES.filter((name) => name !== 'sequenceLength' || windows).map((name) => (
          <Control key={name} name={name} {...(name === 'cell' && { onChoose: chooseCell })} />
        ))}
      </div>
      <Deferred>
        <TaskControls />
        <CellNote name={cell} />
        <MorePanel />
      </Deferred>
      <Deferred>
        <ConfigurationPanel />
      </Deferred>
    </section>
  );
}
