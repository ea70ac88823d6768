/** The methods of network.py: each runs a layer, or the layers that are scanned together. */
import { refuse } from '../../shared/errors.js';
import type { LoweredLayer, LoweredNetwork } from '../lowering.js';
import type { Memory } from '../memory.js';
import type { StandardCell } from '../standard.js';
import { everything, type Op, type Value, type When } from '../values.js';
import { Method, type Section } from './python.js';
import { torchModule } from './torch-module.js';

/** Layers that others read once they are complete, in another scan. */
function readLayers({ layers, scans }: LoweredNetwork): ReadonlySet<number> {
  const scanOf = new Map(scans.flatMap((scan, k) => scan.map((l) => [l, k] as const)));
  const read = new Set<number>();
  layers.forEach((layer, reader) => {
    for (const { op } of everything(rootsOf(layer)))
      if ('layer' in op && scanOf.get(op.layer) !== scanOf.get(reader)) read.add(op.layer);
  });
  return read;
}

/** Everything that a layer computes. */
export function rootsOf({ states, out }: LoweredLayer): Value[] {
  return [...states.flatMap(({ value, initial }) => (initial ? [value, initial] : [value])), out];
}

/** Numbers of layers, those together that run in one loop; without those that only pass something on. */
export function groupsOf(network: LoweredNetwork): (readonly number[])[] {
  const { layers, scans, answers } = network;
  const read = readLayers(network);
  return scans.filter((scan) =>
    scan.some((l) => layers[l]!.states.length || answers.includes(l) || read.has(l)),
  );
}

export function nameOf({ layers }: LoweredNetwork, group: readonly number[]): string {
  const name = (l: number) => layers[l]!.name.replaceAll('.', '_');
  return `run_${name(group[0]!)}${group.length > 1 ? `_to_${name(group.at(-1)!)}` : ''}`;
}

export function layerMethod(network: LoweredNetwork, memory: Memory, group: readonly number[]): string[] {
  return new Writer(network, memory, group).lines();
}

interface Member {
  l: number;
  layer: LoweredLayer;
  /** The list of states h, the newest last. */
  past: string;
  /** The variables of the other previous states. */
  former: readonly string[];
  /** How many earlier states are read, by state. */
  reads: readonly number[];
  /** Whether its output is read after the scan. */
  answers: boolean;
}

class Writer {
  readonly #members: readonly Member[];
  readonly #top: Member;
  readonly #roots: readonly Value[];
  readonly #code: Method;
  readonly #lines: Record<Section, string[]>;

