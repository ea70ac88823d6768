// What one tree of values says beyond another, and the two put together again. Names may come from a link: they are
// only ever written as fields of their own, never assigned.
type Tree = Readonly<Record<string, unknown>>;

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const treeOf = (value: unknown): Tree => (isTree(value) ? value : {});

/** JSON whose text is equal where the values are. */
export function stable(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    isTree(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
}

/** The fields of a configuration that differ from what is said already; what either leaves out has its default. */
export function difference(config: object, said: object, defaults: object): Tree {
  const [whole, known, usual] = [config as Tree, said as Tree, defaults as Tree];
  const names = new Set([...Object.keys(whole), ...Object.keys(known)]);
  const rest = [...names].flatMap((name): [string, unknown][] => {
    const first = usual[name];
    const [value, other] = [whole[name] ?? first, known[name] ?? first];
    if (!isTree(value)) return stable(value) === stable(other) ? [] : [[name, value]];
    const inner = difference(value, treeOf(other), treeOf(first));
    return Object.keys(inner).length > 0 || !isTree(other) ? [[name, inner]] : [];
  });
  return Object.fromEntries(rest);
}

/** `known` with the fields of `rest` in their places; lists are replaced as a whole. */
export function merge<T extends object>(known: T, rest: object): T {
  const both = Object.entries(rest).map(([name, value]: [string, unknown]): [string, unknown] => {
    const other = (known as Tree)[name];
    return [name, isTree(value) && isTree(other) ? merge(other, value) : value];
  });
  return { ...known, ...Object.fromEntries(both) };
}
