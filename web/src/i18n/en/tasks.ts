// The sentences of the tasks; part of the catalogue in messages.ts.
import { integer } from '../format';
import type { TaskName } from '../../settings/settings';

const faults = {
  order: (symbol: string) => `${symbol} too late`,
  count: (counts: string) => counts,
  closes: (symbol: string) => `${symbol} closes nothing`,
  open: (symbol: string) => `${symbol} is missing`,
  agreement: (word: string) => `“${word}” does not agree`,
  grammar: (word: string) => (word === '' ? 'breaks off' : `“${word}” does not fit`),
  empty: (_: string) => 'empty',
};

export const tasks = {
  title: 'What it learns',
  names: {
    next: 'Write text',
    generate: 'Write sequences',
    classify: 'Sort into classes',
    tag: 'Label every step',
    translate: 'Translate sequences',
    regress: 'Foretell numbers',
    notes: 'Play music',
  } as Record<TaskName, string>,
  headings: {
    next: 'Written by the network',
    generate: 'Written by the network',
    classify: 'Sorted by the network',
    tag: 'Labelled by the network',
    translate: 'Answered by the network',
    regress: 'Forecast by the network',
    notes: 'Composed by the network',
  } as Record<TaskName, string>,
  /** How examples of one's own are written. */
  formats: {
    next: 'Any text.',
    generate: 'Of your own: a sequence a line.',
    classify: 'Of your own: a label, a tab and a sequence on each line.',
    tag: 'Of your own: a sequence, a tab and as many labels of one character on each line.',
    translate: 'Of your own: input, a tab and output on each line.',
    regress: 'Of your own: CSV, of which the next row is foretold; or a series, a tab and its answer a line.',
    notes: 'Of your own: JSON as of the JSB chorales, {"train": [[[60, 64], …], …]}: keys, step by step.',
  } as Record<TaskName, string>,
  ask: {
    generate: 'How likely is',
    classify: 'Sort your own',
    tag: 'Label your own',
    translate: 'Try your own',
  } as Partial<Record<TaskName, string>>,
  controls: {
    translate: 'Encoder and decoder',
    generate: 'Writing',
    classify: 'The answer',
    tag: 'Reading',
    regress: 'The answer',
  } as Partial<Record<TaskName, string>>,
  choices: {
    pooling: { none: 'At every step', last: 'From the last states', mean: 'From their mean' },
    termination: { end: 'An end symbol', halt: 'A unit that halts', count: 'Counted beforehand' },
    attention: { none: 'None', additive: 'Additive', multiplicative: 'Multiplicative' },
    context: {
      both: 'First states and every step',
      initial: 'First states',
      input: 'Every step',
      none: 'Nowhere',
    },
    scheduledSampling: {
      none: 'Never',
      linear: 'More and more, linearly',
      exponential: 'More and more, exponentially',
      'inverse-sigmoid': 'More and more, in an S',
    },
  } as Record<string, Record<string, string>>,
  difficulty: (counted: string) => `Difficulty: ${counted}`,
  usual: 'the usual one',
  reached: 'What can be reached',
  best: 'Best possible',
  waiting: 'The first answers appear when the network is built.',
  noAttention: 'Without attention there is no map of where it looked.',
  meta: (step: string, right: string | null) =>
    right === null ? `step ${step}` : `step ${step}, ${right} of the held-out answers right`,
  rightOf: (right: number, all: number) => `${integer(right)} of these ${integer(all)} answers are right.`,
  rightLabels: (right: number, all: number) => `${integer(right)} of these ${integer(all)} labels are right.`,
  inLanguage: (right: number, all: number) =>
    `${integer(right)} of these ${integer(all)} are in the language.`,
  words: {
    examples: 'Examples that it has not learnt from, and its answers',
    example: (number: number) => `Example ${integer(number)}`,
    input: 'Input',
    target: 'Target',
    output: 'Output',
    probability: 'Probability',
    right: 'right',
    wrong: 'wrong',
    end: 'end',
    nothing: '(nothing)',
    firstWrong: (written: string, wanted: string) => `first wrong: ${written} in place of ${wanted}; `,
    attention: 'Where it looked',
    attentionAbout: 'A row for each character written, a column for each one read.',
    uncounted: (symbol: string) => `${symbol}, not asked`,
    labelled: (symbol: string, label: string, target: string) =>
      label === target
        ? `${symbol} is ${label}, right`
        : `${symbol} is ${label}, wrong: it should be ${target}`,
    tagAbout: 'Above what is read, below the label that is given; pale where none is asked for.',
    written: 'Sequence',
    bits: 'Bits',
    inLanguage: 'In the language?',
    faults,
    isIn: 'It is in the language',
    isNot: 'It is not in the language',
    costs: (bits: string) => `It costs ${bits} bits.`,
    alternatives: 'The likeliest that the search found',
    ask: 'Ask',
    forecast: 'Going on alone',
    forecastAbout:
      'One step ahead throughout; in the shaded half the network also goes on alone, from its own answers.',
    forecastError: (error: string) => `squared error alone ${error}`,
    column: 'Column',
    curve: (title: string, steps: number, from: number, error: string) =>
      `${title}: ${integer(steps)} steps, from ${integer(from)} on also foretold alone, with a squared error of ${error}`,
    error: 'Error',
    scatter: (points: number) => `${integer(points)} answers over their targets`,
    scatterAbout: 'Answer over target: on the line it is right.',
    rollAbout:
      'Two bars are given, the rest is the network’s. Played, it goes on with what it has learnt by then.',
    rollCaption: 'The keys of each step',
    keys: 'Keys',
    silence: 'silence',
    from: 'From',
    given: 'given',
    network: 'the network',
    play: 'Play',
    stop: 'Stop',
    anew: 'Another beginning',
    writtenAt: (step: string) => `written at step ${step}`,
  },
};

/** What a loss counts. */
export const units = {
  character: 'bits per character',
  symbol: 'bits per symbol',
  label: 'bits per label',
  squares: 'squared error',
  step: 'nats per step',
};
