import { message } from '../i18n/messages';
import { upToTwo } from '../i18n/format';
import { choicesOf } from '../settings/menus';
import type { SettingName } from '../settings/settings';
import { store, waiting } from '../app/store';

/** What a changed setting is in the network at work, for the end of its label; undefined if unchanged. */
export function previousValue(name: SettingName): string | undefined {
  const run = store.run.value;
  if (!run || !waiting.value.includes(name)) return undefined;
  if (name === 'text' || name === 'dataset') return run.corpus.title;
  if (name === 'difficulty' && run.settings.difficulty === 0) return message.tasks.usual;
  const value = run.settings[name];
  if (typeof value === 'number') return upToTwo(value);
  if (typeof value === 'boolean') return value ? message.more.on : message.live.off;
  if (value === '') return message.more.none;
  return choicesOf(name).find((choice) => choice.name === value)?.label ?? value;
}
