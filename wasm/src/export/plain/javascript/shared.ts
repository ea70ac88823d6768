/** What the printed modules of several tasks have in common. */
import type { PlainModel } from '../model.js';

/** "3 numbers". */
export const count = (n: number) => (n === 1 ? 'one number' : `${n} numbers`);

export interface TaskCode {
  /** A comment and the names of symbols. */
  head: string;
  code: string;
}

/** A literal that is safe in a script of a page, too. */
export const literal = (value: unknown) => JSON.stringify(value).replaceAll('<', '\\u003c');

/** Puts the token that a step reads where \`advance\` looks for it. */
export const reads = (tokens: boolean) => (tokens ? `  s.tokens[s.tokens.length - 1] = token;\n` : '');

/** \`stepsOf(input)\`: tokens, or rows of numbers. */
export function readingCode(model: PlainModel): string {
  if (model.numbers)
    return `
/** The rows of an input, at least one; they may be flat where a step is one number. */
function stepsOf(rows) {
  if (!(rows?.length > 0)) throw new RangeError('input: expected at least one step, got none');
  return Array.from(rows, (row, t) => {
    const numbers = typeof row === 'number' ? [row] : row;
    if (numbers.length !== ${model.numbers} || !numbers.every(Number.isFinite))
      throw new RangeError(\`input[\${t}]: expected ${model.numbers} finite numbers\`);
    return numbers;
  });
}
`;
  return `
/** The symbols that the network reads, by token. */
export const symbols = ${literal(model.symbols)};
const places = new Map(symbols.map((symbol, token) => [symbol, token]));
const longest = Math.max(...symbols.map(({ length }) => length));

/** Tokens of a text, the longest symbols first; throws a RangeError at what is none. */
export function tokensOf(text) {
  const tokens = [];
  for (let at = 0; at < text.length;) {
    let size = longest;
    while (size > 0 && !places.has(text.slice(at, at + size))) --size;
    if (size === 0) {
      const [position, symbol] = [[...text.slice(0, at)].length, String.fromCodePoint(text.codePointAt(at))];
      throw new RangeError(\`input: expected symbols of the model, got "\${symbol}" (position \${position})\`);
    }
    tokens.push(places.get(text.slice(at, at + size)));
    at += size;
  }
  return tokens;
}
/** Tokens of an input, at least one. */
function stepsOf(text) {
  const tokens = tokensOf(text);
  if (!tokens.length) throw new RangeError('input: expected at least one step, got none');
  return tokens;
}
`;
}

/** Statements that put an input's steps into the state. */
export function loadingCode({ program, numbers }: PlainModel, sequence: 0 | 1): string {
  if (!numbers) return `s.${sequence ? 'source' : 'tokens'}.set(steps, ${program.tokens[sequence] ?? 0});`;
  const array = program.inputs[sequence];
  if (!array) return '';
  return `steps.forEach((row, t) => s.${array.name}.set(row, (t + ${array.delay}) * ${array.rows}));`;
}

/** An input that the model knows, as a literal. */
export function example({ numbers, symbols }: PlainModel): string {
  if (numbers)
    return `[[${Array.from({ length: Math.min(numbers, 8) }, () => 0.5).join(', ')}${numbers > 8 ? ', …' : ''}]]`;
  const plain = symbols.filter((symbol) => /^[\w ]$/.test(symbol));
  return `'${(plain.length ? plain : ['?']).slice(0, 4).join('')}'`;
}
