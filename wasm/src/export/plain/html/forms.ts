/** The form of a task and the script that answers it, for an exported page. The script calls the exported module. */
import { example } from '../javascript/shared.js';
import type { PlainModel } from '../model.js';

export interface Form {
  title: string;
  sentence: string;
  /** Inside the form. */
  fields: string;
  /** Statements; \`form\`, \`output\`, \`value(name)\`, \`make(tag, className, text)\` are there. */
  script: string;
  /** Whether it answers while one writes; else the button does. */
  live: boolean;
  button: string;
}

const area = (name: string, label: string, value: string, rows = 3) =>
  `<label>${label}<textarea name="${name}" rows="${rows}" spellcheck="false">${escape(value)}</textarea></label>`;
const number = (name: string, label: string, value: number, min: number, max: number) =>
  `<label>${label}<input name="${name}" type="number" value="${value}" min="${min}" max="${max}" step="1"></label>`;
const temperature = `<label>Temperature <span id="heat">0.8</span><input name="temperature" type="range" min="0" max="1.5" step="0.05" value="0.8"></label>`;
const row = (...fields: string[]) => `<div class="row">${fields.join('')}</div>`;

/** Text of an element. */
export const escape = (text: string) => text.replace(/[&<>"]/g, (symbol) => `&#${symbol.charCodeAt(0)};`);

/** An input that the model knows. */
const known = (model: PlainModel) => example(model).slice(1, -1);

/** The symbols that may be typed, where these are few enough to be read. */
function alphabet({ symbols }: PlainModel): string {
  const text = symbols.map((symbol) => (symbol === ' ' ? '␣' : symbol)).join(' ');
  return text.length <= 80 ? escape(`, of the symbols ${text}`) : '';
}

export function formOf(model: PlainModel): Form {
  switch (model.task) {
    case 'next':
      return writing();
    case 'translate':
    case 'generate':
      return sequences(model);
    case 'classify':
      return classify(model);
    case 'tag':
      return tag(model);
    case 'regress':
    case 'tensor':
      return numbers(model);
    case 'notes':
      return notes();
  }
}

function writing(): Form {
  return {
    title: 'A network that writes text',
    sentence: 'Type the beginning of a text; the network continues it, symbol by symbol.',
    fields:
      area('prompt', 'Prompt', '') +
      row(
        temperature,
        number('count', 'Symbols', 400, 1, 100000),
        number('seed', 'Seed', 1, 0, 9007199254740991),
      ),
    button: 'Generate',
    live: false,
    script: `
  output.className = 'text';
  output.textContent = value('prompt');
  const pieces = stream({ prompt: value('prompt'), length: Number(value('count')), temperature: Number(value('temperature')), seed: Number(value('seed')) });
  const turn = ++turns;
  const write = () => {
    const end = performance.now() + 12;
    let text = '';
    let last = pieces.next();
    for (; !last.done; last = pieces.next()) {
      text += last.value;
      if (performance.now() > end) break;
    }
    output.append(text);
    output.setAttribute('aria-busy', String(!last.done));
    if (!last.done && turn === turns) setTimeout(write);
  };
  write();
`,
  };
}

const rowsScript = `const rowsOf = (text) => text.trim().split('\\n').map((line) => line.trim().split(/[\\s,;]+/).map(Number));
`;

function sequences(model: PlainModel): Form {
  const source = model.task === 'translate';
  const given = source
    ? `value('input')`
    : model.context
      ? `value('context').trim().split(/[\\s,;]+/).map(Number)`
      : '';
  const input = source
    ? area('input', `Source${alphabet(model)}`, known(model), 2)
    : model.context
      ? `<label>Context, ${model.context} numbers<input name="context" value="${Array(model.context).fill(0).join(' ')}"></label>`
      : '';
  return {
    title: source ? 'A network that turns one sequence into another' : 'A network that writes sequences',
    sentence: source
      ? 'Type a source; the network answers with the likeliest sequences.'
      : 'The network draws a sequence for each seed.',
    fields: source
      ? input + row(number('beamWidth', 'Beam width', 4, 1, 64))
      : input +
        row(
          temperature,
          number('count', 'Sequences', 8, 1, 200),
          number('seed', 'Seed', 1, 0, 9007199254740991),
        ),
    button: source ? 'Answer' : 'Generate',
    live: source,
    script: source
      ? `
  const { alternatives } = predict(${given}, { beamWidth: Number(value('beamWidth')) });
  bars(alternatives.map(({ output: text, logProbability }) => [text || '(nothing)', Math.exp(logProbability)]));
`
      : `
  const lines = Array.from({ length: Number(value('count')) }, (_, i) =>
    predict(${given ? `${given}, ` : ''}{ temperature: Math.max(Number(value('temperature')), 0), seed: Number(value('seed')) + i }).output,
  );
  output.className = 'text';
  output.textContent = lines.join('\\n');
`,
  };
}

const inputField = (model: PlainModel, rows = 4) =>
  model.numbers
    ? area(
        'input',
        `Input: a line for each step, ${model.numbers} ${model.numbers === 1 ? 'number' : 'numbers'} each`,
        sineRows(model),
        rows,
      )
    : area('input', `Input${alphabet(model)}`, known(model), 2);

const inputOf = (model: PlainModel) => (model.numbers ? `rowsOf(value('input'))` : `value('input')`);

/** A few rows to begin with. */
const sineRows = ({ numbers: count }: PlainModel) =>
  Array.from({ length: 8 }, (_, t) =>
    Array.from({ length: count }, (_, d) => Math.sin(t / 2 + d).toFixed(2)).join(' '),
  ).join('\n');

function classify(model: PlainModel): Form {
  return {
    title: 'A network that labels sequences',
    sentence: 'Type a sequence; the bars are the probabilities of its labels.',
    fields: inputField(model),
    button: 'Answer',
    live: true,
    script: `${model.numbers ? rowsScript : ''}
  const { probabilities } = predict(${inputOf(model)});
  bars(labels.map((label, i) => [label, probabilities[i]]).sort((a, b) => b[1] - a[1]).slice(0, 20));
`,
  };
}

function tag(model: PlainModel): Form {
  return {
    title: 'A network that labels each step',
    sentence: 'Type a sequence; each step is answered by its likeliest label.',
    fields: inputField(model),
    button: 'Answer',
    live: true,
    script: `${model.numbers ? rowsScript : ''}
  const input = ${inputOf(model)};
  const { outputs, probabilities } = predict(input);
  const steps = ${model.numbers ? `input.map((numbers) => numbers.join(' '))` : `tokensOf(input).map((token) => symbols[token])`};
  table([['Step', ...steps], ['Label', ...outputs], ['Probability', ...probabilities.map((one) => percent(Math.max(...one)))]]);
`,
  };
}

function numbers(model: PlainModel): Form {
  const { context, pooled, program, numbers: inputs, outputs, answers, task } = model;
  const forecasts = task === 'regress' && !pooled && !program.whole && inputs === outputs / answers.per;
  const given = context ? `, value('context').trim().split(/[\\s,;]+/).map(Number)` : '';
  return {
    title: task === 'regress' ? 'A network that predicts numbers' : 'A network over sequences of numbers',
    sentence: forecasts
      ? 'Give a series; the network predicts every next row, and goes on from the last.'
      : 'Give a series; the network answers.',
    fields:
      inputField(model, 8) +
      (context
        ? `<label>Context, ${context} numbers<input name="context" value="${Array(context).fill(0).join(' ')}"></label>`
        : '') +
      (forecasts ? row(number('steps', 'Steps of the forecast', 20, 0, 1000)) : ''),
    button: 'Answer',
    live: true,
    script: `${rowsScript}
  const rows = rowsOf(value('input'));
  ${
    task === 'tensor'
      ? `const values = predict(rows${given});
  const forecast = [];`
      : `const { values, forecast = [] } = predict(rows${forecasts ? `, { steps: Number(value('steps')) }` : ''});`
  }
  ${
    forecasts
      ? `lines([
    ['given', rows.map((one, t) => [t, one[0]])],
    ['predicted', values.map((one, t) => [t + 1, one[0]])],
    ['future', forecast.map((one, t) => [rows.length + t, one[0]])],
  ]);`
      : `table(values.map((one, t) => [String(t + 1), ...one.map((x) => x.toPrecision(4))]));`
  }
`,
  };
}

function notes(): Form {
  return {
    title: 'A network that writes music',
    sentence:
      'Give chords: a line for each step, keys 0 to 87 with spaces between them. The network goes on from there.',
    fields:
      area('input', 'Chords', '39 43 46\n39 43 46\n41 44 48\n41 44 48', 4) +
      row(temperature, number('steps', 'Steps', 60, 1, 1000), number('seed', 'Seed', 1, 0, 9007199254740991)),
    button: 'Compose',
    live: false,
    script: `
  const chords = value('input').split('\\n').map((line) => line.trim().split(/[\\s,;]+/).filter(Boolean).map(Number));
  const rows = chords.map((chord) => Array.from({ length: 88 }, (_, key) => Number(chord.includes(key))));
  const { forecast } = predict(rows, { steps: Number(value('steps')), temperature: Number(value('temperature')), seed: Number(value('seed')) });
  roll([['given', rows], ['future', forecast]]);
`,
  };
}
