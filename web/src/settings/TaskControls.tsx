// What only some tasks have: an encoder, attention, an end, an answer for the whole sequence.
import { Check } from '../controls/Check';
import { Select } from '../controls/Select';
import { message } from '../i18n/messages';
import { PROPERTIES, type SettingName, type Settings, type TaskSettings } from './settings';
import { isGenerated, taskOf } from '../tasks';
import { ATTENTIONS, CONTEXTS, LENGTHS, POOLS, SAMPLINGS } from './settings';
import { set, store } from '../app/store';

const CHOICES = {
  pooling: POOLS,
  termination: LENGTHS,
  attention: ATTENTIONS,
  context: CONTEXTS,
  scheduledSampling: SAMPLINGS,
} as const satisfies Partial<Record<keyof TaskSettings, readonly string[]>>;

type Name = keyof typeof CHOICES;

function choose<K extends SettingName>(name: K, written: string): void {
  const value = PROPERTIES[name].parse(written);
  if (value !== undefined) set(name, value);
}

/** Made examples have their answers where they have them. */
function allowed(name: Name, settings: Settings): readonly string[] {
  if (name !== 'pooling') return CHOICES[name];
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
        {names.map((name) =>
          name === 'bidirectional' ? (
            <Check key={name} name={name} />
          ) : (
            <Select
              key={name}
              name={name}
              label={message.settings[name]}
              value={settings[name]}
              choices={allowed(name, settings).map((choice) => ({
                name: choice,
                label: message.tasks.choices[name]![choice] ?? choice,
              }))}
              onChoose={(chosen) => choose(name, chosen)}
            />
          ),
        )}
      </div>
    </fieldset>
  );
}
