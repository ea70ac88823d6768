/** One table for parsing and for help: an option that is not described does not exist. */
import { parseArgs } from 'node:util';

export interface Option {
  /** One letter, beside the long name. */
  short?: string;
  /** What stands for the value in the help; without it the option is a switch. */
  value?: string;
  /** As shown in the help. Where there is none, the help says so too. */
  default?: string;
  help: string;
}

export type Options = Record<string, Option>;

export interface Command {
  summary: string;
  /** Positional arguments, as shown; `[x]` may be left out, a final `…` takes any number. */
  operands: string[];
  options: Options;
  run(args: Arguments): Promise<number>;
}

/** The command line was wrong: one sentence, and status 2. */
export class UsageError extends Error {}

/** What every command takes. */
export const common: Options = {
  threads: { value: 'N', default: 'auto', help: 'threads; results do not depend on it' },
  math: { value: 'KIND', default: 'reproducible', help: 'or fast, where this build has it' },
  json: { help: 'answer in JSON, one object a line' },
  quiet: { short: 'q', help: 'no progress, only results and errors' },
  help: { short: 'h', help: 'show this' },
};

/** Parsed arguments of one command. */
export class Arguments {
  readonly operands: string[];
  readonly #values: Record<string, string | boolean | undefined>;
  readonly #options: Options;

  constructor(args: string[], command: Pick<Command, 'options' | 'operands'>) {
    this.#options = { ...command.options, ...common };
    const options = Object.fromEntries(
      Object.entries(this.#options).map(([name, { short, value }]) => [
        name,
        { type: value ? ('string' as const) : ('boolean' as const), ...(short && { short }) },
      ]),
    );
    try {
      const parsed = parseArgs({
        args: withNegatives(args, this.#options),
        options,
        allowPositionals: true,
      });
      this.#values = parsed.values;
      this.operands = parsed.positionals;
    } catch (error) {
      const { message } = error as Error;
      const [, unknown] = /^Unknown option '--?([^']+)'/.exec(message) ?? [];
      throw new UsageError(
        unknown === undefined ? asSentence(message) : noOption(unknown, Object.keys(this.#options)),
      );
    }
    const { operands } = command;
    const most = operands.at(-1)?.endsWith('…]') ? Infinity : operands.length;
    const least = operands.filter((operand) => !operand.startsWith('[')).length;
    if (this.flag('help')) return;
    if (this.operands.length > most) {
      throw new UsageError(`there is nothing to do with '${this.operands[most]}'.`);
    }
    if (this.operands.length < least) throw new UsageError(`${operands[this.operands.length]} is not given.`);
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  /** The value given, or the default, or nothing. */
  text(name: string): string | undefined {
    return (this.#values[name] as string | undefined) ?? this.#options[name]!.default;
  }

  given(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  number(name: string, { least = -Infinity, whole = false } = {}): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    const fits =
      text.trim() !== '' && Number.isFinite(value) && value >= least && (!whole || Number.isInteger(value));
    if (fits) return value;
    const kind = `${whole ? 'a whole number' : 'a number'}${least > -Infinity ? `, ${least} or more` : ''}`;
    throw new UsageError(`--${name}: expected ${kind}, got '${text}'.`);
  }

  whole(name: string, least = 0): number | undefined {
    return this.number(name, { least, whole: true });
  }

  #knows(option: string): boolean {
    return Object.hasOwn(this.#options, option);
  }

  /** A sentence of the engine about a file, with the options for fields of the dataset. */
  named(sentence: string): string {
    return sentence.replace(/\bdataset\.(\w+)(: (?=features))?/g, (field, name: string, value?: string) =>
      this.#knows(name) ? `--${name}${value ? ' ' : ''}` : field,
    );
  }

  /** A message of the package in the words of the command line: a field is named by its option. */
  spoken(message: string): string {
    const known = (option: string) => this.#knows(option);
    const inside = this.named(message);
    const [field = ''] = /^[\w.]+(?:\[\d+\])*(?=[:.])/.exec(message) ?? [];
    const last = field
      .replace(/\[\d+\]$/, '')
      .split('.')
      .at(-1)!;
    const option = OPTION_OF[last] ?? last.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return known(option) && this.given(option) ? `--${option}${message.slice(field.length)}` : inside;
  }

  /** Where and how the engine runs, as the package takes it. */
  get runtime() {
    const threads = this.text('threads');
    return {
      threads: threads === 'auto' ? ('auto' as const) : this.whole('threads', 1)!,
      math: this.text('math') as 'reproducible' | 'fast',
    };
  }
}

/** Fields of another name than their options. */
const OPTION_OF: Readonly<Record<string, string>> = { maxOrder: 'baselines', earlyStopping: 'patience' };

/** A negative number behind an option that has a value is this value; Node would take it for options. */
function withNegatives(args: readonly string[], options: Options): string[] {
  const names = Object.entries(options).flatMap(([long, { short, value }]) =>
    value === undefined
      ? []
      : [[`--${long}`, long] as const, ...(short ? [[`-${short}`, long] as const] : [])],
  );
  const long = new Map<string, string>(names);
  const joined: string[] = [];
  for (let i = 0; i < args.length; ++i) {
    if (args[i] === '--') return [...joined, ...args.slice(i)];
    const name = long.get(args[i]!);
    const isNegative = name !== undefined && /^-\.?\d/.test(args[i + 1] ?? '');
    joined.push(isNegative ? `--${name}=${args[++i]}` : args[i]!);
  }
  return joined;
}

function noOption(given: string, names: readonly string[]): string {
  const near = names
    .map((name) => ({ name, far: distance(given, name) }))
    .filter(({ name, far }) => far <= Math.max(1, name.length / 3))
    .sort((a, b) => a.far - b.far)[0];
  const dashes = given.length === 1 ? '-' : '--';
  const guess = near && given.length > 1 ? `did you mean --${near.name}? ` : '';
  return `there is no option ${dashes}${given}: ${guess}--help shows every option.`;
}

/** Letters to put in, to leave out or to change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; ++i) {
    const next = [i];
    for (let j = 1; j <= b.length; ++j)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + Number(a[i - 1] !== b[j - 1])));
    row = next;
  }
  return row[b.length]!;
}

const WIDTH = 26;

export function helpOf(name: string, { summary, operands, options }: Command): string {
  const lines = Object.entries({ ...options, ...common }).map(([long, option]) => {
    const head = `${option.short ? `-${option.short}, ` : '    '}--${long}${option.value ? ` ${option.value}` : ''}`;
    const end = option.default === undefined ? '' : ` (default ${option.default})`;
    return `  ${head.padEnd(WIDTH)}${head.length >= WIDTH ? `\n${' '.repeat(WIDTH + 2)}` : ''}${option.help}${end}`;
  });
  return `unfold-rnn ${[name, ...operands].join(' ')} [options]\n\n${summary}\n\n${lines.join('\n')}\n`;
}

/** Node's own messages begin with a capital and advise on `--`. */
function asSentence(message: string): string {
  const first = message.split(/\. (?=To )|\n/)[0]!.replace(/\.$/, '');
  return `${first.charAt(0).toLowerCase()}${first.slice(1)}.`;
}
