/** Values as Python: expressions of PyTorch, and the variables that hold them. */
import { type Clock, everything, type Op, operands, type Parameter, type Value } from '../values.js';

/** Where a line stands: before the loop over time, in it, or after it. */
export type Section = 'before' | 'loop' | 'after';

/** How tightly an expression binds: sums, products, everything else. */
const SUM = 1;
const PRODUCT = 2;
const ATOM = 3;

interface Expression {
  code: string;
  level: number;
}

const atom = (code: string): Expression => ({ code, level: ATOM });
const factor = ({ code, level }: Expression) => (level < ATOM ? `(${code})` : code);

const functions = {
  tanh: 'torch.tanh',
  relu: 'torch.relu',
  sigmoid: 'torch.sigmoid',
  identity: '',
  softmax: 'softmax',
  exp: 'torch.exp',
  log: 'torch.log',
  sin: 'torch.sin',
  cos: 'torch.cos',
};
/** Words that are no names in Python. */
export const KEYWORDS: readonly string[] =
  `False None True and as assert async await break class continue def del elif else except finally for from
  global if import in is lambda nonlocal not or pass raise return try while with yield`.split(/\s+/);
/** What is written within something else where it is used once. */
const INLINE = ['sum', 'product', 'difference', 'quotient', 'linear', 'slice'];
const SOURCES = ['past', 'result', 'token', 'numbers', 'context', 'memory', 'padding'];

