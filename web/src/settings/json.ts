// JSON as people write it: what fits on a line stays on it.
const WIDTH = 44;

function parts(value: object): string[] {
  if (Array.isArray(value)) return value.map(flat);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return entries.map(([name, item]) => `${JSON.stringify(name)}: ${flat(item)}`);
}

function flat(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const within = parts(value).join(', ');
  if (Array.isArray(value)) return `[${within}]`;
  return within === '' ? '{}' : `{ ${within} }`;
}

export function pretty(value: unknown, indent = ''): string {
  const line = flat(value);
  if (typeof value !== 'object' || value === null || indent.length + line.length <= WIDTH) return line;
  const deeper = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const lines = Array.isArray(value)
    ? value.map((item) => deeper + pretty(item, deeper))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([name, item]) => `${deeper}${JSON.stringify(name)}: ${pretty(item, deeper)}`);
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}
