import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { message } from '../i18n/messages';
import { report } from './notices';
import { hidePretrained } from '../writing/pretrained';
import { shownTask, store } from './store';

const loaded = signal<ComponentType | null>(null);

/** What a network of examples does, in the place of what one of a text writes. Fetched with the first such task. */
export function TaskColumn() {
  const Panel = loaded.value;
  // The pretrained network is shown for texts only.
  useEffect(hidePretrained, []);
  useEffect(() => {
    if (!Panel) import('../tasks/TaskPanel').then(({ TaskPanel }) => (loaded.value = TaskPanel), report);
  }, [Panel]);
  const waits = store.waits.value;
  return (
    <section class="column stream stream-task" aria-labelledby="stream-title" data-task={shownTask.value}>
      {Panel ? (
        <Panel />
      ) : (
        <div class="stream-head">
          <h2 id="stream-title">{message.tasks.names[shownTask.value]}</h2>
          {waits && <p class="written-waits">{waits}</p>}
        </div>
      )}
    </section>
  );
}
