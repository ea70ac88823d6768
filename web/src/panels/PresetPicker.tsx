import { Select } from '../controls/Select';
import { message } from '../messages';
import { presetOf, withPreset } from '../state/presets';
import { adopt, store, wanted } from '../state/store';

const OWN = '';

/** Equations one below the other. */
export const lines = (equations: string) => equations.split(/;\s+/).join('\n');

export function PresetPicker() {
  const schema = store.schema.value;
  const settings = store.settings.value;
  if (!schema) return <div class="preset preset-empty" />;
  const present = presetOf(settings, schema);
  const own = present ? [] : [{ name: OWN, label: message.network.own }];
  const choose = (name: string) => {
    const preset = schema.presets.find((entry) => entry.name === name);
    if (preset) adopt(withPreset(wanted.peek(), preset, schema));
  };
  return (
    <div class="preset">
      <Select
        name="preset"
        label={message.settings.preset}
        value={present?.name ?? OWN}
        choices={[...own, ...schema.presets]}
        onChoose={choose}
      />
      <div class="preset-about">
        {present ? (
          <>
            <p>{message.said.presets[present.name] ?? present.sentence}</p>
            <pre>{lines(present.equations)}</pre>
            <p class="preset-source">{present.source}</p>
          </>
        ) : (
          <p>{settings.custom === '' ? message.network.ownText : message.configuration.beyond}</p>
        )}
      </div>
    </div>
  );
}
