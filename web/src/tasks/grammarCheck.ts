// Where an answer leaves what was wanted, and whether a sequence belongs to a made language.

/** The first character at which the two differ, counted in code points; null where they are equal. */
export function firstWrong(target: string, output: string): number | null {
  const [wanted, written] = [[...target], [...output]];
  const at = wanted.findIndex((symbol, index) => symbol !== written[index]);
  if (at >= 0) return at;
  return written.length > wanted.length ? wanted.length : null;
}

/** Why a sequence is not in the language; null where it is. */
type Fault = { kind: 'order' | 'count' | 'closes' | 'open' | 'agreement' | 'grammar' | 'empty'; at: string };

function counting(text: string): Fault | null {
  const [, as, bs, rest] = /^(a*)(b*)(.*)$/s.exec(text)!;
  if (rest) return { kind: 'order', at: rest[0]! };
  if (as!.length !== bs!.length) return { kind: 'count', at: `${as!.length} a, ${bs!.length} b` };
  return as === '' ? { kind: 'empty', at: '' } : null;
}

function brackets(text: string): Fault | null {
  const open: string[] = [];
  for (const symbol of text) {
    if (symbol === '(') open.push(')');
    else if (symbol === '[') open.push(']');
    else if (open.pop() !== symbol) return { kind: 'closes', at: symbol };
  }
  if (open.length > 0) return { kind: 'open', at: open.at(-1)! };
  return text === '' ? { kind: 'empty', at: '' } : null;
}

const words = (list: string) => new Set(list.split(' '));
const NAMES = words('John Mary');
const ONE = words('boy girl cat dog');
const MANY = words('boys girls cats dogs');
/** Verbs by what they need: an object, may have one, none; of one and of many. */
const VERBS = {
  needs: [words('chases feeds'), words('chase feed')],
  may: [words('sees hears'), words('see hear')],
  none: [words('walks lives'), words('walk live')],
} as const;

/** Reads a sentence of Elman's grammar from the left: S → NP VP ".", see core/data/datasets/elman.cpp. */
class Sentence {
  private at = 0;
  private readonly list: string[];
  fault: Fault | null = null;
  constructor(text: string) {
    this.list = text.replace(/\.$/, ' .').trim().split(/\s+/);
  }

  private get word(): string {
    return this.list[this.at] ?? '';
  }

  private fail(kind: Fault['kind']): false {
    this.fault ??= { kind, at: this.word };
    return false;
  }

  /** 0 for one, 1 for many; false where there is no noun phrase. */
  private noun(): 0 | 1 | false {
    const { word } = this;
    const number = NAMES.has(word) || ONE.has(word) ? 0 : MANY.has(word) ? 1 : false;
    if (number === false) return this.fail('grammar');
    this.at++;
    if (NAMES.has(word) || this.word !== 'who') return number;
    this.at++;
    const starts = NAMES.has(this.word) || ONE.has(this.word) || MANY.has(this.word);
    if (!starts) return this.verb(number) ? number : false;
    // The noun is the clause's object: its verb takes one, and none follows.
    const subject = this.noun();
    return subject !== false && this.verb(subject, true) ? number : false;
  }

  private verb(number: 0 | 1, gap = false): boolean {
    const kinds = ['needs', 'may', 'none'] as const;
    const kind = kinds.find((name) => VERBS[name].some((set) => set.has(this.word)));
    if (!kind) return this.fail('grammar');
    if (!VERBS[kind][number].has(this.word)) return this.fail('agreement');
    if (gap) return kind === 'none' ? this.fail('grammar') : (this.at++, true);
    this.at++;
    const object = NAMES.has(this.word) || ONE.has(this.word) || MANY.has(this.word);
    if (kind === 'needs' || (kind === 'may' && object)) return this.noun() !== false;
    return true;
  }

  read(): Fault | null {
    const subject = this.noun();
    if (subject === false || !this.verb(subject)) return this.fault;
    if (this.word !== '.' || this.at !== this.list.length - 1) this.fail('grammar');
    return this.fault;
  }
}

const JUDGES: Record<string, (text: string) => Fault | null> = {
  anbn: counting,
  dyck: brackets,
  elman: (text) => new Sentence(text).read(),
};

/** Undefined where nobody can say. */
export function judge(corpus: string, text: string): Fault | null | undefined {
  const known = Object.hasOwn(JUDGES, corpus) ? JUDGES[corpus] : undefined;
  return known?.(text);
}
