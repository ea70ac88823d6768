// The names that the schema lists, as menus.
import { message } from '../i18n/messages';
import type { NameDescriptor } from './descriptor';
import { schema } from './schema';
import { descriptorOf, type SettingName } from './settings';

export interface Choice {
  name: string;
  label: string;
}

function isChoice(entry: unknown): entry is { name: string; label?: unknown } {
  return typeof entry === 'object' && entry !== null && 'name' in entry && typeof entry.name === 'string';
}

/** A list of the schema as a menu; entries are names, or objects with a name and a label. */
export function choices(entries: readonly unknown[]): Choice[] {
  return entries.flatMap((entry) => {
    const choice = typeof entry === 'string' ? { name: entry } : entry;
    if (!isChoice(choice)) return [];
    const { name, label } = choice;
    return [{ name, label: typeof label === 'string' ? label : (message.labels[name] ?? name) }];
  });
}

export const menuOf = ({ menu }: NameDescriptor): Choice[] => (menu ? choices(schema[menu]) : []);

/** What a setting may be, where that is a few words. */
export function choicesOf(name: SettingName): Choice[] {
  const descriptor = descriptorOf(name);
  if (descriptor.kind === 'name') return menuOf(descriptor);
  if (descriptor.kind !== 'choice') return [];
  const labels = message.choices[name];
  return descriptor.choices.map((choice) => ({ name: choice, label: labels?.[choice] ?? choice }));
}
