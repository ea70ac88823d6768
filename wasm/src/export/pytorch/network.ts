/** network.py: a network as a readable module of PyTorch. */
import { mismatch } from '../../shared/errors.js';
import { readGraph } from '../graph.js';
import { parametersOf } from '../graph-parameters.js';
import type { LoweredLayer, LoweredNetwork } from '../lowering.js';
import { type Memory, memoryOf } from '../memory.js';
import type { Tensor } from '../safetensors.js';
import { beforeOf, beginMethod, forwardMethods, mainOf } from './forward.js';
import { groupsOf, layerMethod } from './methods.js';
import { KEYWORDS } from './python.js';
import { heldBy, torchModule } from './torch-module.js';

export function networkPy(lowered: LoweredNetwork): string {
  const { answers, tops } = lowered;
  const network = { ...lowered, answers: answers.length ? answers : tops };
  const { layers, checkpoint, sizes } = network;
  const memory = memoryOf(network);
  const groups = groupsOf(network);
  const methods = groups.map((group) => layerMethod(network, memory, group));
  const begin = beginMethod(network, memory);
  const parameters = parametersOf(readGraph(checkpoint.file.metadata), checkpoint.parameters);
  const modules = members(parameters, layers);
  const { symbols, numbers: D, outputs } = sizes;
  const draws = methods.flat().some((line) => line.includes('self.teacher_forcing'));
  const reads = D ? `D = ${D} numbers a step` : `${symbols} symbols`;
  const code = [
    head(
      helpers([...methods.flat(), ...begin].join('\n')),
      layers.some((layer) => torchModule(layer)),
      layers.some(({ backward }) => backward),
    ) + constants(network, memory),
    '',
    '',
    'class Network(nn.Module):',
    `    """${title(layers)}; ${reads}${checkpoint.task === 'next' ? '' : `, O = ${outputs} answers`}."""`,
    ...(draws
      ? ['', '    teacher_forcing = 1.0  # how often a step reads the true token, not a drawn one']
      : []),
    '',
    '    def __init__(self):',
    '        super().__init__()',
    ...modules.map((line) => `        ${line}`),
    '',
    ...start(network, memory).map((line) => `    ${line}`),
    ...[begin, ...forwardMethods(network, memory), ...methods].flatMap((lines) =>
      lines.length ? ['', ...lines.map((line) => (line ? `    ${line}` : ''))] : [],
    ),
    '',
  ].join('\n');
  return D ? code.replace(/\btokens(_before)?\b/g, 'inputs$1') : code;
}

function title(layers: readonly LoweredLayer[]): string {
  return layers
    .flatMap(({ cell, size, backward }) =>
      cell === undefined ? [] : [`${backward ? 'backward ' : ''}${cell} of ${size} units`],
    )
    .join(', ');
}

function head(functions: string, standard: boolean, turns: boolean): string {
  const backward = turns ? '\nBackward layers read the steps turned round, from the last to the first.' : '';
  return `"""A recurrent network, exported by Unfold (unfold-rnn).

T time steps, N columns (independent sequences), V symbols. A state is a dictionary; "<layer>.h" holds the last states,
oldest first. What does not depend on the loop over time is computed for all steps at once.${backward}
"""

${standard ? 'import re\n\n' : ''}import torch
from torch import nn
from torch.nn import functional as F


class Weights(nn.Module):
    """Parameters (by their shapes) and further modules, by name."""

    def __init__(self, **members):
        super().__init__()
        for name, member in members.items():
            setattr(self, name, nn.Parameter(torch.zeros(member)) if isinstance(member, tuple) else member)

    def __getitem__(self, number):
        return getattr(self, str(number))


${functions}`;
}

