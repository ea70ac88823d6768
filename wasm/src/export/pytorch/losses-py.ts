/** Batches and losses in Python, one family for each kind of task: those of core/generate/tasks. */

/** What the module of the data needs to know of a network's task. */
export interface ExampleTask {
  name: string;
  /** One answer for a whole sequence. */
  pooled: boolean;
  /** Of numbers: `TaskConfig.loss`, and how many outputs the network has for each. */
  loss: string;
  outputs: number;
  /** The generated dataset, if the model learned from one. */
  dataset?: string;
}

/** Functions make_batch, predictions and measure; undefined for a task that this version does not know. */
export function batchPy({ name: task, pooled, loss, outputs }: ExampleTask): string | undefined {
  const make = (pooled ? batches.get(`${task}, pooled`) : undefined) ?? batches.get(task);
  const measure = task === 'regress' ? numbersPy(loss, outputs) : measures.get(task);
  return make && measure && [padded, make, measure].join('\n\n');
}

const padded = String.raw`
def padded(sequences, value, dtype):
    """[T, N, ...]: sequences side by side, filled up with a value."""
    columns = [torch.as_tensor(numpy.asarray(sequence), dtype=dtype) for sequence in sequences]
    return torch.nn.utils.rnn.pad_sequence(columns, padding_value=value)


def lengths_of(sequences):
    return torch.tensor([len(sequence) for sequence in sequences])
`;

/** What reads an example's sequence: tokens or numbers. */
const read = String.raw`
def read_inputs(examples, names):
    """The inputs of Network.forward: what is read, [T, N] or [T, N, D], and the true length of each sequence."""
    if names["numbers"]:
        sequences = [example.numbers for example in examples]
        return {"inputs": padded(sequences, 0, torch.float32), "lengths": lengths_of(sequences)}
    sequences = [example.input for example in examples]
    return {"tokens": padded(sequences, SYMBOLS, torch.int64), "lengths": lengths_of(sequences)}
`;

const classify = String.raw`${read}

def make_batch(examples, task, names):
    """Targets: a label for each sequence, [N]."""
    return read_inputs(examples, names), torch.tensor([example.target[0] for example in examples])


def predictions(example, task):
    return 1
`;

const tag = String.raw`${read}

def make_batch(examples, task, names):
    """Targets: a label for each step, [T, N]."""
    labels = padded([example.target for example in examples], IGNORED, torch.int64)
    return read_inputs(examples, names), labels.masked_fill(labels == NO_LABEL, IGNORED)


def predictions(example, task):
    return sum(label != NO_LABEL for label in example.target)
`;

const values = String.raw`${read}

def make_batch(examples, task, names):
    """Targets: numbers for each step, [T, N, O], and which steps there are, [T, N]."""
    rows = [example.values for example in examples]
    return read_inputs(examples, names), (padded(rows, 0, torch.float32),
                                          padded([[k >= example.skip for k in range(len(example.values))]
                                                  for example in examples], False, torch.bool))


def predictions(example, task):
    return len(example.values) - example.skip
`;

const wholeValues = String.raw`${read}

def make_batch(examples, task, names):
    """Targets: numbers for each sequence, [N, O], all of which count."""
    rows = torch.tensor(numpy.concatenate([example.values for example in examples]))
    return read_inputs(examples, names), (rows, torch.ones(len(rows), dtype=torch.bool))


def predictions(example, task):
    return 1
`;

/**
 * Teacher forcing: the main sequence reads the target, one step late. termination "end": a symbol of its own ends it;
 * "halt": a further output says so; "count": the length is predicted first, and what remains of it is an input.
 */
const sequences = (translates: boolean) => String.raw`
def make_batch(examples, task, names):
    """Targets: symbols [T, N], halts [T, N] and lengths [N], as far as the task has them.

    The network reads the target one step late. "end": a symbol of its own ends it; "halt": a further output says so;
    "count": the length is predicted first, and the share that remains is an input.
    """
    ends = task["termination"] == "end"
    answers = [example.target + [len(names["targets"])] * ends for example in examples]
    symbols = padded(answers, IGNORED, torch.int64)
    before = [[SYMBOLS] + example.target[: len(answer) - 1] for example, answer in zip(examples, answers)]
    inputs = {"tokens": padded(before, SYMBOLS, torch.int64), "lengths": lengths_of(answers)}
${
  translates
    ? String.raw`    inputs["source"] = padded([example.input for example in examples], SYMBOLS, torch.int64)
    inputs["source_lengths"] = lengths_of([example.input for example in examples])`
    : String.raw`    if names["context"]:
        inputs["context"] = torch.tensor([example.context for example in examples])`
}
    targets = {"symbols": symbols}
    if task["termination"] == "halt":
        targets["halts"] = padded([[0] * (len(answer) - 1) + [1] for answer in answers], 0, torch.float32)
    if task["termination"] == "count":
        longest = max(names["lengths"] - 1, 1)
        steps = [[[(len(answer) - t) / longest] for t in range(len(answer))] for answer in answers]
        inputs["remaining"] = padded(steps, 0, torch.float32)
        targets["lengths"] = lengths_of(answers)
    return inputs, targets


def predictions(example, task):
    return len(example.target) + (task["termination"] == "end")
`;

const batches = new Map([
  ['classify', classify],
  ['tag', tag],
  ['regress', values],
  ['regress, pooled', wholeValues],
  ['notes', values],
  ['generate', sequences(false)],
  ['translate', sequences(true)],
]);

