import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { Disclosure } from '../controls/Disclosure';
import { Control } from '../controls/Control';
import { Deferred } from '../controls/Deferred';
import { message } from '../i18n/messages';
import { report } from '../app/notices';
import { readsText } from '../tasks';
import { cellOf } from './schema';
import { NETWORK_NAMES } from './settings';
import { set, store } from '../app/store';
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

/** The configuration is written by hand: the controls rest until they are asked for. */
function Beyond() {
  return (
    <p class="beyond">
      <button type="button" class="slim" onClick={() => set('custom', '')}>
        {message.configuration.back}
      </button>
    </p>
  );
}

/** Options belong to a cell: another one starts with its own. */
function chooseCell(cell: string): void {
  store.settings.value = { ...store.settings.value, cell, options: '' };
}

export function NetworkPanel() {
  const settings = store.settings.value;
  const { cell, custom } = settings;
  const beyond = custom !== '';
  return (
    <section class="group" aria-labelledby="network-title">
      <div class="group-head">
        <h2 id="network-title">{message.network.title}</h2>
        <span class="group-note">{message.network.restarts}</span>
      </div>
      <PresetPicker />
      {beyond && <Beyond />}
      <fieldset class="controls" disabled={beyond}>
        <div class="pairs">
          {NETWORK_NAMES.filter((name) => name !== 'sequenceLength' || readsText(settings)).map((name) => (
            <Control key={name} name={name} {...(name === 'cell' && { onChoose: chooseCell })} />
          ))}
        </div>
        <Deferred>
          <TaskControls />
          <CellNote name={cell} />
          {!beyond && <MorePanel />}
        </Deferred>
      </fieldset>
      <Deferred>
        <ConfigurationPanel />
      </Deferred>
    </section>
  );
}
