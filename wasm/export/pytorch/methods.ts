/** The methods of network.py: each runs a layer, or the layers that are scanned together. */
import { refuse } from '../../errors.js';
import type { LoweredLayer, LoweredNetwork } from '../lowering.js';
import type { Memory } from '../memory.js';
import type { StandardCell } from '../standard.js';
import { everything, type Value } from '../values.js';
import { Method, type Section } from './python.js';
import { torchModule } from './torch-module.js';

/** Numbers of layers, those together that run in one loop; without those that only pass something on. */
export function groupsOf({ layers, scans, answers }: LoweredNetwork): (readonly number[])[] {
  return scans.filter((scan) => scan.some((l) => layers[l]!.states.length || answers.includes(l)));
}

export function nameOf({ layers }: LoweredNetwork, group: readonly number[]): string {
  return group.length > 1 ? 'fed_back' : `run_${layers[group[0]!]!.name.replaceAll('.', '_')}`;
}

export function layerMethod(network: LoweredNetwork, memory: Memory, group: readonly number[]): string[] {
  return new Writer(network, memory, group).lines();
}

interface Member {
  l: number;
  layer: LoweredLayer;
  /** The list of states h, the newest last. */
  past: string;
  /** The variables of the other former states. */
  former: readonly string[];
  /** How many former states somebody reads, by state. */
  reads: readonly number[];
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
    this.#members = group.map((l) => {
      const layer = network.layers[l]!;
      const own = (name: string) => (together ? `${name}_${l}` : name);
      const former = layer.states.map(({ name }) => own(`former_${name}`));
      return { l, layer, past: own('past'), former, reads: memory.past[l]! };
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
    if (late || this.#readLate()) before.push(`history = torch.cat([state["${layer.name}.h"], sequence])`);
    if (this.#readLate()) after.push(`given["${layer.name}.h"] = history`);
    after.push(`after["${layer.name}.h"] = ${late ? `history[-${reads[0]}:]` : 'last'}`);
    this.#code.set(layer.states[0]!.value, 'sequence');
    this.#give(this.#code.use(layer.out, 'after'));
  }

  /** A layer that needs no loop. */
  #once(): void {
    const { before } = this.#lines;
    const { layer, reads } = this.#top;
    layer.states.forEach(({ name, value }, s) => {
      if (!reads[s]) return;
      const key = `${layer.name}.${name}`;
      before.push(`history = torch.cat([state["${key}"], ${this.#code.use(value, 'before')}])`);
      if (this.#readLate()) before.push(`given["${key}"] = history`);
      before.push(`after["${key}"] = history[-${reads[s]}:]`);
    });
    this.#give(this.#code.use(layer.out, 'before'), before);
  }

  /** Step by step. Every state is replaced at the end of a step: until then, past[-1] is the former one. */
  #scan(): void {
    const { before, loop, after } = this.#lines;
    const alone = this.group.length === 1;
    const appended: string[] = [];
    const replaced: string[] = [];
    for (const { layer, past, former, reads } of this.#members) {
      const { name, states } = layer;
      const further = states.flatMap((state, s) => (s && reads[s] ? [{ ...state, s }] : []));
      const next = further.map(({ value }) => this.#code.use(value, 'loop'));
      if (reads[0] || (alone && states.length)) {
        const key = `${name}.${states[0]!.name}`;
        before.push(`${past} = ${reads[0] ? `list(state["${key}"])` : '[]'}`);
        appended.push(`${past}.append(${this.#code.use(states[0]!.value, 'loop')})`);
        if (reads[0]) after.push(`after["${key}"] = torch.stack(${past}[-${reads[0]}:])`);
      }
      further.forEach((state, k) => {
        const key = `${name}.${state.name}`;
        before.push(`${former[state.s]} = state["${key}"][0]`);
        replaced.push(`${former[state.s]} = ${next[k]}`);
        after.push(`after["${key}"] = ${former[state.s]}[None]`);
      });
    }
    const { layer, reads } = this.#top;
    const [h] = layer.states;
    if (alone && h) {
      loop.push(...appended, ...replaced);
      if (this.#readLate()) after.push(`given["${layer.name}.${h.name}"] = torch.stack(past)`);
      const sequence = `torch.stack(${reads[0] ? `past[${reads[0]}:]` : 'past'})`;
      if (layer.out === h.value) return this.#give(sequence);
      after.push(`sequence = ${sequence}`);
      this.#code.set(h.value, 'sequence');
      this.#give(this.#code.use(layer.out, 'after'));
    } else {
      before.push('answers = []');
      appended.push(`answers.append(${this.#code.use(layer.out, 'loop')})`);
      loop.push(...appended, ...replaced);
      this.#give('torch.stack(answers)');
    }
  }

  /** What upper layers read: in the order of time, which a backward layer turns for itself. */
  #give(sequence: string, lines = this.#lines.after): void {
    const { name, backward } = this.#top.layer;
    lines.push(`given["${name}"] = ${backward ? `turned(${sequence}, lengths)` : sequence}`);
  }

  /** Whether a later layer reads this one's states some steps ago. */
  #readLate(): boolean {
    const values = this.network.layers.flatMap(({ states, out }) => [
      ...states.map(({ value }) => value),
      out,
    ]);
    return everything(values).some(
      ({ op, when }) => op.kind === 'past' && op.layer === this.#top.l && when === 'once',
    );
  }

  /** What comes from outside of the equations. */
  #source({ op, when }: Value): string | undefined {
    const { layers } = this.network;
    const turned = (code: string) => (this.#top.layer.backward ? `turned(${code}, lengths)` : code);
    if (op.kind === 'token' || op.kind === 'numbers') {
      const late = op.kind === 'token' ? this.memory.tokens : this.memory.numbers;
      return turned(late[op.sequence] ? `late(tokens, ${op.delay}, T)` : 'tokens');
    }
    if (op.kind === 'result') return turned(`given["${layers[op.layer]!.name}"]`);
    if (op.kind === 'pooled') return pooled(`given["${layers[op.layer]!.name}"]`, op);
    if (op.kind === 'waiting') {
      const waits = `waits(state["clock"], T, ${this.#code.periods(op.periods)})`;
      return turned(this.#top.layer.backward ? `${waits}.expand(-1, N, -1)` : waits);
    }
    if (op.kind !== 'past')
      throw refuse('UNSUPPORTED', 'graph', 'what network.py can compute', `a network with ${op.kind}`);
    const { name, states } = layers[op.layer]!;
    if (op.state && (op.delay > 1 || when === 'once'))
      throw refuse('UNSUPPORTED', name, 'that others read its first state only', states[op.state]!.name);
    if (when === 'once') return `late(given["${name}.${states[0]!.name}"], ${op.delay}, T)`;
    const { past, former } = this.#members.find(({ l }) => l === op.layer)!;
    return op.state ? former[op.state] : `${past}[-${op.delay}]`;
  }
}

function pooled(sequence: string, { mean, backward }: { mean: boolean; backward: boolean }): string {
  return mean
    ? `mean_of(${sequence}, lengths)`
    : backward
      ? `${sequence}[0]`
      : `last_of(${sequence}, lengths)`;
}
