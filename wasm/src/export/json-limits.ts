/** What the engine refuses in JSON and `JSON.parse` takes, found before anything is built of it. */

/** As core/base/json.cpp. */
const DEEPEST = 32;
const MOST_VALUES = 140_000;
const MOST_KEYS = 10_000;

/** A key that stands twice, nesting or numbers beyond all use; undefined where there is no such thing. */
export function troubleIn(json: string): string | undefined {
  const open: (Set<unknown> | undefined)[] = []; // the keys so far of each object; undefined for a list
  let values = 0;
  let keyNext = false;
  for (let at = 0; at < json.length; ++at) {
    const character = json[at]!;
    if (character === '"') {
      const from = at++;
      while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
      const keys = keyNext && open.at(-1);
      if (!keys) continue;
      const key = plain(json.slice(from, at + 1));
      if (keys.has(key)) return `the key ${key} twice`;
      if (keys.add(key).size > MOST_KEYS) return `more than ${MOST_KEYS} keys in an object`;
    } else if ('{['.includes(character)) {
      open.push(character === '{' ? new Set() : undefined);
      if (open.length > DEEPEST) return `nesting deeper than ${DEEPEST}`;
    } else if ('}]'.includes(character)) open.pop();
    if ('{,:['.includes(character)) {
      keyNext = character !== ':' && open.at(-1) !== undefined;
      values += Number(character !== ':');
      if (values > MOST_VALUES) return `more than ${MOST_VALUES} values`;
    }
  }
  return undefined;
}

/** Two spellings of a key are one; what is no string is for `JSON.parse` to refuse. */
function plain(key: string): string {
  try {
    return JSON.stringify(JSON.parse(key));
  } catch {
    return key;
  }
}
