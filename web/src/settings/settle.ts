// What this build can do of what a link asks for.
import { readOptions } from './config';
import { menuOf } from './menus';
import { cellOf, type schema } from './schema';
import { descriptorOf, type MenuName, SETTING_NAMES, type SettingName, type Settings } from './settings';
import { settleTask } from './taskConfig';

/** The settings that are names of the schema. */
const NAMES = SETTING_NAMES.flatMap((name) => {
  const descriptor = descriptorOf(name);
  return descriptor.kind === 'name' && descriptor.menu ? [{ name: name as MenuName, descriptor }] : [];
});

/** Replaces names that this build does not have, and says which. */
export function settle(settings: Settings): { settings: Settings; refused: SettingName[] } {
  const settled = { ...settings };
  const refused: SettingName[] = [];
  for (const { name, descriptor } of NAMES) {
    const listed = menuOf(descriptor).map((choice) => choice.name);
    if (listed.includes(settings[name])) continue;
    const { initial: usual } = descriptor;
    settled[name] = listed.includes(usual) ? usual : (listed[0] ?? usual);
    refused.push(name);
  }
  refused.push(...settleTask(settled));
  const options = cellOf(settled.cell)?.options ?? [];
  const fits = [...readOptions(settings.options)].every(([name, value]) =>
    options.some((option) => option.name === name && allows(option, value)),
  );
  if (!fits) {
    settled.options = '';
    refused.push('options');
  }
  return { settings: settled, refused };
}

function allows(option: (typeof schema)['cells'][number]['options'][number], value: string): boolean {
  if ('choices' in option) return option.choices.includes(value);
  return value !== '' && Number(value) >= option.minimum && Number(value) <= option.maximum;
}