  constructor(
    private readonly network: LoweredNetwork,
    private readonly memory: Memory,
    private readonly group: readonly number[],
  ) {
    const together = group.length > 1;
    const read = readLayers(network);
    this.#members = group.map((l) => {
      const layer = network.layers[l]!;
      const own = (name: string) => (together ? `${name}_${l}` : name);
      const former = layer.states.map(({ name }) => own(`former_${name}`));
      const answers = network.answers.includes(l) || read.has(l);
      return { l, layer, past: own('past'), former, reads: memory.past[l]!, answers };
    });
    this.#top = this.#members.at(-1)!;
    this.#roots = this.#members.flatMap(({ layer: { states, out } }) => [
      ...states.map(({ value }) => value),
      out,
    ]);
    const own = together ? '' : `${this.#top.layer.name}.`;
    this.#code = new Method(this.#roots, own, (value) => this.#source(value));
    this.#lines = this.#code.lines;
  }

  lines(): string[] {
    const { before, loop, after } = this.#lines;
    const { layer } = this.#top;
    const scanned = this.#roots.some(({ when }) => when === 'step');
    if (this.group.length === 1 && torchModule(layer)) this.#module(layer.standard as StandardCell);
    else if (scanned) this.#scan();
    else this.#once();
    const text = [...before, ...loop, ...after].join('\n');
    return [
      `def ${nameOf(this.network, this.group)}(self, T, tokens, lengths, given, state, after):`,
      ...(/\bw\./.test(text) ? [`    w = self.${layer.name.replace(/\.(\d+)/, '[$1]')}`] : []),
      ...(/\bN\b/.test(text) ? ['    N = tokens.shape[1]'] : []),
      ...before.map((line) => `    ${line}`),
      ...(loop.length ? ['    for t in range(T):', ...loop.map((line) => `        ${line}`)] : []),
      ...after.map((line) => `    ${line}`),
    ];
  }

  /** A layer that PyTorch has. */
  #module({ inputs }: StandardCell): void {
    const { before, after } = this.#lines;
    const { layer, reads } = this.#top;
    const [source] = inputs.map((input) => input.source);
    const x = this.#code.use(source!, 'before');
    const late = reads[0]! > 1;
    const first = late ? `state["${layer.name}.h"][-1:]` : `state["${layer.name}.h"]`;
    const two = layer.states.length > 1;
    const states = two ? [`(${first}, state["${layer.name}.c"])`, '(last, c)'] : [first, 'last'];
    const module = `self.${layer.name.replace(/\.(\d+)/, '[$1]')}`;
    const input = source!.op.kind === 'token' ? `one_hot(${x})` : x;
    before.push(`sequence, ${states[1]} = ${module}(${input}, ${states[0]})`);
    if (two) after.push(`after["${layer.name}.c"] = c`);
    if (late || this.#readLate(this.#top))
      before.push(`history = torch.cat([state["${layer.name}.h"], sequence])`);
    if (this.#readLate(this.#top)) after.push(`given["${layer.name}.h"] = history`);
    after.push(`after["${layer.name}.h"] = ${late ? `history[-${reads[0]}:]` : 'last'}`);
    this.#code.set(layer.states[0]!.value, 'sequence');
    this.#give(this.#code.use(layer.out, 'after'), after, layer);
  }

  /** A layer that needs no loop. */
  #once(): void {
    const { before } = this.#lines;
    const { layer, reads } = this.#top;
    layer.states.forEach(({ name, value }, s) => {
      if (!reads[s]) return;
      const key = `${layer.name}.${name}`;
      before.push(`history = torch.cat([state["${key}"], ${this.#code.use(value, 'before')}])`);
      if (this.#readLate(this.#top)) before.push(`given["${key}"] = history`);
      before.push(`after["${key}"] = history[-${reads[s]}:]`);
    });
    this.#give(this.#code.use(layer.out, 'before'), before, layer);
  }

  /** Step by step. Every state is replaced at the end of a step: until then, past[-1] is the previous one. */
  #scan(): void {
    const { before, loop, after } = this.#lines;
    const appended: string[] = [];
    const replaced: string[] = [];
    for (const member of this.#members) {
      const { layer, past, former, reads } = member;
      const { name, states } = layer;
      const further = states.flatMap((state, s) => (s && reads[s] ? [{ ...state, s }] : []));
      const next = further.map(({ value }) => this.#code.use(value, 'loop'));
      if (reads[0] || this.#keepsSequence(member)) {
        const key = `${name}.${states[0]!.name}`;
        before.push(`${past} = ${reads[0] ? `list(state["${key}"])` : '[]'}`);
        appended.push(`${past}.append(${this.#code.use(states[0]!.value, 'loop')})`);
        if (reads[0]) after.push(`after["${key}"] = torch.stack(${past}[-${reads[0]}:])`);
        if (this.#readLate(member)) after.push(`given["${key}"] = torch.stack(${past})`);
      }
      further.forEach((state, k) => {
        const key = `${name}.${state.name}`;
        before.push(`${former[state.s]} = state["${key}"][0]`);
        replaced.push(`${former[state.s]} = ${next[k]}`);
        after.push(`after["${key}"] = ${former[state.s]}[None]`);
      });
    }
    const given = this.#members.filter(({ answers }) => answers);
    const lists = given.filter((member) => !this.#keepsSequence(member));
    for (const { l, layer } of lists) {
      if (layer.out.when === 'constant' || layer.out.when === 'sequence') {
        this.#give(this.#code.use(layer.out, 'before'), before, layer);
        continue;
      }
      const list = lists.length > 1 ? `answers_${l}` : 'answers';
      before.push(`${list} = []`);
      appended.push(`${list}.append(${this.#code.use(layer.out, 'loop')})`);
      this.#give(`torch.stack(${list})`, after, layer);
    }
    loop.push(...appended, ...replaced, ...this.#drawing(lists.length > 1));
    for (const member of given) if (!lists.includes(member)) this.#giveSequence(member);
  }

  /** Where the next token may be drawn from the answer to this one. */
  #drawing(several: boolean): string[] {
    const tokens = everything(this.#roots).filter(({ op, when }) => op.kind === 'token' && when === 'step');
    if (!tokens.length) return [];
    const answers = several ? `answers_${this.network.answers.at(-1)!}` : 'answers';
    const place = `t${plus(this.memory.tokens[0] + 1)}`;
    return [
      'if self.training and t + 1 < T:',
      `    tokens = draw(tokens, ${place}, ${answers}[-1], self.teacher_forcing)`,
    ];
  }

  /** Whether what a layer gives follows from its states, once all are known. */
  #keepsSequence({ layer: { states, out }, answers }: Member): boolean {
    return answers && states.length > 0 && (this.group.length === 1 || out === states[0]!.value);
  }

  #giveSequence({ layer, past, reads }: Member): void {
    const { after } = this.#lines;
    const h = layer.states[0]!.value;
    const sequence = `torch.stack(${reads[0] ? `${past}[${reads[0]}:]` : past})`;
    if (layer.out === h) return this.#give(sequence, after, layer);
    after.push(`sequence = ${sequence}`);
    this.#code.set(h, 'sequence');
    this.#give(this.#code.use(layer.out, 'after'), after, layer);
  }

  /** What upper layers read: in the order of time, which a backward layer turns for itself. */
  #give(sequence: string, lines: string[], { name, backward }: LoweredLayer): void {
    lines.push(`given["${name}"] = ${backward ? `turned(${sequence}, lengths)` : sequence}`);
  }

  /** Whether a later scan reads a layer's states some steps ago. */
  #readLate({ l }: Member): boolean {
    return everything(this.network.layers.flatMap(rootsOf)).some(
      ({ op, when }) => op.kind === 'past' && op.layer === l && when === 'once',
    );
  }

  /** What comes from outside of the equations. */
  #source({ op, when }: Value): string | undefined {
    const { layers } = this.network;
    const turned = (code: string) => (this.#top.layer.backward ? `turned(${code}, lengths)` : code);
    switch (op.kind) {
      case 'token':
        if (when === 'step') return `tokens[t${plus(this.memory.tokens[0] - op.delay)}]`;
        return turned(this.memory.tokens[op.sequence] ? `late(tokens, ${op.delay}, T)` : 'tokens');
      case 'numbers': {
        if (!this.network.sizes.numbers) return 'given["remaining"]';
        return turned(this.memory.numbers[op.sequence] ? `late(inputs, ${op.delay}, T)` : 'inputs');
      }
      case 'waiting': {
        const waits = `waits(state["clock"], T, ${this.#code.periods(op.periods)})`;
        return turned(this.#top.layer.backward ? `${waits}.expand(-1, N, -1)` : waits);
      }
      case 'result':
        return turned(givenOf(layers[op.layer]!));
      case 'past':
        return this.#past(op, when);
      default:
        return sourceOf(this.network, op);
    }
  }

  #past({ layer, state, delay }: Extract<Op, { kind: 'past' }>, when: When): string {
    const { name, states } = this.network.layers[layer]!;
    if (state && (delay > 1 || when === 'once'))
      throw refuse('UNSUPPORTED', name, 'that others read its first state only', states[state]!.name);
    if (when === 'once') return `late(given["${name}.${states[0]!.name}"], ${delay}, T)`;
    const { past, former } = this.#members.find(({ l }) => l === layer)!;
    return state ? former[state]! : `${past}[-${delay}]`;
  }
}

const plus = (steps: number) => (steps ? ` + ${steps}` : '');

const givenOf = ({ name }: LoweredLayer) => `given["${name}"]`;

/** What the main sequence reads of the encoder's, and of the caller; undefined for what no network of PyTorch reads. */
export function sourceOf({ layers }: LoweredNetwork, op: Op): string | undefined {
  if (op.kind === 'context') return 'given["context"]';
  if (op.kind === 'memory') return givenOf(layers[op.layer]!);
  if (op.kind === 'padding') return 'given["source_lengths"]';
  if (op.kind !== 'pooled') return undefined;
  const of = givenOf(layers[op.layer]!);
  if (op.mean) return `mean_of(${of}, given["source_lengths"])`;
  return op.backward ? `${of}[0]` : `last_of(${of}, given["source_lengths"])`;
}
