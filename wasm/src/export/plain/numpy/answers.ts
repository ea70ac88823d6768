/** Exported Python of tasks that answer each step or a whole sequence: labels, numbers, notes, tensors. */
import { namedOutputs } from '../../number-outputs.js';
import type { PlainModel } from '../model.js';
import { RANDOM_PY } from './helpers.js';
import { loading, readingPy, reads, type TaskCodePy } from './shared.js';
import { list, text } from './text.js';

function answering(model: PlainModel): string {
  const { program, pooled, context, numbers } = model;
  const given = context ? ', context' : '';
  if (pooled)
    return `

def answers_of(input):
    """The answer of a whole input."""
    steps = steps_of(input)
    s = allocate(len(steps))
${loading(model, 1)}    encode(s)
    begin(s)
    return advance(s)[None]
`;
  if (program.whole)
    return `

def answers_of(input${given}):
    """An answer for each step of an input."""
    steps = steps_of(input)
    s = allocate(len(steps))
${loading(model, 0)}    begin(s${given})
    return run(s)
`;
  const array = program.inputs[0];
  const load = numbers
    ? array
      ? `    s.${array.name}[${array.delay * array.rows} :] = row\n`
      : ''
    : reads(model);
  return `

def start(${context ? 'context' : ''}):
    """The state before a sequence."""
    s = allocate()
    begin(s${given})
    return s


def step(s, ${numbers ? 'row' : 'token'}):
    """Reads a step; gives ${model.outputs} numbers."""
${load}    return advance(s)


def answers_of(input${given}):
    """An answer for each step of an input."""
    s = start(${context ? 'context' : ''})
    return np.stack([step(s, one) for one in steps_of(input)])
`;
}

export function answers(model: PlainModel): TaskCodePy {
  const { task, targets, context, numbers, outputs, pooled, program } = model;
  const given = context ? ', context' : '';
  const labelled = task === 'classify' || task === 'tag';
  const forecasts =
    !pooled &&
    !program.whole &&
    numbers === outputs / model.answers.per &&
    (task === 'regress' || task === 'notes');
  const what = {
    classify: 'labels sequences',
    tag: 'labels each step of a sequence',
    regress: 'predicts numbers',
    notes: 'predicts which keys of a piano sound next',
  }[task as string];
  const input = numbers
    ? `np.zeros((4, ${numbers}))`
    : text(
        model.symbols
          .filter((symbol) => /^\w$/.test(symbol))
          .slice(0, 4)
          .join(''),
      );
  const head = `"""A recurrent network ${what ? `that ${what}` : 'over sequences of numbers'}, exported by Unfold. It needs NumPy alone.

>>> import numpy as np
>>> from model import predict
>>> print(predict(${input}${context ? `, np.zeros(${context})` : ''}))
"""`;
  const common = `${readingPy(model)}${answering(model)}`;
  if (task === 'tensor')
    return {
      head,
      code: `${common}

def predict(input${given}):
    """${outputs} numbers for each step."""
    return answers_of(input${given})
`,
    };
  if (labelled)
    return {
      head,
      code: `${common}

# What the network answers.
labels = ${list(targets.map(text))}


def predict(input):
    """The likeliest label${task === 'tag' ? ' of each step' : ''}, and the probability of each in the order of \`labels\`."""
    probabilities = np.stack([softmax(row) for row in answers_of(input)])
    outputs = [labels[int(np.argmax(row))] for row in probabilities]
    return ${task === 'tag' ? '{"outputs": outputs, "probabilities": probabilities}' : '{"output": outputs[0], "probabilities": probabilities[0]}'}
`,
    };
  const notes = task === 'notes';
  if (model.answers.per > 1) return { head, code: `${common}${severalOutputs(model, forecasts)}` };
  return {
    head,
    code: `${common}

def predict(input${forecasts ? `, steps=0${notes ? ', temperature=1.0, seed=1' : ''}` : ''}):
    """${notes ? 'The probability of each key at the next step' : 'A row of numbers'}${pooled ? '' : ', for each step'}${forecasts ? ', and rows of further steps' : ''}."""
    values = ${notes ? 'sigmoid(answers_of(input))' : 'answers_of(input)'}
${
  forecasts
    ? `    if steps == 0:
        return {"values": values}
    s, forecast = start(), []
${notes ? '    random = uniforms(seed)\n' : ''}    for row in steps_of(input):
        y = step(s, row)
    while True:
        ${notes ? 'last = np.array([next(random) < sigmoid(x / temperature) if temperature > 0 else x > 0 for x in y.astype(float)], np.float32)' : 'last = y'}
        forecast.append(last)
        if len(forecast) == steps:
            return {"values": values, "forecast": np.stack(forecast)}
        y = step(s, last)
`
    : '    return {"values": values}\n'
}${forecasts && notes ? RANDOM_PY : ''}`,
  };
}

/** With quantiles, or a mean and a log variance, for each column. */
function severalOutputs({ outputs, answers }: PlainModel, forecasts: boolean): string {
  const { per, answer, gaussian } = answers;
  const columns = outputs / per;
  const besides = gaussian ? 'deviations' : 'quantiles';
  const later = `forecast${gaussian ? 'Deviations' : 'Quantiles'}`;
  const other = (name: string) => (gaussian ? `np.exp(${name}[:, :, 1] / 2)` : name);
  return `

def predict(input${forecasts ? ', steps=0' : ''}):
    """A row of numbers for each step${forecasts ? ', and rows of further steps' : ''}, with ${gaussian ? 'the standard deviation of each number' : 'the quantiles of each number'}.

    The outputs of a step are ${namedOutputs(answers)}.
    """
    y = answers_of(input).reshape(-1, ${columns}, ${per})
    answer = {"values": y[:, :, ${answer}], "${besides}": ${other('y')}}
${
  forecasts
    ? `    if steps == 0:
        return answer
    s, rows = start(), []
    for row in steps_of(input):
        y = step(s, row)
    while True:
        rows.append(y.reshape(${columns}, ${per}))
        if len(rows) == steps:
            rows = np.stack(rows)
            return {**answer, "forecast": rows[:, :, ${answer}], "${later}": ${other('rows')}}
        y = step(s, rows[-1][:, ${answer}])
`
    : '    return answer\n'
}`;
}
