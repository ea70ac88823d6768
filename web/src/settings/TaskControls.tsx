// What only some tasks have: an encoder, attention, an end, an answer for the whole sequence.
import { Check } from '../controls/Check';
import { Select } from '../controls/Select';
import { message } from '../i18n/messages';
import { PROPERTIES, type SettingName, type Settings, type TaskName, type TaskSettings } from './settings';
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

const SHOWN: Partial<Record<TaskName, readonly (Name | 'bidirectional')[]>> = {
  translate: ['attention', 'context', 'termination', 'scheduledSampling', 'bidirectional'],
  generate: ['termination', 'scheduledSampling'],
  classify: ['pooling', 'bidirectional'],
  tag: ['bidirectional'],
  regress: ['pooling', 'bidirectional'],
};

function choose<K extends SettingName>(name: K, written: string): void {
  const value = PROPERTIES[name].parse(written);
  if (value !== undefined) set(name, value);
}

/** Made examples have their answers where they have them. */
function allowed(name: Name, { task, pooling: pool, dataset: corpus }: Settings): readonly string[] {
  if (name !== 'pooling') return CHOICES[name];
  if (task === 'classify' || (corpus !== '' && pool !== 'none')) return ['last', 'mean'];
  return corpus === '' ? POOLS : ['none'];
}

export function TaskControls() {
  const settings = store.settings.value;
  const names = (SHOWN[settings.task] ?? []).filter(
    // A bidirectional network has already read the value to be predicted.
    (name) => name !== 'bidirectional' || settings.task !== 'regress' || settings.pooling !== 'none',
  );
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
