// The functions that open each program of code.mjs: a comment, then a body that does what the
// comment says. Each entry writes one function and tells how it can be called:
// { name, parameters: [{ name, type }], gives: type, result: the name for what it gives }.

/** @typedef {import('./program.mjs').Program} Program */
/** @typedef {import('./program.mjs').Entry} Entry */
/** @typedef {import('./program.mjs').Made} Made */

/** @param {string} name @param {import('./program.mjs').Type} type @returns {Entry} */
const parameter = (name, type) => ({ name, type });

/**
 * @param {Program} program
 * @param {string} comment
 * @param {string} name
 * @param {Entry[]} parameters
 * @param {() => void} body
 */
function define(program, comment, name, parameters, body) {
  program.line(`# ${comment}`);
  const header = `to ${name}(${parameters.map((p) => p.name).join(', ')})`;
  program.block(header, body, parameters);
  return { name, parameters };
}

/**
 * A list of the theme, its items' name, and parameters for a function over it.
 * @param {Program} program
 * @param {string[]} numbers
 */
function overList(program, ...numbers) {
  const list = program.random.pick(program.theme.lists);
  const parameters = [parameter(list, 'list'), ...numbers.map((name) => parameter(name, 'number'))];
  return { list, item: list.slice(0, -1), parameters };
}

const comparisons = [
  { sign: '>', words: 'greater than', name: 'above' },
  { sign: '<', words: 'less than', name: 'below' },
];

/** @param {Program} program @returns {Made} */
function total(program) {
  const { list, item, parameters } = overList(program);
  const made = define(program, `Adds up all the ${list}.`, `total_${list}`, parameters, () => {
    program.make('total', 'number', 0);
    program.block(`each ${item} in ${list}`, () => program.line(`set total = total + ${item}`));
    program.line('give total');
  });
  return { ...made, gives: 'number', result: 'total' };
}

/** @param {Program} program @returns {Made} */
function totalBeyond(program) {
  const { sign, words, name } = program.random.pick(comparisons);
  const { list, item, parameters } = overList(program, 'limit');
  const comment = `Adds up the ${list} that are ${words} the limit.`;
  const made = define(program, comment, `total_${name}`, parameters, () => {
    program.make('total', 'number', 0);
    program.block(`each ${item} in ${list}`, () => {
      program.block(`when ${item} ${sign} limit`, () => program.line(`set total = total + ${item}`));
    });
    program.line('give total');
  });
  return { ...made, gives: 'number', result: `total_${name}_limit` };
}

/** @param {Program} program @returns {Made} */
function count(program) {
  const { sign, words, name } = program.random.pick(comparisons);
  const { list, item, parameters } = overList(program, 'limit');
  const comment = `Counts the ${list} that are ${words} the limit.`;
  const made = define(program, comment, `count_${name}`, parameters, () => {
    program.make('count', 'number', 0);
    program.block(`each ${item} in ${list}`, () => {
      program.block(`when ${item} ${sign} limit`, () => program.line('set count = count + 1'));
    });
    program.line('give count');
  });
  return { ...made, gives: 'number', result: 'count' };
}

/** @param {Program} program @returns {Made} */
function countEven(program) {
  const odd = program.random.chance(0.5);
  const { list, item, parameters } = overList(program);
  const word = odd ? 'odd' : 'even';
  const made = define(program, `Counts the ${word} ${list}.`, `count_${word}`, parameters, () => {
    program.make('count', 'number', 0);
    program.block(`each ${item} in ${list}`, () => {
      program.block(`when ${item} % 2 == ${odd ? 1 : 0}`, () => program.line('set count = count + 1'));
    });
    program.line('give count');
  });
  return { ...made, gives: 'number', result: `${word}_${list}` };
}

/** @param {Program} program @returns {Made} */
function extreme(program) {
  const [word, sign] = program.random.pick([
    ['largest', '>'],
    ['smallest', '<'],
  ]);
  const { list, item, parameters } = overList(program);
  const made = define(program, `Finds the ${word} of the ${list}.`, `${word}_${item}`, parameters, () => {
    program.make('best', 'number', `${list}[0]`);
    program.block(`each ${item} in ${list}`, () => {
      program.block(`when ${item} ${sign} best`, () => program.line(`set best = ${item}`));
    });
    program.line('give best');
  });
  return { ...made, gives: 'number', result: word };
}

