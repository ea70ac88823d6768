// Small programs in an invented language, written by a grammar that keeps a table of names, as a
// compiler would: what is used has been made before, in this block or in one around it.
//
//   to name(a, b) { ... give value }     a function
//   make x = value / set x = value       declare / change a variable
//   when test { ... } otherwise { ... }  choose
//   each item in list { ... }            repeat for every item
//   repeat n times { ... }, while test { ... }
//   show "text", value                   print
//
// Blocks are indented by two spaces. A line starting with # is a comment.
import { createRandom } from './random.mjs';
import { functions } from './functions.mjs';
import { Program } from './program.mjs';

const themes = [
  { place: 'orchard', lists: ['apples', 'pears'], numbers: ['basket', 'ladder', 'harvest', 'rain'] },
  { place: 'market', lists: ['prices', 'coins'], numbers: ['purse', 'discount', 'change', 'stall'] },
  { place: 'harbour', lists: ['boats', 'waves'], numbers: ['tide', 'depth', 'cargo', 'anchor'] },
  { place: 'library', lists: ['books', 'pages'], numbers: ['shelf', 'loan', 'index', 'fine'] },
  { place: 'garden', lists: ['seeds', 'roses'], numbers: ['water', 'sun', 'height', 'row'] },
  { place: 'kitchen', lists: ['plates', 'spoons'], numbers: ['heat', 'minutes', 'guests', 'sugar'] },
  { place: 'station', lists: ['trains', 'tickets'], numbers: ['delay', 'platform', 'speed', 'crowd'] },
  { place: 'barn', lists: ['hens', 'eggs'], numbers: ['corn', 'milk', 'hay', 'straw'] },
];

const comparisons = ['<', '>', '<=', '>=', '=='];
const maximumDepth = 3;
/** @param {string} text */
const isNumber = (text) => /^\d+$/.test(text);

/**
 * A number, a name, or an operation on two different ones; brackets where the order needs them.
 * @param {Program} program
 * @param {number} depth
 * @returns {string}
 */
function expression(program, depth = 0) {
  const { random } = program;
  const names = program.names('number', 'item');
  if (depth === 2 || random.chance(0.35 + 0.2 * depth)) {
    return names.length && random.chance(0.7) ? random.pick(names) : String(random.integer(1, 20));
  }
  const operator = random.weighted([
    [4, '+'],
    [3, '-'],
    [2, '*'],
  ]);
  const left = expression(program, depth + 1);
  const right = expression(program, depth + 1);
  if (left === right || (isNumber(left) && isNumber(right))) return left;
  /** @param {string} text */
  const bracket = (text) => (text.includes(' ') ? `(${text})` : text);
  if (operator === '*') return `${bracket(left)} * ${bracket(right)}`;
  return `${left} ${operator} ${operator === '-' ? bracket(right) : right}`;
}

/** @param {Program} program */
function test(program) {
  const { random } = program;
  const name = random.pick(program.names('number', 'item'));
  if (random.chance(0.25)) return `${name} % ${random.integer(2, 5)} == 0`;
  return `${name} ${random.pick(comparisons)} ${random.integer(1, 30)}`;
}

/** @type {Record<string, (program: Program) => void>} */
const statements = {
  make(program) {
    const taken = program.names('number', 'item', 'list');
    const free = program.theme.numbers.filter((name) => !taken.includes(name));
    if (free.length === 0) return statements.set(program);
    program.make(program.random.pick(free), 'number', expression(program));
  },

  set(program) {
    const name = program.random.pick(program.names('number'));
    const operator = program.random.weighted([
      [4, '+'],
      [2, '-'],
    ]);
    const value = expression(program, 1);
    program.line(`set ${name} = ${name} ${operator} ${value.includes(' ') ? `(${value})` : value}`);
  },

  show(program) {
    const name = program.random.pick(program.names('number', 'item'));
    program.line(program.random.chance(0.6) ? `show "${name}", ${name}` : `show ${expression(program)}`);
  },

  when(program) {
    program.block(`when ${test(program)}`, () => body(program));
    if (program.random.chance(0.4)) program.otherwise(() => body(program));
  },

  each(program) {
    const used = program.names('item');
    const free = program.names('list').filter((list) => !used.includes(list.slice(0, -1)));
    if (free.length === 0) return statements.show(program);
    const list = program.random.pick(free);
    const item = list.slice(0, -1);
    program.block(`each ${item} in ${list}`, () => body(program), [{ name: item, type: 'item' }]);
  },

  repeat(program) {
    program.block(`repeat ${program.random.integer(2, 9)} times`, () => body(program));
  },
};

/**
 * The inside of a block. It changes or shows something, whatever else it does.
 * @param {Program} program
 */
function body(program) {
  const { random } = program;
  const deep = program.scopes.length > maximumDepth;
  /** @type {[number, string][]} */
  const kinds = [
    [2, 'make'],
    [4, 'set'],
    [2, 'show'],
  ];
  if (!deep) kinds.push([2, 'when'], [1, 'repeat'], [2, 'each']);
  const count = random.weighted([
    [5, 1],
    [4, 2],
    [1, 3],
  ]);
  for (let i = 1; i < count; i++) statements[random.weighted(kinds)](program);
  statements[
    random.weighted(
      deep
        ? [
            [3, 'set'],
            [1, 'show'],
          ]
        : [
            [4, 'set'],
            [2, 'show'],
            [1, 'when'],
          ],
    )
  ](program);
}

/** @param {Program} program */
function makeLists(program) {
  const { random } = program;
  program.line(`# What there is in the ${program.theme.place} today.`);
  for (const list of program.theme.lists) {
    const values = Array.from({ length: random.integer(3, 7) }, () => random.integer(1, 30));
    program.make(list, 'list', `[${values.join(', ')}]`);
  }
}

/**
 * Calls a function of the program on the list it is named after, or on small numbers.
 * @param {Program} program
 * @param {import('./program.mjs').Made} made
 */
function call(program, { name, parameters }) {
  /** @param {import('./program.mjs').Entry} p */
  const value = (p) => (p.type === 'list' ? p.name : program.random.integer(2, 12));
  const values = parameters.map(value);
  return `${name}(${values.join(', ')})`;
}

/** @param {Program} program */
function useFunctions(program) {
  for (const made of program.functions) {
    if (made.gives === 'list') program.line(`show "${made.result}", ${call(program, made)}`);
    else program.make(made.result, 'number', call(program, made));
  }
  for (const made of program.functions) {
    if (made.gives === 'number') program.line(`show "${made.result}", ${made.result}`);
  }
}

/** @param {import('./random.mjs').Random} random */
function createProgram(random) {
  const program = new Program(random, random.pick(themes));
  for (const write of random.sample(functions, random.integer(1, 2))) {
    program.functions.push(write(program));
    program.line('');
  }
  makeLists(program);
  useFunctions(program);
  program.line('');
  if (program.names('number').length === 0) statements.make(program);
  const endings = random.sample(['each', 'when', 'repeat'], random.integer(1, 2));
  for (const kind of endings) statements[kind](program);
  return program.lines.join('\n') + '\n';
}

/** @param {number} seed @param {number} size */
export function createCode(seed, size) {
  const random = createRandom(seed);
  /** @type {string[]} */
  const programs = [];
  for (let length = 0; length < size;) {
    programs.push(createProgram(random));
    length += programs[programs.length - 1].length + 2;
  }
  return programs.join('\n\n');
}
