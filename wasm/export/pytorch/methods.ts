/** The methods of network.py: each runs a layer, or the layers that are scanned together. */
import type { LayerEquations, NetworkEquations, StandardCell } from '../equations.js';
import type { Memory } from '../memory.js';
import { everything, type Value } from '../values.js';
import { Method, type Section } from './python.js';
import { torchModule } from './torch-module.js';

/** Numbers of layers, those together that run in one loop. */
export function groupsOf({ layers, scanFrom }: NetworkEquations): number[][] {
  const alone = layers.slice(0, scanFrom).map((_, l) => [l]);
  const together = layers.map((_, l) => l).slice(scanFrom);
  return together.length ? [...alone, together] : alone;
}

export function nameOf({ layers }: NetworkEquations, group: readonly number[]): string {
  return group.length > 1 ? 'fed_back' : `run_${layers[group[0]!]!.name.replaceAll('.', '_')}`;
}

export function layerMethod(equations: NetworkEquations, memory: Memory, group: readonly number[]): string[] {
  return new Writer(equations, memory, group).lines();
}

interface Member {
  l: number;
  layer: LayerEquations;
  /** The list of states, the newest last. */
  past: string;
  /** The variable of the former c. */
  cell: string;
  /** How many former states somebody reads. */
  reads: number;
}

class Writer {
  readonly #members: readonly Member[];
  readonly #top: Member;
  readonly #roots: readonly Value[];
  readonly #code: Method;
  readonly #lines: Record<Section, string[]>;

  constructor(
    private readonly equations: NetworkEquations,
    private readonly memory: Memory,
    private readonly group: readonly number[],
  ) {
    const together = group.length > 1;
    this.#members = group.map((l) => ({
      l,
      layer: equations.layers[l]!,
      past: together ? `past_${l}` : 'past',
      cell: together ? `former_c_${l}` : 'former_c',
      reads: memory.past[l]!,
    }));
    this.#top = this.#members.at(-1)!;
    this.#roots = this.#members.flatMap(({ layer: { h, c, out } }) => [h, ...(c ? [c] : []), out]);
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
      `def ${nameOf(this.equations, this.group)}(self, T, tokens, given, state, after):`,
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
    const first = reads > 1 ? `state["${layer.name}.h"][-1:]` : `state["${layer.name}.h"]`;
    const states = layer.c ? [`(${first}, state["${layer.name}.c"])`, '(last, c)'] : [first, 'last'];
    const module = `self.${layer.name.replace(/\.(\d+)/, '[$1]')}`;
    const input = source!.op.kind === 'token' ? `one_hot(${x})` : x;
    before.push(`sequence, ${states[1]} = ${module}(${input}, ${states[0]})`);
    if (layer.c) after.push(`after["${layer.name}.c"] = c`);
    if (reads > 1 || this.#readLate())
      before.push(`history = torch.cat([state["${layer.name}.h"], sequence])`);
    if (this.#readLate()) after.push(`given["${layer.name}.h"] = history`);
    after.push(`after["${layer.name}.h"] = ${reads > 1 ? `history[-${reads}:]` : 'last'}`);
    this.#code.set(layer.h, 'sequence');
    this.#give(this.#code.use(layer.out, 'after'));
  }

  /** A layer that needs no loop. */
  #once(): void {
    const { before } = this.#lines;
    const { layer, reads } = this.#top;
    if (reads) {
      before.push(`history = torch.cat([state["${layer.name}.h"], ${this.#code.use(layer.h, 'before')}])`);
      if (this.#readLate()) before.push(`given["${layer.name}.h"] = history`);
      before.push(`after["${layer.name}.h"] = history[-${reads}:]`);
    }
    this.#give(this.#code.use(layer.out, 'before'), before);
  }

  /** Step by step. Every state is replaced at the end of a step: until then, past[-1] is the former one. */
  #scan(): void {
    const { before, loop, after } = this.#lines;
    const alone = this.group.length === 1;
    const appended: string[] = [];
    const replaced: string[] = [];
    for (const { layer, past, cell, reads } of this.#members) {
      const { name, h, c } = layer;
      const next = c && this.#code.use(c, 'loop');
      if (reads || alone) {
        before.push(`${past} = ${reads ? `list(state["${name}.h"])` : '[]'}`);
        appended.push(`${past}.append(${this.#code.use(h, 'loop')})`);
      }
      if (reads) after.push(`after["${name}.h"] = torch.stack(${past}[-${reads}:])`);
      if (!c) continue;
      before.push(`${cell} = state["${name}.c"][0]`);
      replaced.push(`${cell} = ${next}`);
      after.push(`after["${name}.c"] = ${cell}[None]`);
    }
    const { layer, reads } = this.#top;
    if (alone) {
      loop.push(...appended, ...replaced);
      if (this.#readLate()) after.push(`given["${layer.name}.h"] = torch.stack(past)`);
      const sequence = `torch.stack(${reads ? `past[${reads}:]` : 'past'})`;
      if (layer.out === layer.h) return this.#give(sequence);
      after.push(`sequence = ${sequence}`);
      this.#code.set(layer.h, 'sequence');
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
    const atom = /^[\w.]+(\([^()]*\))?$/.test(sequence) ? sequence : `(${sequence})`;
    lines.push(`given["${name}"] = ${backward ? `${atom}.flip(0)` : sequence}`);
  }

  /** Whether a later layer reads this one's states some steps ago. */
  #readLate(): boolean {
    return everything(this.equations.layers.flatMap(({ h, out }) => [h, out])).some(
      ({ op, when }) => op.kind === 'past' && op.layer === this.#top.l && when === 'once',
    );
  }

  /** What comes from outside of the equations. */
  #source({ op, when }: Value): string | undefined {
    const { layers } = this.equations;
    const turned = (code: string) => (this.#top.layer.backward ? `${code}.flip(0)` : code);
    const late = this.memory.tokens || this.memory.numbers;
    if (op.kind === 'token' || op.kind === 'numbers')
      return turned(late ? `late(tokens, ${op.delay}, T)` : 'tokens');
    if (op.kind === 'result') return turned(`given["${layers[op.layer]!.name}"]`);
    if (op.kind === 'pooled')
      return `given["${layers[op.layer]!.name}"]${op.mean ? '.mean(0)' : op.backward ? '[0]' : '[-1]'}`;
    if (op.kind === 'waiting') return turned(`waits(state["clock"], T, ${this.#code.periods(op.periods)})`);
    const member = 'layer' in op ? this.#members.find(({ l }) => l === op.layer) : undefined;
    if (op.kind === 'pastCell') return member!.cell;
    if (op.kind !== 'past') return undefined;
    return when === 'once'
      ? `late(given["${layers[op.layer]!.name}.h"], ${op.delay}, T)`
      : `${member!.past}[-${op.delay}]`;
  }
}
