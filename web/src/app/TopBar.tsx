import { Icon, Mark } from '../controls/Icon';
import { message } from '../i18n/messages';
import { engine } from '../training/engine';
import { ready, store } from './store';

function Transport() {
  const phase = store.phase.value;
  const running = phase === 'running';
  const label = running ? message.bar.pause : message.bar.play;
  return (
    <div class="transport" role="group" aria-label={message.bar.controls}>
      <button
        type="button"
        class="primary play"
        disabled={!ready.value}
        title={message.bar.key(label, 'Space')}
        aria-keyshortcuts="Space"
        onClick={() => void engine.toggle()}
      >
        <Icon name={running ? 'pause' : 'play'} />
        <span>{label}</span>
      </button>
      <button
        type="button"
        disabled={!ready.value}
        title={message.bar.key(message.bar.step, 'S')}
        aria-keyshortcuts="S"
        aria-label={message.bar.step}
        onClick={() => void engine.step()}
      >
        <Icon name="step" />
        <span class="wide-only">{message.bar.step}</span>
      </button>
      <button
        type="button"
        disabled={!ready.value || store.run.value === null}
        title={message.bar.key(message.bar.reset, 'R')}
        aria-keyshortcuts="R"
        aria-label={message.bar.reset}
        onClick={() => void engine.reset()}
      >
        <Icon name="reset" />
        <span class="wide-only">{message.bar.reset}</span>
      </button>
      <Undo />
    </div>
  );
}

function Undo() {
  const former = store.former.value;
  return (
    <button
      type="button"
      class={former === null ? 'absent' : undefined}
      disabled={former === null}
      title={former === null ? undefined : message.apply.undoTitle(former)}
      aria-label={former === null ? message.apply.undo : message.apply.undoTitle(former)}
      onClick={() => void engine.undo()}
    >
      <Icon name="undo" />
      <span class="wide-only">{message.apply.undo}</span>
    </button>
  );
}

export function TopBar() {
  return (
    <header class="bar">
      <h1 class="brand">
        <Mark />
        {message.name}
      </h1>
      <Transport />
    </header>
  );
}
