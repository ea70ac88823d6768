/** Literals of Python. */

/** A string in ASCII. */
export function text(value: string): string {
  let out = '"';
  for (const symbol of value) {
    const code = symbol.codePointAt(0)!;
    if (symbol === '"' || symbol === '\\') out += `\\${symbol}`;
    else if (code >= 32 && code < 127) out += symbol;
    else
      out +=
        code < 0x10000
          ? `\\u${code.toString(16).padStart(4, '0')}`
          : `\\U${code.toString(16).padStart(8, '0')}`;
  }
  return `${out}"`;
}

/** A list over several lines. */
export function list(items: readonly string[]): string {
  const lines: string[] = [];
  for (let at = 0; at < items.length; at += 12) lines.push(`    ${items.slice(at, at + 12).join(', ')},\n`);
  return `[\n${lines.join('')}]`;
}