/** @param {Program} program @returns {Made} */
function keep(program) {
  const { sign, words, name } = program.random.pick(comparisons);
  const { list, item, parameters } = overList(program, 'limit');
  const comment = `Keeps the ${list} that are ${words} the limit.`;
  const made = define(program, comment, `keep_${name}`, parameters, () => {
    program.make('kept', 'list', '[]');
    program.block(`each ${item} in ${list}`, () => {
      program.block(`when ${item} ${sign} limit`, () => program.line(`set kept = kept + [${item}]`));
    });
    program.line('give kept');
  });
  return { ...made, gives: 'list', result: `${name} the limit` };
}

/** @param {Program} program @returns {Made} */
function scale(program) {
  const { list, item, parameters } = overList(program, 'factor');
  const comment = `Multiplies each of the ${list} by a factor.`;
  const made = define(program, comment, `scale_${list}`, parameters, () => {
    program.make('scaled', 'list', '[]');
    program.block(`each ${item} in ${list}`, () => {
      program.line(`set scaled = scaled + [${item} * factor]`);
    });
    program.line('give scaled');
  });
  return { ...made, gives: 'list', result: 'scaled' };
}

/** @param {Program} program @returns {Made} */
function reverse(program) {
  const { list, item, parameters } = overList(program);
  const made = define(program, `Turns the ${list} round.`, `reverse_${list}`, parameters, () => {
    program.make('reversed', 'list', '[]');
    program.block(`each ${item} in ${list}`, () => {
      program.line(`set reversed = [${item}] + reversed`);
    });
    program.line('give reversed');
  });
  return { ...made, gives: 'list', result: 'reversed' };
}

/** @param {Program} program @returns {Made} */
function power(program) {
  const parameters = [parameter('base', 'number'), parameter('times', 'number')];
  const made = define(program, 'Multiplies a number by itself.', 'power', parameters, () => {
    program.make('result', 'number', 1);
    program.block('while times > 0', () => {
      program.line('set result = result * base');
      program.line('set times = times - 1');
    });
    program.line('give result');
  });
  return { ...made, gives: 'number', result: 'result' };
}

/** @param {Program} program @returns {Made} */
function divisor(program) {
  const parameters = [parameter('a', 'number'), parameter('b', 'number')];
  const comment = 'Finds the greatest common divisor of two numbers.';
  const made = define(program, comment, 'divisor', parameters, () => {
    program.block('while b > 0', () => {
      program.make('rest', 'number', 'a % b');
      program.line('set a = b');
      program.line('set b = rest');
    });
    program.line('give a');
  });
  return { ...made, gives: 'number', result: 'common' };
}

/** @param {Program} program @returns {Made} */
function halvings(program) {
  const comment = 'Halves even numbers and triples odd ones until 1 is left.';
  const made = define(program, comment, 'steps_to_one', [parameter('n', 'number')], () => {
    program.make('steps', 'number', 0);
    program.block('while n > 1', () => {
      program.block('when n % 2 == 0', () => program.line('set n = n / 2'));
      program.otherwise(() => program.line('set n = 3 * n + 1'));
      program.line('set steps = steps + 1');
    });
    program.line('give steps');
  });
  return { ...made, gives: 'number', result: 'steps' };
}

/** @param {Program} program @returns {Made} */
function sumTo(program) {
  const comment = 'Adds the numbers from 1 up to the last.';
  const made = define(program, comment, 'sum_to', [parameter('last', 'number')], () => {
    program.make('sum', 'number', 0);
    program.make('next', 'number', 1);
    program.block('while next <= last', () => {
      program.line('set sum = sum + next');
      program.line('set next = next + 1');
    });
    program.line('give sum');
  });
  return { ...made, gives: 'number', result: 'sum' };
}

export const functions = [
  total,
  totalBeyond,
  count,
  countEven,
  extreme,
  keep,
  scale,
  reverse,
  power,
  divisor,
  halvings,
  sumTo,
];
