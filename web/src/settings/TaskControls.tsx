// What only some tasks have: an encoder, attention, an end, an answer for the whole sequence.
import { Control } from '../controls/Control';
import { message } from '../i18n/messages';
import type { Settings } from './settings';
import { isGenerated, taskOf } from '../tasks';
import { store } from '../app/store';

/** Generated examples have their targets where they have them. */
function poolings(settings: Settings): readonly string[] {
  const { poolings } = taskOf(settings);
  if (!isGenerated(settings)) return poolings;
  const each = settings.pooling === 'none' && poolings.includes('none');
  return poolings.filter((pooling) => (pooling === 'none') === each);
}

export function TaskControls() {
  const settings = store.settings.value;
  const { bothWays, controls, encoder } = taskOf(settings);
  const names = controls.filter((name) => name !== 'bidirectional' || encoder || bothWays(settings));
  if (names.length === 0) return null;
  return (
    <fieldset class="more-group task-controls">
      <legend>{message.tasks.controls[settings.task]}</legend>
      <div class="twos">
        {names.map((name) => (
          <Control key={name} name={name} {...(name === 'pooling' && { allowed: poolings(settings) })} />
        ))}
      </div>
    </fieldset>
  );
}
