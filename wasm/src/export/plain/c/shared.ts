/** What the printed headers of several tasks have in common. */
import type { PlainModel } from '../model.js';

export interface TaskCodeC {
  /** A comment. */
  head: string;
  defines: string;
  code: string;
}

/** A C string of the UTF-8 bytes of a text. */
function stringC(text: string | readonly number[]): string {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const plain = (byte: number) => byte >= 32 && byte < 127 && !'"\\?'.includes(String.fromCharCode(byte));
  return `"${Array.from(bytes, (b) => (plain(b) ? String.fromCharCode(b) : `\\${b.toString(8).padStart(3, '0')}`)).join('')}"`;
}

export const tableC = (name: string, texts: readonly (string | readonly number[])[]) =>
  `static const char *const unfold_${name}[${texts.length}] = {\n${lines(texts.map(stringC))}};\n`;

function lines(items: readonly string[]): string {
  const out: string[] = [];
  for (let at = 0; at < items.length; at += 12) out.push(`  ${items.slice(at, at + 12).join(', ')},\n`);
  return out.join('');
}

const define = (name: string, value: number) => `#ifndef ${name}\n#define ${name} ${value}\n#endif\n`;

export function definesOf(model: PlainModel, more: readonly string[]): string {
  const { program, maxLength, outputs } = model;
  const steps = program.whole ? define('UNFOLD_MAX_STEPS', maxLength) : '';
  const source = program.encode.length ? define('UNFOLD_MAX_SOURCE', maxLength) : '';
  return `#define UNFOLD_OUTPUTS ${outputs}\n${more.join('')}${steps}${source}\n`;
}

/** `unfold_symbols` and how texts become tokens. */
export function symbolsC({ unit, codes, symbols, unknown }: PlainModel): string {
  const bytes = unit === 'byte';
  const names = bytes ? codes.map((code) => [code]) : symbols;
  const all = bytes && unknown ? [...names, '\ufffd'] : names;
  return `
/* What the network reads, by token (UTF-8). */
${tableC('symbols', all)}
/* The token of the longest symbol at the beginning of a text, or ${unknown ? 'the last one' : '-1'} where there is none; returns what follows. */
static inline const char *unfold_token(const char *text, int *token) {
  size_t most = 0;
  *token = ${unknown ? all.length - 1 : -1};
  for (int v = 0; v < ${unknown ? all.length - 1 : all.length}; ++v) {
    const size_t length = strlen(unfold_symbols[v]);
    if (length > most && strncmp(text, unfold_symbols[v], length) == 0) {
      most = length;
      *token = v;
    }
  }
  if (most) return text + most;
  do ++text;
  while (((unsigned char)*text & 0xc0) == 0x80);
  return text;
}
`;
}

export const WRITE = `
/* Appends a text if there is room for it and for the end; returns the new length, or -1. */
static inline int unfold_append(char *out, size_t size, int length, const char *text) {
  const size_t more = strlen(text);
  if ((size_t)length + more + 1 > size) return -1;
  memcpy(out + length, text, more + 1);
  return length + (int)more;
}
`;

export const program = (title: string, calls: string) => `/*
 * ${title}, exported by Unfold. One header: no allocation, no library.
 *
 *   #include <stdio.h>
 *   #include "model.h"
 *   static unfold_state state;
 *   int main(void) {
${calls.trimEnd().replace(/^/gm, ' *     ')}
 *     return 0;
 *   }
 */
`;

export const put = (model: PlainModel) =>
  model.program.tokens[0] === null ? '(void)token;' : `s->tokens[${model.program.tokens[0]}] = token;`;

/** Statements that put a step t of `input` (tokens or rows) into the state. */
export function loading({ program: p, numbers }: PlainModel, sequence: 0 | 1): string {
  if (!numbers) {
    const late = p.tokens[sequence];
    return late === null ? '(void)token;' : `s->${sequence ? 'source' : 'tokens'}[t + ${late}] = token;`;
  }
  const array = p.inputs[sequence];
  if (!array) return '';
  const { name, delay, rows } = array;
  return `memcpy(s->${name} + (t + ${delay}) * ${rows}, rows + t * ${rows}, ${rows} * sizeof(float));`;
}

/** A text that the network knows. */
export function known({ symbols }: PlainModel): string {
  const plain = symbols.filter((symbol) => /^[\w ]$/.test(symbol));
  return plain.slice(0, 4).join('') || 'text';
}
