// The sentences of the tasks; part of the catalogue in messages.ts.
import { integer } from '../format';
import type { TaskName } from '../../tasks/names';

/** A word for each task: the compiler says which is missing. */
const each = (words: Record<TaskName, string>) => words;

const faults = {
  order: (symbol: string) => `${symbol} too late`,
  count: (counts: string) => counts,
  closes: (symbol: string) => `${symbol} closes nothing`,
  open: (symbol: string) => `${symbol} is missing`,
  agreement: (word: string) => `“${word}” does not agree`,
  grammar: (word: string) => (word === '' ? 'incomplete' : `“${word}” does not fit`),
  empty: (_: string) => 'empty',
};

export const tasks = {
  title: 'Task and data',
  names: each({
    next: 'Generate text',
    generate: 'Generate sequences',
    classify: 'Classify sequences',
    tag: 'Tag every step',
    translate: 'Translate sequences',
    regress: 'Predict numbers',
    notes: 'Generate music',
  }),
  headings: each({
    next: 'Generated text',
    generate: 'Generated sequences',
    classify: 'Predicted classes',
    tag: 'Predicted tags',
    translate: 'Predicted outputs',
    regress: 'Predictions',
    notes: 'Generated music',
  }),
  /** How examples of one's own are written. */
  formats: each({
    next: 'Any text.',
    generate: 'Your own data: one sequence per line.',
    classify:
      'Your own data: a text and its label on each line (tab, comma or JSON), or a table with an id, numbers and a label.',
    tag: 'Your own data: words and their tags (CoNLL); or on each line a sequence, a tab and one tag character for each character.',
    translate: 'Your own data: an input, a tab and an output on each line.',
    regress:
      'Your own data: a table (CSV), in which each row is predicted from those before it; or a series, a tab and its target on each line.',
    notes:
      'Your own data: MIDI files; or JSON, {"keys": "midi", "train": [[[60, 64], …], …]}: the notes of each step, or 88 zeros and ones.',
  }),
  keys: 'Note numbers',
  keysWanted: 'Choose what the numbers mean',
  keysPiano: 'Keys of a piano, 0–87',
  keysMidi: 'MIDI notes, 21–108',
  ask: {
    generate: 'Probability of',
    classify: 'Classify your own',
    tag: 'Tag your own',
    translate: 'Try your own',
  } as Partial<Record<TaskName, string>>,
  controls: {
    translate: 'Encoder and decoder',
    generate: 'Generation',
    classify: 'Output',
    tag: 'Input',
    regress: 'Output',
  } as Partial<Record<TaskName, string>>,
  difficulty: (counted: string) => `Difficulty: ${counted}`,
  usual: 'default',
  reached: 'Reference results',
  best: 'Best possible',
  waiting: 'The first predictions appear once the network is built.',
  noAttention: 'This network has no attention, so there are no attention weights to show.',
  meta: (step: string, right: string | null, measuredAt: string) =>
    right === null
      ? `step ${step}`
      : `step ${step}, validation accuracy ${right}${measuredAt === step ? '' : ` at step ${measuredAt}`}`,
  rightOf: (right: number, all: number) => `${integer(right)} of these ${integer(all)} outputs are correct.`,
  rightLabels: (right: number, all: number) => `${integer(right)} of these ${integer(all)} tags are correct.`,
  inLanguage: (right: number, all: number) =>
    `${integer(right)} of these ${integer(all)} belong to the language.`,
  words: {
    examples: 'Held-out examples and their predictions',
    example: (number: number) => `Example ${integer(number)}`,
    input: 'Input',
    target: 'Target',
    output: 'Output',
    probability: 'Probability',
    right: 'correct',
    wrong: 'wrong',
    end: 'end',
    nothing: '(empty)',
    firstWrong: (written: string, wanted: string) => `first error: ${written} instead of ${wanted}; `,
    attention: 'Attention weights',
    attentionAbout: 'One row for each output character, one column for each input character.',
    uncounted: (symbol: string) => `${symbol}, not scored`,
    labelled: (symbol: string, label: string, target: string) =>
      label === target
        ? `${symbol} is ${label}, correct`
        : `${symbol} is ${label}, wrong: it should be ${target}`,
    tagAbout: 'Above, the input; below, the predicted tags. Steps that are not scored are pale.',
    written: 'Sequence',
    bits: 'Bits',
    inLanguage: 'In the language?',
    faults,
    isIn: 'It belongs to the language',
    isNot: 'It does not belong to the language',
    costs: (bits: string) => `Its surprisal is ${bits} bits.`,
    alternatives: 'The most likely outputs that beam search found',
    ask: 'Predict',
    forecast: 'Free-running forecast',
    band: (share: string) => `${share} prediction interval`,
    forecastAbout:
      'Predictions are one step ahead; in the shaded half, the forecast feeds the network its own predictions instead.',
    forecastUnknown: (columns: string) =>
      `Predictions are one step ahead. There is no forecast: nobody knows what ${columns} will be, which the network reads and does not predict.`,
    nextRows: {
      title: 'After the last row',
      about:
        'The network reads the file to its end and continues from its own predictions, with the weights of the moment.',
      steps: 'Rows to predict',
      series: 'Series',
      save: 'Save as CSV',
      file: 'File',
      forecast: 'Forecast',
      row: (number: number) => `row ${integer(number)}`,
      figure: (column: string, past: number, steps: number) =>
        `${column}: the last ${integer(past)} rows of the file, and the ${integer(steps)} that are predicted to follow`,
      caption: (column: string) => `Forecast of ${column}`,
      value: 'Value',
      place: 'Date or row',
      undated: (column: string, reason: string) => `The forecast has no dates (${column}): ${reason}.`,
    },
    noForecast: (title: string, steps: number) =>
      `${title}: ${integer(steps)} steps, predicted one step ahead`,
    forecastError: (error: string) => `squared error of the forecast ${error}`,
    column: 'Column',
    curve: (title: string, steps: number, from: number, error: string) =>
      `${title}: ${integer(steps)} steps, forecast from step ${integer(from)} on with a squared error of ${error}`,
    error: 'Error',
    scatter: (points: number) => `${integer(points)} predictions against their targets`,
    scatterAbout: 'Prediction against target: points on the line are exact.',
    rollAbout:
      'What stands before the line is given, the rest is generated. While it plays, the music goes on with the newest weights.',
    rollCaption: 'The keys of each step',
    keys: 'Keys',
    silence: 'silence',
    from: 'Source',
    given: 'given',
    network: 'generated',
    play: 'Play',
    stop: 'Stop',
    anew: 'Another opening',
    saveMidi: 'Save as MIDI',
    midiKeyboard: 'MIDI keyboard',
    midiDone: 'Done',
    midiListening: (keys: number) =>
      keys === 0 ? 'Play an opening; the network goes on when you pause.' : `${integer(keys)} notes so far`,
    midiNone: 'No MIDI keyboard is connected.',
    midiDenied: 'Access to MIDI keyboards was denied.',
    writtenAt: (step: string) => `generated at step ${step}`,
  },
};

