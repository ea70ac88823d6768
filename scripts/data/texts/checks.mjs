// What the descriptions of the sample texts promise, checked on the finished text rather than
// in the grammars. Each check gives a list of complaints, empty when all is well.

/** @param {string} text */
const blocks = (text) => text.trim().split(/\n\n\n+/);

/** @param {string} text @param {number} size @returns {string[]} */
export function checkPlain(text, size) {
  const found = [];
  if (/[^\n -~]/.test(text)) found.push('a character outside printable ASCII');
  if (/[ ]$/m.test(text)) found.push('a space at the end of a line');
  if (!/[^\n]\n$/.test(text)) found.push('does not end with one line feed');
  if (text.length < size || text.length > 1.02 * size) found.push(`${text.length} characters`);
  return found;
}

/** @param {string} text @returns {string[]} */
export function checkTales(text) {
  const lines = text.split('\n');
  const open = lines.filter((line) => (line.match(/"/g) ?? []).length % 2 === 1);
  const left = lines.filter((line) =>
    /[[\]{}<>|~]| [,.!?]|[,.!?]{2}|\b(\w+) \1\b|\ba [aeio]|\ban [^aeiouh]/i.test(line),
  );
  const small = lines.filter((line) => /^[a-z]|[.!?] [a-z]/.test(line));
  const short = blocks(text).filter((tale) => tale.split('\n\n').length < 5);
  return [
    ...open.map((line) => `a quotation is not closed: ${line}`),
    ...left.map((line) => `something of the grammar is left: ${line}`),
    ...small.map((line) => `a sentence begins small: ${line}`),
    ...short.map((tale) => `too short: ${tale}`),
  ];
}

/**
 * Every ingredient is in the method; the steps are numbered in order.
 * @param {string} text
 */
export function checkRecipes(text) {
  return blocks(text).flatMap((recipe) => {
    const [title, ingredients, method] = recipe.split('\n\n');
    const name = title.split('\n')[0];
    const unused = ingredients
      .split('\n')
      .map((line) => line.replace(/^- \d+ ((g|ml|tsp|tbsp|pinch) )?/, ''))
      .filter((ingredient) => !method.includes(` the ${ingredient}`));
    const misnumbered = method.split('\n').filter((line, i) => !line.startsWith(`${i + 1}. `));
    return [...unused, ...misnumbered].map((what) => `${name}: ${what}`);
  });
}

/**
 * Sixteen bars that fill their meter; both strains end on the tonic.
 * @param {string} text
 */
export function checkTunes(text) {
  return text
    .trim()
    .split('\n\n')
    .flatMap((tune) => {
      /** @param {string} letter */
      const field = (letter) => (tune.match(new RegExp(`^${letter}:(.*)$`, 'm')) ?? ['', ''])[1];
      const [beats, unit] = field('M').split('/').map(Number);
      const bars = tune
        .slice(tune.indexOf('|:'))
        .split(/[|:\n]+/)
        .map((bar) => bar.trim())
        .filter(Boolean);
      /** @param {string} bar */
      const length = (bar) =>
        [...bar.matchAll(/[A-Ga-g],?(\d?)/g)].reduce((sum, [, n]) => sum + Number(n || 1), 0);
      const wrong = bars.filter((bar) => length(bar) !== (beats * 8) / unit);
      if (bars.length !== 16) wrong.push(`${bars.length} bars`);
      /** @param {string} bar */
      const last = (bar) => bar.match(/([A-Ga-g]),?\d?$/)?.[1].toUpperCase();
      wrong.push(...[bars[7], bars[15]].filter((bar) => last(bar) !== field('K')[0]));
      return wrong.map((what) => `tune ${field('X')}: ${what}`);
    });
}

const keywords = new Set('to make set when otherwise each in repeat times while show give'.split(' '));

/**
 * Brackets close, indentation follows the braces, and a name is declared before it is used.
 * @param {string} text
 */
export function checkCode(text) {
  return blocks(text).flatMap((program) => {
    /** @type {string[]} */
    const found = [];
    /** @type {Set<string>[]} */
    const scopes = [new Set()];
    for (const line of program.split('\n').filter((l) => l && !/^ *#/.test(l))) {
      const code = line.replace(/"[^"]*"/g, '');
      if (/^ *}/.test(code)) scopes.pop();
      if (line.search(/\S/) !== 2 * (scopes.length - 1)) found.push(`indentation: ${line}`);
      for (const [open, close] of ['()', '[]']) {
        if (code.split(open).length !== code.split(close).length) found.push(`brackets: ${line}`);
      }
      /** @type {Set<string>} */
      const inner = new Set();
      const made = code.match(/^ *make (\w+)/)?.[1];
      const item = code.match(/^ *each (\w+) in/)?.[1];
      const [, name, parameters] = code.match(/^to (\w+)\((.*)\)/) ?? [];
      if (item) inner.add(item);
      if (name) scopes[scopes.length - 1].add(name);
      if (parameters) parameters.split(', ').forEach((p) => inner.add(p));
      /** @param {string} word */
      const known = (word) =>
        keywords.has(word) || inner.has(word) || word === made || scopes.some((s) => s.has(word));
      const unknown = (code.match(/[a-z]\w*/g) ?? []).filter((word) => !known(word));
      found.push(...unknown.map((word) => `${word} is not declared: ${line}`));
      if (made && new RegExp(`= .*\\b${made}\\b`).test(code)) found.push(`used in its own making: ${line}`);
      if (made) scopes[scopes.length - 1].add(made);
      if (/{$/.test(code)) scopes.push(inner);
    }
    if (scopes.length !== 1) found.push(`braces: ${program}`);
    return found;
  });
}

/**
 * One or two capitalised words a line, no line twice.
 * @param {string} text
 */
export function checkNames(text) {
  const names = text.trim().split('\n');
  const odd = names.filter((name) => !/^[A-Z][a-z]+( [A-Z][a-z]+)?$/.test(name));
  return names.length === new Set(names).size ? odd : [...odd, 'a name occurs twice'];
}
