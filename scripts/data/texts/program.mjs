// A program that code.mjs writes, line by line, with its table of names.

/** @typedef {'number' | 'item' | 'list'} Type */
/** @typedef {{ name: string, type: Type }} Entry */
/**
 * A function that a program has made, and how it can be called; `result` is the name for what it gives.
 * @typedef {{ name: string, parameters: Entry[], gives: 'number' | 'list', result: string }} Made
 */

/** @typedef {{ place: string, lists: string[], numbers: string[] }} Theme */

export class Program {
  /** @param {import('./random.mjs').Random} random @param {Theme} theme */
  constructor(random, theme) {
    this.random = random;
    this.theme = theme;
    /** @type {string[]} */
    this.lines = [];
    /** @type {Entry[][]} */
    this.scopes = [[]];
    /** @type {Made[]} */
    this.functions = [];
  }

  /** @param {string} text */
  line(text) {
    this.lines.push(text && '  '.repeat(this.scopes.length - 1) + text);
  }

  /**
   * A block with a scope of its own; `names` are declared in it from the start.
   * @param {string} opening
   * @param {() => void} body
   * @param {Entry[]} names
   */
  block(opening, body, names = []) {
    this.line(`${opening} {`);
    this.scopes.push([...names]);
    body();
    this.scopes.pop();
    this.line('}');
  }

  /**
   * The second block opens on the line that closes the first.
   * @param {() => void} body
   */
  otherwise(body) {
    this.lines.pop();
    this.block('} otherwise', body);
  }

  /** @param {string} name @param {Type} type */
  declare(name, type) {
    this.scopes[this.scopes.length - 1].push({ name, type });
  }

  /** @param {Type[]} types */
  names(...types) {
    return this.scopes
      .flat()
      .filter((entry) => types.includes(entry.type))
      .map((entry) => entry.name);
  }

  /** @param {string} name @param {Type} type @param {string | number} value */
  make(name, type, value) {
    this.line(`make ${name} = ${value}`);
    this.declare(name, type);
  }
}