const library: Record<string, string> = {
  lookup: `def lookup(weight, tokens):
    """The columns of a matrix [rows, V] that tokens choose; zeros for a token of V or more."""
    columns = F.pad(weight, (0, 1))
    return F.embedding(tokens.clamp(max=weight.shape[1]), columns.T)`,
  one_hot: `def one_hot(tokens):
    """[T, N, V]; zeros for a token of V or more."""
    return F.one_hot(tokens.clamp(max=SYMBOLS), SYMBOLS + 1)[..., :SYMBOLS].float()`,
  attend: `def attend(query, keys, memory, score, lengths):
    """The mean of the memory [S, N, M], weighted by the softmax over S of the scores of the keys [S, N, A].

    A score is score . tanh(query + key) (Bahdanau et al. 2015), without a vector query . key (Luong et al. 2015).
    """
    query = query.unsqueeze(-3)
    scores = (query * keys).sum(-1) if score is None else torch.tanh(query + keys) @ score
    if lengths is not None:
        steps = torch.arange(len(keys), device=keys.device)[:, None]
        scores = scores.masked_fill(steps >= lengths, -torch.inf)
    return (torch.softmax(scores, -2).unsqueeze(-1) * memory).sum(-3)`,
  draw: `def draw(tokens, t, logits, teacher_forcing):
    """The tokens, those of step t at times drawn from the answer to the previous step (Bengio et al. 2015)."""
    drawn = torch.multinomial(torch.softmax(logits[:, :SYMBOLS].detach(), -1), 1)[:, 0]
    true = torch.rand(len(drawn), device=drawn.device) < teacher_forcing
    return torch.cat([tokens[:t], torch.where(true, tokens[t], drawn)[None], tokens[t + 1 :]])`,
  late: `def late(sequence, delay, T):
    """The last T steps of a sequence, as they were \`delay\` steps earlier."""
    return sequence[len(sequence) - T - delay : len(sequence) - delay]`,
  normalized: `def normalized(x, block, epsilon):
    """Each block of features with mean 0 and variance 1 (Ba et al. 2016)."""
    return F.layer_norm(x.unflatten(-1, (-1, block)), (block,), eps=epsilon).flatten(-2)`,
  side_by_side: `def side_by_side(*parts):
    """[..., F1 + F2 + ...] of [..., F1], [..., F2], ..."""
    shape = torch.broadcast_shapes(*(part.shape[:-1] for part in parts))
    return torch.cat([part.expand(*shape, part.shape[-1]) for part in parts], -1)`,
  softmax: `def softmax(x):
    return torch.softmax(x, -1)`,
  turned: `def turned(sequence, lengths):
    """The true steps of each column from the last to the first; what lies beyond stays where it is."""
    if lengths is None:
        return sequence.flip(0)
    steps = torch.arange(len(sequence), device=sequence.device)[:, None]
    order = torch.where(steps < lengths, lengths - 1 - steps, steps)
    return sequence.gather(0, order.view(order.shape + (1,) * (sequence.dim() - 2)).expand_as(sequence))`,
  last_of: `def last_of(sequence, lengths):
    """The last true step of each column, [N, H]."""
    if lengths is None:
        return sequence[-1]
    return sequence[lengths - 1, torch.arange(sequence.shape[1], device=sequence.device)]`,
  mean_of: `def mean_of(sequence, lengths):
    """The mean over the true steps of each column, [N, H]."""
    if lengths is None:
        return sequence.mean(0)
    steps = torch.arange(len(sequence), device=sequence.device)[:, None, None]
    return (sequence * (steps < lengths[:, None])).sum(0) / lengths[:, None]`,
  zoneout: `def zoneout(previous, new, probability, training):
    """Each unit keeps its previous state with this probability (Krueger et al. 2017)."""
    if training:
        return torch.where(torch.rand_like(new) < probability, previous, new)
    return probability * previous + (1 - probability) * new`,
  clock_periods: `def clock_periods(periods, counts, device):
    """The period of each unit of a clockwork layer (Koutník et al. 2014)."""
    return torch.tensor(periods, device=device).repeat_interleave(torch.tensor(counts, device=device))`,
  waits: `def waits(clock, T, periods):
    """1 for units that wait at a step, because its number is no multiple of their period; [T, 1, H]."""
    steps = clock + torch.arange(T, device=periods.device)
    return (steps[:, None, None] % periods != 0).float()`,
  clock_mask: `def clock_mask(periods, row, rows):
    """1 for the recurrent weights of a clockwork layer, 0 from faster to slower units (Koutník et al. 2014)."""
    to = torch.arange(row, row + rows, device=periods.device) % len(periods)
    return (periods[None, :] >= periods[to, None]).float()`,
};

/** The functions that the methods call. */
function helpers(methods: string): string {
  return Object.entries(library)
    .filter(([name]) => new RegExp(`\\b${name}\\(`).test(methods))
    .map(([, code]) => `${code}\n\n\n`)
    .join('');
}

/** What train.py needs to read and write the states of a checkpoint. */
function constants(network: LoweredNetwork, memory: Memory): string {
  const { layers, sizes } = network;
  const kept = layers.flatMap(({ name, states }) =>
    states.map((state) => `    ("${name}.${state.name}", ${state.delay}, ${state.size}),`),
  );
  return [
    `SYMBOLS = ${sizes.symbols}`,
    '# States as a checkpoint keeps them: name, steps, size. Some are never read.',
    'STATES = [',
    ...kept,
    ']',
    `TOKENS_BEFORE = ${sizes.numbers ? 0 : memory.tokens[0]}`,
    `CLOCK = ${memory.clock.includes(true) ? 'True' : 'False'}`,
    '',
    '',
    'def stored_name(name):',
    '    """What a checkpoint calls a parameter of this module."""',
    ...storedName(layers),
  ].join('\n');
}

