/** The methods of network.py that a caller calls: forward and, of an encoder and decoder, its parts. */
import type { LoweredNetwork } from '../lowering.js';
import type { Memory } from '../memory.js';
import { everything, type Sequence } from '../values.js';
import { groupsOf, nameOf, rootsOf, sourceOf } from './methods.js';
import { Method } from './python.js';

/** Whether anybody reads a sequence's tokens or numbers. */
function reads({ layers }: LoweredNetwork, sequence: Sequence): boolean {
  return everything(layers.flatMap(rootsOf)).some(
    ({ op }) => (op.kind === 'token' || op.kind === 'numbers') && op.sequence === sequence,
  );
}

/** The sequence that `forward` calls `tokens` or `inputs`: the main one, or the one that is answered as a whole. */
export const mainOf = (network: LoweredNetwork): Sequence => (reads(network, 0) ? 0 : 1);

/** Whether a source is read beside the main sequence. */
const translates = (network: LoweredNetwork) => reads(network, 0) && reads(network, 1);

/** How many earlier tokens or numbers are read. */
export function beforeOf({ sizes }: LoweredNetwork, memory: Memory, sequence: Sequence): number {
  return (sizes.numbers ? memory.numbers : memory.tokens)[sequence];
}

/** Before the first step, where states are computed from the context; none without such states. */
export function beginMethod(network: LoweredNetwork, memory: Memory): string[] {
  const begun = network.layers.flatMap(({ name, states }, l) =>
    states.flatMap(({ name: own, initial }, s) => {
      const past = memory.past[l]![s]!;
      return initial && past ? [{ key: `${name}.${own}`, initial, past }] : [];
    }),
  );
  if (!begun.length) return [];
  const code = new Method(
    begun.map(({ initial }) => initial),
    '',
    ({ op }) => sourceOf(network, op),
  );
  const lines = begun.map(({ key, initial, past }) => {
    const value = code.use(initial, 'before');
    const whole = past > 1 ? `torch.cat([state["${key}"][1:], (${value})[None]])` : `(${value})[None]`;
    return `state["${key}"] = ${whole}`;
  });
  return [
    'def begin(self, columns, given, device=None):',
    '    """The state before the first step, where some of it follows from the context."""',
    '    state = self.start(columns, device)',
    ...[...code.lines.before, ...lines].map((line) => `    ${line}`),
    '    return state',
  ];
}

export function forwardMethods(network: LoweredNetwork, memory: Memory): string[][] {
  return translates(network)
    ? [forwardOfBoth(network), encode(network, memory), decode(network, memory)]
    : [forwardOfOne(network, memory)];
}

const EVERY =
  'lengths: true steps of each sequence, [N]; all T without them. The state after is that of T steps.';

/** What is read and answered, for docstrings. */
function described(network: LoweredNetwork): { answers: string; read: string } {
  const { layers, sizes, answers, checkpoint } = network;
  const pooled = layers[answers.at(-1)!]?.out.when === 'sequence';
  const outputs = sizes.outputs || answers.reduce((sum, l) => sum + layers[l]!.size, 0);
  const shape = checkpoint.task === 'next' ? '[T, N, V]' : `[${pooled ? '' : 'T, '}N, ${outputs}]`;
  const lengths = sizes.lengths ? ` and of lengths [N, ${sizes.lengths}]` : '';
  const read = sizes.numbers ? `numbers [T, N, ${sizes.numbers}]` : 'tokens [T, N]';
  const what = checkpoint.task === 'tensor' || checkpoint.task === 'regress' ? 'Answers' : 'Logits';
  return { answers: `${what} ${shape}${lengths}`, read };
}

/** Parameters of the main sequence besides its steps, and the lines that put them where layers find them. */
function extras({ sizes, layers }: LoweredNetwork): { name: string; about: string }[] {
  return [
    ...(sizes.context ? [{ name: 'context', about: `context: [N, ${sizes.context}].` }] : []),
    ...(layers.some(({ name }) => name === 'length')
      ? [
          {
            name: 'remaining',
            about: 'remaining: the share of its length that is left at each step, [T, N, 1].',
          },
        ]
      : []),
  ];
}

const none = (network: LoweredNetwork) =>
  extras(network)
    .map(({ name }) => `, ${name}=None`)
    .join('');

/** The groups of a sequence, run in their order. */
function runs(network: LoweredNetwork, sequence: Sequence | undefined): string[] {
  return groupsOf(network)
    .filter((group) => sequence === undefined || network.layers[group[0]!]!.sequence === sequence)
    .map((group) => `    self.${nameOf(network, group)}(T, tokens, lengths, given, state, after)`);
}

