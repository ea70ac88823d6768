// The effects that keep the address, the engine, the sampler and the estimate in step with the settings.
import { computed, effect, untracked } from '@preact/signals';
import { message } from '../i18n/messages';
import { namesWith, type SettingName, type Settings } from '../settings/settings';
import { engine } from '../training/engine';
import { sampler } from '../writing/sampler';
import { showHash } from './address';
import { estimate } from './estimate';
import { nextFrame } from './frame';
import { ready, store } from './store';

/** Milliseconds for which the page says that a setting applies at once. */
const APPLIED_SHOWN = 4000;

/** Calls back once, some time after the last call. */
function settled(milliseconds: number, callback: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(callback, milliseconds);
  };
}

function signature(settings: Settings, names: readonly SettingName[]): string {
  return JSON.stringify(names.map((name) => settings[name]));
}

/** Runs when one of the named settings has changed, not at first. */
function onChange(names: readonly SettingName[], callback: () => void): void {
  let before = signature(store.settings.peek(), names);
  effect(() => {
    const now = signature(store.settings.value, names);
    if (now === before) return;
    before = now;
    untracked(callback);
  });
}

export function watchSettings(): void {
  const all = namesWith('restart').concat(namesWith('live'), namesWith('sample'), namesWith('view'));
  onChange(all, settled(250, showHash));
  onChange(
    namesWith('live'),
    settled(80, () => void engine.update()),
  );
  const forget = settled(APPLIED_SHOWN, () => (store.applied.value = null));
  for (const name of namesWith('live'))
    onChange([name], () => {
      if (!store.run.peek()) return;
      store.applied.value = name;
      forget();
    });
  onChange(
    namesWith('sample'),
    settled(250, () => sampler.write()),
  );
  // A network that is being built says itself what it takes: no second engine is asked for that.
  const starting = computed(() => store.phase.value === 'starting');
  const soon = settled(120, () => {
    if (!starting.peek()) void estimate();
  });
  onChange(namesWith('restart'), soon);
  effect(() => {
    void store.run.value;
    void store.corpus.value;
    if (ready.value && !starting.value) soon();
  });
  // A network that has just appeared writes at once; so does one that starts again. Its first step goes before.
  effect(() => {
    if (store.run.value) nextFrame(() => sampler.write());
  });
  effect(() => {
    if (store.phase.value === 'broken' && !store.run.value) store.waits.value = message.notice.nothing;
  });
  let before = store.phase.peek();
  effect(() => {
    const phase = store.phase.value;
    if (phase === 'running' && before === 'paused') nextFrame(() => sampler.resume());
    before = phase;
  });
}
