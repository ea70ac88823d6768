import { signal } from '@preact/signals';
import { Select } from '../controls/Select';
import { message } from '../i18n/messages';
import type { Choice } from './menus';
import { type Preset, PRESET_GROUPS, presetOf, presetsFor, withPreset } from './presets';
import { settingsIn, stateOf } from './state';
import { adopt, store, wanted } from '../app/store';

const OWN = '';

/** Told apart from another of the same architecture by having been chosen. */
const chosen = signal(OWN);

/** Equations one below the other. */
const lines = (equations: string) => equations.split(/;\s+/).join('\n');

/** The presets under headings. */
function grouped(presets: readonly Preset[]): [string, Choice[]][] {
  const { groups } = message.network;
  const listed = Object.entries(PRESET_GROUPS).map(([group, names]): [string, Choice[]] => [
    groups[group as keyof typeof groups],
    names.flatMap((name) => presets.find((preset) => preset.name === name) ?? []),
  ]);
  const known: readonly string[] = Object.values(PRESET_GROUPS).flat();
  const others = presets.filter(({ name }) => !known.includes(name));
  return [...listed, [groups.other, others] as [string, Choice[]]].filter(([, list]) => list.length > 0);
}

export function PresetPicker() {
  const settings = store.settings.value;
  const presets = presetsFor(settings.task);
  const present = presetOf(settings, chosen.value);
  const choose = (name: string) => {
    const preset = presets.find((entry) => entry.name === name);
    if (!preset) return;
    chosen.value = name;
    adopt(stateOf(withPreset(settingsIn(wanted.peek()), preset)));
  };
  return (
    <div class="preset">
      <Select
        name="preset"
        label={message.settings.preset}
        value={present?.name ?? OWN}
        choices={present ? [] : [{ name: OWN, label: message.network.own }]}
        groups={grouped(presets)}
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
          settings.custom === '' && <p>{message.network.ownText}</p>
        )}
      </div>
    </div>
  );
}