function returned({ answers, layers }: LoweredNetwork): string {
  const all = answers.map((l) => `given["${layers[l]!.name}"]`);
  const [given, length] = all.toReversed();
  if (all.length > 1 && !layers.some(({ name }) => name === 'length'))
    return `    return torch.cat([${all.join(', ')}], -1), after`;
  if (length === undefined) return `    return ${given}, after`;
  const { when } = layers[answers[0]!]!.out;
  const first = when === 'once' || when === 'step' ? `${length}[0]` : `${length}.expand(tokens.shape[1], -1)`;
  return `    return (${given}, ${first}), after`;
}

/** The state before the first step, if the caller gives none. */
function fresh(network: LoweredNetwork, memory: Memory): string[] {
  const begins = beginMethod(network, memory).length > 0;
  const state = `self.${begins ? 'begin(tokens.shape[1], given, tokens.device)' : 'start(tokens.shape[1], tokens.device)'}`;
  return ['    if state is None:', `        state = ${state}`];
}

/** Numbers in the units of the file, as layers read them. */
function scaled({ scaled: to }: LoweredNetwork): string[] {
  if (!to) return [];
  const vector = (numbers: readonly number[]) =>
    `torch.tensor([${numbers.map((x) => (Number.isInteger(x) ? x.toFixed(1) : x)).join(', ')}], device=tokens.device)`;
  return [
    ...(to.log ? ['    tokens = tokens.sign() * tokens.abs().log1p()'] : []),
    `    tokens = (tokens - ${vector(to.mean)}) / ${vector(to.scale)}`,
  ];
}

/** The main sequence itself: what is read late before it, every group, the state after. */
function steps(network: LoweredNetwork, memory: Memory, sequence: Sequence | undefined): string[] {
  const before = beforeOf(network, memory, sequence ?? mainOf(network));
  return [
    '    T, after = len(tokens), {}',
    ...scaled(network),
    ...fresh(network, memory),
    ...(before ? ['    tokens = torch.cat([state["tokens_before"], tokens])'] : []),
    ...runs(network, sequence),
    ...(before ? [`    after["tokens_before"] = tokens[-${before}:]`] : []),
    ...(memory.clock.includes(true) ? ['    after["clock"] = state["clock"] + T'] : []),
    returned(network),
  ];
}

function forwardOfOne(network: LoweredNetwork, memory: Memory): string[] {
  const { answers, read } = described(network);
  const further = extras(network);
  const given = [
    ...(reads(network, 1) ? ['"source_lengths": lengths'] : []),
    ...further.map(({ name }) => `"${name}": ${name}`),
  ];
  return [
    `def forward(self, tokens, state=None, lengths=None${none(network)}):`,
    `    """${answers} of ${read}, and the state after them.${network.sizes.numbers ? '' : ' V stands for no symbol.'}`,
    '',
    '    Without a state every sequence begins anew.',
    `    ${EVERY}`,
    ...further.map(({ about }) => `    ${about}`),
    '    """',
    `    given = {${given.join(', ')}}`,
    ...steps(network, memory, undefined),
  ];
}

function forwardOfBoth(network: LoweredNetwork): string[] {
  const { answers, read } = described(network);
  const further = extras(network);
  const passed = further.map(({ name }) => `, ${name}=${name}`).join('');
  return [
    `def forward(self, tokens, state=None, lengths=None, source=None, source_lengths=None${none(network)}):`,
    `    """${answers} of ${read}, the target one step late, and the state after them. V stands for no symbol.`,
    '',
    '    source: tokens [S, N] that the encoder reads, source_lengths: true steps of each.',
    `    ${EVERY}`,
    ...further.map(({ about }) => `    ${about}`),
    '    """',
    `    return self.decode(tokens, self.encode(source, source_lengths), state, lengths${passed})`,
  ];
}

function encode(network: LoweredNetwork, memory: Memory): string[] {
  const before = beforeOf(network, memory, 1);
  return [
    'def encode(self, tokens, lengths=None):',
    '    """What the encoder gives for source tokens [S, N], by layer: decode() reads it."""',
    '    T, state = len(tokens), self.start(tokens.shape[1], tokens.device)',
    '    given, after = {"source_lengths": lengths}, {}',
    ...(before ? [`    tokens = F.pad(tokens, (0, 0, ${before}, 0), value=SYMBOLS)`] : []),
    ...runs(network, 1),
    '    return given',
  ];
}

function decode(network: LoweredNetwork, memory: Memory): string[] {
  const further = extras(network);
  return [
    `def decode(self, tokens, given, state=None, lengths=None${none(network)}):`,
    '    """The same of what encode() gives; a step at a time, if the state goes from one call to the next."""',
    `    given = {**given${further.map(({ name }) => `, "${name}": ${name}`).join('')}}`,
    ...steps(network, memory, 0),
  ];
}