/** torch.nn adds a number to names, and has one for what is read. */
function storedName(layers: readonly LoweredLayer[]): string[] {
  const modules = layers.flatMap((layer) =>
    torchModule(layer) && typeof layer.standard !== 'string' ? [{ ...layer, ...layer.standard }] : [],
  );
  if (!modules.length) return ['    return name'];
  const renamed = modules.flatMap(({ name, inputs }) =>
    inputs[0]!.matrix.name === `${name}.weight_ih`
      ? []
      : [`"${name}.weight_ih": "${inputs[0]!.matrix.name}"`],
  );
  const plain = String.raw`re.sub(r"^((layers|encoder)\.\d+\.(weight|bias)_(ih|hh))_l0$", r"\1", name)  # torch.nn adds a number`;
  if (!renamed.length) return [`    return ${plain}`];
  return [`    name = ${plain}`, `    return {${renamed.join(', ')}}.get(name, name)`];
}

/** Modules by name; a leaf is Python: a shape, or a module of torch.nn. */
interface Tree {
  [name: string]: Tree | string;
}

/** The modules that give parameters their names. */
function members(parameters: ReadonlyMap<string, Tensor>, layers: readonly LoweredLayer[]): string[] {
  const [tree, beside]: [Tree, Tree] = [{}, {}];
  const put = (root: Tree, path: readonly string[], leaf: string) => {
    let at = root;
    for (const part of path.slice(0, -1)) at = (at[part] ??= {}) as Tree;
    at[path.at(-1)!] = leaf;
  };
  const modules = layers.flatMap((layer) => {
    const code = torchModule(layer);
    if (code === undefined || typeof layer.standard === 'string') return [];
    return [{ name: layer.name, code, held: heldBy(layer.standard) }];
  });
  for (const [name, { shape }] of parameters) {
    if (!name.split('.').every((part) => /^(\d+|[A-Za-z]\w*)$/.test(part) && !KEYWORDS.includes(part)))
      throw mismatch('UNSUPPORTED', name, 'names that Python can have', 'another');
    const module = modules.find((one) => name.startsWith(`${one.name}.`));
    const leaf = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
    if (module?.held.has(name)) put(tree, module.name.split('.'), module.code);
    else if (module) {
      const [part = '', ...rest] = name.slice(module.name.length + 1).split('.');
      put(beside, [`${module.name.replace(/\.(\d+)/, '[$1]')}.${part}`, ...rest], leaf);
    } else put(tree, name.split('.'), leaf);
  }
  const shown = (node: Tree | string, indent: string): string => {
    if (typeof node === 'string') return node;
    const inner = `${indent}    `;
    const isNumber = (key: string) => /^\d+$/.test(key);
    const list = Object.keys(node).every(isNumber);
    const items = Object.entries(node).map(([key, child]) => {
      const code = shown(child, inner);
      return `${inner}${list ? code : isNumber(key) ? `**{"${key}": ${code}}` : `${key}=${code}`},\n`;
    });
    return list ? `nn.ModuleList([\n${items.join('')}${indent}])` : `Weights(\n${items.join('')}${indent})`;
  };
  return Object.entries({ ...tree, ...beside }).flatMap(([name, node]) =>
    `self.${name} = ${shown(node, '')}`.split('\n'),
  );
}

function start(network: LoweredNetwork, memory: Memory): string[] {
  const { layers, sizes } = network;
  const lines = layers.flatMap(({ name, states }, l) =>
    states.flatMap((state, s) => {
      const past = memory.past[l]![s]!;
      return past
        ? [`    "${name}.${state.name}": torch.zeros(${past}, columns, ${state.size}, device=device),`]
        : [];
    }),
  );
  const before = beforeOf(network, memory, mainOf(network));
  const { numbers: D } = sizes;
  if (before && D) lines.push(`    "tokens_before": torch.zeros(${before}, columns, ${D}, device=device),`);
  if (before && !D)
    lines.push(`    "tokens_before": torch.full((${before}, columns), SYMBOLS, device=device),`);
  if (memory.clock.includes(true)) lines.push('    "clock": 0,');
  return [
    'def start(self, columns, device=None):',
    '    """The state before the first step."""',
    '    return {',
    ...lines.map((line) => `    ${line}`),
    '    }',
  ];
}