/** The lines of one method, from the values it computes. */
export class Method {
  readonly lines: Record<Section, string[]> = { before: [], loop: [], after: [] };
  readonly #names = new Set([
    ...KEYWORDS,
    'w',
    't',
    'T',
    'N',
    'F',
    'nn',
    'torch',
    'self',
    'tokens',
    'inputs',
    'lengths',
    'given',
    'state',
    'after',
    'past',
    'history',
    'sequence',
    'answers',
  ]);
  readonly #known = new Map<Value, string>();
  readonly #uses = new Map<Value, number>();
  readonly #masks = new Map<string, string>();
  readonly #periods = new Map<string, string>();
  readonly #own: string;

  /**
   * @param roots what the method computes
   * @param own prefix of the parameters that are reached as `w`
   * @param source states, tokens and results of other layers, as Python
   */
  constructor(
    roots: readonly Value[],
    own: string,
    private readonly source: (value: Value) => string | undefined,
  ) {
    this.#own = own;
    const twice = (op: Op) => (op.kind === 'mix' ? [op.keep] : []); // as it is written
    for (const value of [...roots, ...everything(roots).flatMap(({ op }) => [...operands(op), ...twice(op)])])
      this.#uses.set(value, (this.#uses.get(value) ?? 0) + 1);
  }

  /** A variable that no other has. */
  name(hint: string): string {
    const base = hint.split('.').at(-1) || 'x'; // of a parameter: what it is called in its layer
    let name = base;
    for (let k = 2; this.#names.has(name); ++k) name = `${base}${k}`;
    this.#names.add(name);
    return name;
  }

  /** From now on the value is in this variable; one value of all steps is another variable after the loop. */
  set(value: Value, name: string): void {
    this.#known.set(value, name);
  }

  /** The value as an expression that stands in a section. */
  use(value: Value, section: Section): string {
    return this.#express(value, section).code;
  }

  #express(value: Value, section: Section): Expression {
    const home = value.when === 'step' ? section : 'before';
    const indexed = (code: string) => atom(value.when === 'once' && section === 'loop' ? `${code}[t]` : code);
    const known = this.#known.get(value);
    if (known !== undefined) return indexed(known);
    if (value.op.kind === 'parameter') return atom(this.parameter(value.op.parameter));
    const expression = this.#compute(value, home);
    if (value.op.kind === 'number') return expression;
    if (SOURCES.includes(value.op.kind)) return indexed(expression.code);
    const same = home === section;
    const plain = INLINE.includes(value.op.kind) || value.name === '';
    if (same && plain && this.#uses.get(value) === 1) return expression;
    const name = this.name(value.name);
    this.lines[home].push(`${name} = ${expression.code}`);
    this.#known.set(value, name);
    return indexed(name);
  }

  #compute(value: Value, section: Section): Expression {
    const { op, size } = value;
    const of = (x: Value) => this.#express(x, section);
    const code = (x: Value) => of(x).code;
    switch (op.kind) {
      case 'fixed':
        return atom(vector(op.numbers));
      case 'linear': {
        const whole = size === op.matrix.tensor.shape[0];
        const path = this.parameter(op.matrix);
        const weight = whole ? path : `${path}[${op.row}:${op.row + size}]`;
        if (op.x.op.kind === 'token') return atom(`lookup(${weight}, ${code(op.x)})`);
        const matrix = op.clock ? this.#clocked(weight, op.clock, op.row, size, op.x.size) : weight;
        return { code: `${factor(of(op.x))} @ ${matrix}.T`, level: PRODUCT };
      }
      case 'embed':
        return atom(`lookup(${this.parameter(op.table)}.T, ${code(op.token)})`);
      case 'sum':
        return { code: op.terms.map(code).join(' + '), level: SUM };
      case 'product':
        return { code: op.terms.map((term) => factor(of(term))).join(' * '), level: PRODUCT };
      case 'number':
        return { code: String(op.number), level: op.number < 0 ? SUM : ATOM };
      case 'difference': {
        const right = of(op.right);
        return {
          code: `${code(op.left)} - ${right.level === SUM ? `(${right.code})` : right.code}`,
          level: SUM,
        };
      }
      case 'quotient':
        return { code: `${factor(of(op.left))} / ${factor(of(op.right))}`, level: PRODUCT };
      case 'maximum': {
        const [x, least] = op.left.op.kind === 'number' ? [op.right, op.left] : [op.left, op.right];
        const number = least.op.kind === 'number';
        return atom(
          number ? `${factor(of(x))}.clamp(min=${code(least)})` : `torch.maximum(${code(x)}, ${code(least)})`,
        );
      }
      case 'unary':
        if (op.fn === 'neg') return { code: `-${factor(of(op.x))}`, level: PRODUCT };
        return atom(`${functions[op.fn]}(${code(op.x)})`);
      case 'concat':
        return atom(`side_by_side(${op.parts.map(code).join(', ')})`);
      case 'slice':
        return atom(
          `${factor(of(op.x))}[..., ${op.from || ''}:${op.from + size === op.x.size ? '' : op.from + size}]`,
        );
      case 'normalized':
        return atom(`normalized(${code(op.x)}, ${op.block}, ${op.epsilon})`);
      case 'mix': {
        const [keep, former, next] = [op.keep, op.former, op.next].map((x) => factor(of(x)));
        return { code: `${keep} * ${former} + (1 - ${keep}) * ${next}`, level: SUM };
      }
      case 'zoneout':
        return atom(`zoneout(${code(op.former)}, ${code(op.next)}, ${op.probability}, self.training)`);
      case 'dropout':
        if (op.per === 'step') return atom(`F.dropout(${code(op.x)}, ${op.rate}, self.training)`);
        return { code: `${factor(of(op.x))} * ${this.#mask(op.site, op.rate, size)}`, level: PRODUCT };
      case 'attention': {
        const score = op.score ? `${this.parameter(op.score)}.flatten()` : 'None';
        const parts = [op.query, op.keys].map(code);
        return atom(`attend(${parts.join(', ')}, ${this.#memory(op.memory)}, ${score}, ${code(op.padding)})`);
      }
      default: {
        const source = this.source(value);
        if (source === undefined) throw new Error(`${op.kind} has no source`);
        return atom(source);
      }
    }
  }

  /** `w.hh[0].weight` for `layers.0.hh.0.weight` in layers.0. */
  parameter({ name }: Parameter): string {
    const own = name.startsWith(this.#own);
    const path = (own ? name.slice(this.#own.length) : name).replace(/\.(\d+)(?=\.|$)/g, '[$1]');
    return own && this.#own ? `w.${path}` : `self.${path}`;
  }

  /** What attention averages, side by side. */
  #memory(parts: readonly Value[]): string {
    const codes = parts.map((part) => this.#express(part, 'before').code);
    if (codes.length === 1) return codes[0]!;
    const name = this.name('memory');
    this.lines.before.push(`${name} = torch.cat([${codes.join(', ')}], -1)`);
    return name;
  }

  /** One dropout mask for a whole window. */
  #mask(site: string, rate: number, size: number): string {
    let mask = this.#masks.get(site);
    if (!mask) {
      mask = this.name('mask');
      this.#masks.set(site, mask);
      const ones = `torch.ones(N, ${size}, device=tokens.device)`;
      this.lines.before.push(`${mask} = F.dropout(${ones}, ${rate}, self.training)`);
    }
    return mask;
  }

  /** A matrix without weights from faster to slower units. */
  #clocked(weight: string, { periods, column }: Clock, row: number, rows: number, columns: number): string {
    const name = this.name('weight');
    const whole = columns === periods.length;
    const part = whole ? '' : `[:, ${column}:${column + columns}]`;
    this.lines.before.push(
      `${name} = ${weight} * clock_mask(${this.periods(periods)}, ${row}, ${rows})${part}`,
    );
    return name;
  }

  /** The variable that holds the period of each unit. */
  periods(numbers: readonly number[]): string {
    const code = `clock_periods(${runs(numbers)}, tokens.device)`;
    const known = this.#periods.get(code);
    if (known) return known;
    const name = this.name('periods');
    this.#periods.set(code, name);
    this.lines.before.push(`${name} = ${code}`);
    return name;
  }
}

/** Fixed numbers as short Python: zeros, a spectrum, or one by one. */
function vector(numbers: readonly number[]): string {
  const [first = 0, last = first] = [numbers[0], numbers.at(-1)];
  const count = numbers.length;
  const on = 'device=tokens.device';
  if (numbers.every((x) => x === first)) return `torch.full((${count},), ${decimal(first)}, ${on})`;
  const straight = numbers.every((x, k) => Math.abs(x - first - ((last - first) * k) / (count - 1)) < 1e-12);
  if (straight) return `torch.linspace(${first}, ${last}, ${count}, ${on})`;
  return `torch.tensor([${numbers.map(decimal)}], ${on})`;
}

const decimal = (x: number) => (Number.isInteger(x) ? x.toFixed(1) : String(x));

/** Whole numbers by runs of equal ones: [values], [counts]. */
function runs(numbers: readonly number[]): string {
  const values: number[] = [];
  const counts: number[] = [];
  numbers.forEach((x, k) => {
    if (k && x === numbers[k - 1]) counts[counts.length - 1]! += 1;
    else {
      values.push(x);
      counts.push(1);
    }
  });
  return `[${values.join(', ')}], [${counts.join(', ')}]`;
}