const labels = String.raw`
def measure(answers, targets, task):
    """The cross-entropy in nats; a label is right if it is the likeliest."""
    loss = F.cross_entropy(answers.flatten(0, -2), targets.flatten(), reduction="sum", ignore_index=IGNORED)
    counts = targets != IGNORED
    count = int(counts.sum())
    return loss, count, (int(((answers.argmax(-1) == targets) & counts).sum()), count)
`;

const numbers = String.raw`
def scaled(values, columns):
    """Numbers of the file as they are compared: with the mean 0 and the deviation 1 of the training part, say."""
    mean, scale = ([column[key] for column in columns] for key in ("mean", "scale"))
    if columns[0]["log"]:
        values = values.sign() * values.abs().log1p()
    return (values - torch.tensor(mean, device=values.device)) / torch.tensor(scale, device=values.device)


LOSS
def measure(answers, targets, task):
    """The loss of the scaled numbers, the mean over those of a step; of a single column it is shown in the file's
    units."""
    values, counts = targets
    columns = [column for column in task["columns"] if column["target"]]
    single = len(columns) == 1 and not columns[0]["log"]
    answers = answers.unflatten(-1, (-1, OUTPUTS))  # [..., O, outputs of a column]
    if columns:
        answers, values = scaled_outputs(answers, columns), scaled(values, columns)
    loss = loss_of(answers, values, task).mean(-1)[counts].sum()
    shown = in_unit(loss.detach(), int(counts.sum()), columns[0]["scale"] if single else 1)
    return loss + (shown - loss.detach()), int(counts.sum()), None  # the gradient is that of the scaled numbers
`;

/** Python's scaled_outputs, loss_of (of [..., O, outputs] and [..., O]) and in_unit, by the name of the loss. */
const numberLosses: Readonly<Record<string, string>> = {
  squared: point('((answers - values) ** 2)', 'loss * unit**2'),
  absolute: point('(answers - values).abs()', 'loss * unit'),
  huber: point('F.huber_loss(answers, values, reduction="none", delta=task["delta"])', 'loss * unit**2'),
  quantile: String.raw`
def scaled_outputs(answers, columns):
    return scaled(answers.transpose(-1, -2), columns).transpose(-1, -2)


def loss_of(answers, values, task):
    """The pinball loss (Koenker and Bassett 1978), its mean over the quantiles."""
    quantiles = torch.tensor(task["quantiles"], device=answers.device)
    errors = answers - values[..., None]
    return torch.maximum((1 - quantiles) * errors, -quantiles * errors).mean(-1)


def in_unit(loss, count, unit):
    return loss * unit

`,
  gaussian: String.raw`
def scaled_outputs(answers, columns):
    scale = torch.tensor([column["scale"] for column in columns], device=answers.device)
    return torch.stack([scaled(answers[..., 0], columns), answers[..., 1] - 2 * scale.log()], -1)


def loss_of(answers, values, task):
    """Minus the logarithm of the normal density of means and log variances."""
    variance = answers[..., 1].exp()
    return F.gaussian_nll_loss(answers[..., 0], values, variance, full=True, eps=1e-6, reduction="none")


def in_unit(loss, count, unit):
    return loss + count * math.log(unit)

`,
};

function point(loss: string, shown: string): string {
  return String.raw`
def scaled_outputs(answers, columns):
    return scaled(answers[..., 0], columns)[..., None]


def loss_of(answers, values, task):
    answers = answers[..., 0]
    return ${loss}


def in_unit(loss, count, unit):
    return ${shown}

`;
}

/** @returns undefined for a loss that this version does not know */
function numbersPy(loss: string, outputs: number): string | undefined {
  const code = Object.hasOwn(numberLosses, loss) ? numberLosses[loss] : undefined;
  return code && numbers.replace('LOSS\n', () => `${code.trimStart()}\n`).replace('OUTPUTS', String(outputs));
}

const keys = String.raw`
def measure(answers, targets, task):
    """The binary cross-entropy in nats, summed over the keys of a step; keys that sound and are predicted count as
    right, among those that do either (Boulanger-Lewandowski et al. 2012)."""
    values, counts = targets
    loss = F.binary_cross_entropy_with_logits(answers[counts], values[counts], reduction="sum")
    predicted, played = answers[counts] > 0, values[counts] > 0
    return loss, int(counts.sum()), (int((predicted & played).sum()), int((predicted | played).sum()))
`;

const whole = String.raw`
def measure(answers, targets, task):
    """The cross-entropy in nats, of the end too; a sequence is right if all of it is."""
    symbols = targets["symbols"]
    counts = symbols != IGNORED
    halts, lengths = "halts" in targets, "lengths" in targets
    answers, length_answers = answers if lengths else (answers, None)
    logits = answers[..., :-1] if halts else answers
    loss = F.cross_entropy(logits.flatten(0, 1), symbols.flatten(), reduction="sum", ignore_index=IGNORED)
    right = logits.argmax(-1) == symbols
    if halts:
        ends = targets["halts"]
        loss = loss + F.binary_cross_entropy_with_logits(answers[..., -1][counts], ends[counts], reduction="sum")
        right &= (answers[..., -1] > 0) == (ends > 0)
    whole = (right | ~counts).all(0)
    if lengths:
        loss = loss + F.cross_entropy(length_answers, targets["lengths"], reduction="sum")
        whole &= length_answers.argmax(-1) == targets["lengths"]
    return loss, int(counts.sum()), (int(whole.sum()), len(whole))
`;

const measures = new Map([
  ['classify', labels],
  ['tag', labels],
  ['notes', keys],
  ['generate', whole],
  ['translate', whole],
]);
