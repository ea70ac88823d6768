// Settings that are one value of the state: put there, and found there, by the path in their descriptor.
import { type Descriptor, valueAt } from './descriptor';
import { schema } from './schema';
import { applies, descriptorOf, type SettingName, type Settings } from './settings';

type Node = Record<string, unknown>;

/** Whole numbers of a list as the setting spells it. */
export const numbers = (list: string): number[] => (list === '' ? [] : list.split(',').map(Number));

/** A copy with `value` at `path`; without it where that is undefined, and then without what held nothing else. */
export function put<T extends object>(object: T, path: string, value: unknown): T {
  const [name = '', ...rest] = path.split('.');
  const { [name]: former, ...others } = object as Node;
  const inner = rest.length > 0 ? put((former ?? {}) as Node, rest.join('.'), value) : value;
  const nothing = inner === undefined || (rest.length > 0 && Object.keys(inner as Node).length === 0);
  return (nothing ? others : { ...object, [name]: inner }) as T;
}

/** `onto` with the settings named; what is at its first value is left out where the engine takes that by itself. */
export function writePaths<T extends object>(onto: T, settings: Settings, names: readonly SettingName[]): T {
  return names.reduce((made, name) => {
    const { initial, kind, path = '', spelled } = descriptorOf(name);
    const value = settings[name];
    const usual = valueAt({ config: schema.defaults }, path) ?? initial;
    const said = spelled || ((value !== initial || usual !== initial) && applies(name, settings));
    return put(made, path, said ? (kind === 'list' ? numbers(String(value)) : value) : undefined);
  }, onto);
}

/** Numbers beyond the range of a control are shown all the same. */
const fits = ({ initial, parse }: Descriptor, value: unknown): boolean =>
  typeof value === 'string' ? parse(value) === value : typeof value === typeof initial;

/** What the state says of the settings named; of layers, the first. */
export function readPaths(state: object, names: readonly SettingName[]): Partial<Settings> {
  const read = names.flatMap((name) => {
    const descriptor = descriptorOf(name);
    const found = descriptor.path && valueAt(state, descriptor.path);
    const value: unknown = Array.isArray(found) ? found.join() : found;
    return value !== undefined && fits(descriptor, value) ? [[name, value]] : [];
  });
  return Object.fromEntries(read) as Partial<Settings>;
}