/** The words that a setting may be, by its name. */
export const choices = {
  unit: {
    character: 'Characters',
    byte: 'Bytes',
    word: 'Words and punctuation',
    whitespace: 'Split at spaces',
    bpe: 'Byte pairs (BPE)',
  },
  pooling: { none: 'None: every step', last: 'Last state', mean: 'Mean of states' },
  loss: {
    squared: 'Squared error',
    absolute: 'Absolute error',
    huber: 'Huber',
    quantile: 'Quantiles 0.1, 0.5, 0.9',
    gaussian: 'Gaussian',
  },
  termination: { end: 'End symbol', halt: 'Halting unit', count: 'Predicted length' },
  attention: { none: 'None', additive: 'Additive', multiplicative: 'Multiplicative' },
  context: {
    both: 'Initial state and every step',
    initial: 'Initial state',
    input: 'Every step',
    none: 'None',
  },
  scheduledSampling: {
    none: 'Off',
    linear: 'Linear decay',
    exponential: 'Exponential decay',
    'inverse-sigmoid': 'Inverse sigmoid decay',
  },
};

/** What a loss counts. */
export const units = {
  character: 'bits per character',
  symbol: 'bits per symbol',
  label: 'bits per label',
  squares: 'squared error',
  absolute: 'absolute error',
  huber: 'Huber loss',
  quantile: 'pinball loss',
  gaussian: 'nats per number',
  step: 'nats per step',
};
