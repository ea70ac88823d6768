/** Exported Python of tasks that write sequences of symbols which end: generate and translate. */
import type { PlainModel } from '../model.js';
import { RANDOM_PY } from './helpers.js';
import { loading, readingPy, reads, type TaskCodePy } from './shared.js';
import { list, text } from './text.js';

export function sequences(model: PlainModel): TaskCodePy {
  const { task, context, targets, termination, maxLength, program } = model;
  const source = task === 'translate';
  const input = program.inputs[0];
  const counts = termination === 'count' && program.lengths !== null && input !== null;
  const [ends, halts] = [termination === 'end', termination === 'halt'];
  const argument = source ? 'text' : context ? 'context' : '';
  const first = argument ? `${argument}, ` : '';
  const attention = program.attention;
  const most = Math.max((program.lengths?.rows ?? 2) - 1, 1);
  const example = source
    ? text(
        model.symbols
          .filter((symbol) => /^\w$/.test(symbol))
          .slice(0, 4)
          .join(''),
      )
    : context
      ? `[0] * ${context}`
      : '';
  return {
    head: `"""A recurrent network that ${source ? 'turns one sequence into another' : 'writes sequences'}, exported by Unfold. It needs NumPy alone.

predict(${first}beam_width=1) gives the likeliest sequence (greedily, or by beam search), predict(${first}temperature=1.0,
seed=1) one that is drawn: {"output", "log_probability", "alternatives"${attention ? ', "attention"' : ''}}.

>>> from model import predict
>>> print(predict(${example})["output"])
"""`,
    code: `${source ? readingPy({ ...model, numbers: 0 }) : ''}

# What the network writes, by token.
targets = ${list(targets.map(text))}


def start(${argument}):
    """The state before the first symbol."""
${
  source
    ? `    steps = steps_of(text)
    s = allocate(len(steps))
${loading({ ...model, numbers: 0 }, 1)}    encode(s)
`
    : '    s = allocate()\n'
}    begin(s${!source && context ? ', context' : ''})
    return s


def step(s, token${counts ? ', remaining' : ''}):
    """Reads a symbol, -1 before the first; gives ${model.outputs} numbers."""
${reads(model)}${counts && input ? `    s.${input.name}[${input.delay * input.rows}] = remaining\n` : ''}    return advance(s)


def log_softmax(x):
    x = np.asarray(x, np.float64) - np.max(x)
    return x - np.log(np.sum(np.exp(x)))


def log_sigmoid(x):
    return min(x, 0) - np.log(1 + np.exp(-abs(x)))


def scored(p, alpha, length):
    """The score of a sequence (Wu et al. 2016)."""
    return p if alpha == 0 else p / ((5 + length) / 6) ** alpha


def search(${first}width, alpha, temperature, random):
    """Beam search, or with a temperature one sequence that is drawn; the best first."""
    drawn, limit, finished = temperature > 0, ${maxLength}, []
    width = 1 if drawn else width
    live = [{"s": start(${argument}), "tokens": [], "p": 0.0, "attention": [], "finished": False}]

    def finish(h):
        finished.append({**h, "score": scored(h["p"], alpha, len(h["tokens"]))})
        finished.sort(key=lambda one: -one["score"])
        del finished[width:]

${
  counts
    ? `    likely = log_softmax(live[0]["s"].${program.lengths.place.array.name})
    limit = choose(likely, 1.0 if drawn else 0.0, random)
    live[0]["p"] = likely[limit]
`
    : ''
}    for t in range(limit):
        if not live or len(finished) == width and finished[-1]["score"] >= scored(live[0]["p"], alpha, limit):
            break
        grown = []
        for h in live:
            x = step(h["s"], h["tokens"][-1] if h["tokens"] else -1${counts ? `, (limit - t) / ${most}` : ''})
            logs = log_softmax(x[:${ends ? targets.length + 1 : targets.length}])
            if drawn:
                order = [choose((x[: len(logs)] / temperature).astype(np.float32), 1.0, random)]
            else:
                order = np.argsort(-logs, kind="stable")[:width]
            for v in map(int, order):
                one = {
                    "s": h["s"],
                    "tokens": ${ends ? `h["tokens"] if v == ${targets.length} else ` : ''}[*h["tokens"], v],
                    "p": h["p"] + logs[v],
                    "attention": ${attention ? `[*h["attention"], h["s"].${attention.name}]` : '[]'},
                    "finished": ${ends ? `v == ${targets.length}` : counts ? 't + 1 == limit' : 'False'},
                }
${
  halts
    ? `                halt = float(x[${targets.length}])
                stop = np.log(max(next(random), 1e-300)) < log_sigmoid(halt) if drawn else halt > 0
                if width > 1 or stop:
                    grown.append({**one, "p": one["p"] + log_sigmoid(halt), "finished": True})
                if width > 1 or not stop:
                    grown.append({**one, "p": one["p"] + log_sigmoid(-halt)})
`
    : '                grown.append(one)\n'
}        grown.sort(key=lambda one: -one["p"])
        live = []
        for h in grown[:width]:
            if h["finished"]:
                finish(h)
            else:
                live.append({**h, "s": copy(h["s"])})
    if not finished:
        for h in live:
            finish(h)
    return finished


def predict(${first}beam_width=1, length_penalty=0.0, temperature=0.0, seed=1):
    """The likeliest sequence; a temperature above 0 draws one instead."""
    found = search(${first}beam_width, length_penalty, temperature, uniforms(seed))
    alternatives = [
        {"output": "".join(targets[v] for v in h["tokens"]), "log_probability": h["p"], "score": h["score"]}
        for h in found
    ]
    answer = {"output": alternatives[0]["output"], "log_probability": found[0]["p"], "alternatives": alternatives}
${attention ? '    answer["attention"] = np.array(found[0]["attention"])\n' : ''}    return answer
${RANDOM_PY}`,
  };
}
