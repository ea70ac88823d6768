import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { message } from '../i18n/messages';
import type { Look } from '../settings/settings';
import { taskOf } from '../tasks';
import { set, showsText, shownTask, store } from '../app/store';
import { report } from '../app/notices';
import { useInView } from './useInView';

/** Fetched when first seen: the first view does not share its seconds with them. */
const LOADERS: Record<Look, () => Promise<ComponentType>> = {
  text: async () => (await import('./ReadingPanel')).ReadingPanel,
  network: async () => (await import('./NetworkDiagram')).NetworkDiagram,
  step: async () => (await import('./StepPanel')).StepPanel,
  weights: async () => (await import('./WeightsPanel')).WeightsPanel,
  memory: async () => (await import('./MemorizationPanel')).MemorizationPanel,
};

const seen = signal(false);
const loaded = signal<Partial<Record<Look, ComponentType>>>({});

function load(name: Look): void {
  if (loaded.peek()[name]) return;
  LOADERS[name]().then((panel) => (loaded.value = { ...loaded.peek(), [name]: panel }), report);
}

/** At least so much of a panel shows after its tab was pressed. */
const SHOWN = 200;
const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** On a wide screen the tabs stand at the foot of the first view: what they open must come into sight. */
function reveal(): void {
  const panel = document.getElementById('look-panel')!;
  if (panel.getBoundingClientRect().top < innerHeight - SHOWN) return;
  panel.closest('.look')!.scrollIntoView({ behavior: calm.matches ? 'auto' : 'smooth' });
}

const available = (): readonly Look[] => taskOf({ task: shownTask.value }).looks;

const shownLook = (looks: readonly Look[]): Look => {
  const { look } = store.settings.value;
  return looks.includes(look) ? look : looks[0]!;
};

/** Tabs: one stop, arrow keys choose. */
function Tabs() {
  const list = useRef<HTMLDivElement>(null);
  const looks = available();
  const chosen = shownLook(looks);
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, Home: -99, End: 99 };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    const at = looks.indexOf(chosen);
    const next =
      Math.abs(move) > 1 ? (move > 0 ? looks.length - 1 : 0) : (at + move + looks.length) % looks.length;
    set('look', looks[next]!);
    (list.current?.children[next] as HTMLElement).focus();
  };
  return (
    <div ref={list} class="tabs" role="tablist" aria-labelledby="look-title" onKeyDown={onKeyDown}>
      {looks.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`look-${name}`}
          class="tab"
          aria-selected={name === chosen}
          aria-controls="look-panel"
          tabIndex={name === chosen ? 0 : -1}
          onClick={() => {
            set('look', name);
            reveal();
          }}
        >
          {message.look.tabs[name]}
        </button>
      ))}
    </div>
  );
}

/** Everything that looks into the network, one thing at a time; only what is open does any work. */
export function LookPanel() {
  const look = shownLook(available());
  const Panel = loaded.value[look];
  const ready = store.run.value !== null || look === 'network';
  const panel = useInView<HTMLDivElement>(() => {
    seen.value = true;
    return () => {};
  });
  const wanted = ready && seen.value;
  useEffect(() => {
    if (wanted) load(look);
  }, [wanted, look]);
  return (
    <section class="look" aria-labelledby="look-title">
      <div class="look-head">
        <h2 id="look-title">{message.look.title}</h2>
        <Tabs />
      </div>
      <div ref={panel} id="look-panel" class="look-panel" role="tabpanel" aria-labelledby={`look-${look}`}>
        {!showsText.value && <p class="look-about">{message.look.examples}</p>}
        {ready ? Panel && <Panel /> : <p class="look-waits">{message.look.waiting}</p>}
      </div>
    </section>
  );
}
