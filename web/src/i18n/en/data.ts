// The sentences about the reader's own data; a catalogue of its own, see ../data.ts.
import { integer } from '../format';

const plural = (count: number, one: string, many: string) => `${integer(count)} ${count === 1 ? one : many}`;

export const data = {
  reading: (name: string) => `Reading ${name} …`,
  file: (name: string) => `${name} is read as follows. Nothing is trained until you confirm.`,
  task: 'Task',
  facts: {
    table: 'Table',
    lines: 'Lines',
    text: 'Text',
    rows: (count: number) => plural(count, 'row', 'rows'),
    examples: (count: number) => plural(count, 'example', 'examples'),
    series: (count: number) => plural(count, 'series', 'series'),
    separator: (name: string) => `separator: ${name}`,
    decimal: (name: string) => `decimal: ${name}`,
    header: 'with a header',
    noHeader: 'without a header',
    symbols: (count: number) => `${integer(count)} different symbols`,
    lengths: (min: number, median: number, max: number) =>
      min === max
        ? `${plural(max, 'step', 'steps')} each`
        : `${integer(min)} to ${integer(max)} steps, median ${integer(median)}`,
  },
  controls: {
    header: 'Header',
    headers: { auto: 'Detect', yes: 'First line', no: 'None' },
    label: 'Label column',
    labels: { auto: 'Detect', first: 'First', last: 'Last' },
    missing: 'Missing values',
    gaps: {
      refuse: 'Choose what to do',
      forward: 'Carry the last value forward',
      interpolate: 'Interpolate',
      mask: 'Mask: no input, no loss',
    },
    split: 'Held out for validation, %',
    maxLength: 'Longest example, steps',
  },
  columns: {
    title: 'Columns',
    name: 'Column',
    kind: 'Type',
    role: 'Role',
    missing: 'Missing',
    range: 'Range',
    why: 'Left out because',
    roleOf: (name: string) => `Role of ${name}`,
    kinds: { number: 'number', date: 'date', text: 'text', index: 'index', constant: 'constant' },
    roles: {
      both: 'Input and target',
      input: 'Input',
      target: 'Target',
      id: 'Series ID',
      label: 'Label',
      none: 'Left out',
    },
  },
  labels: (count: number) => `Labels (${integer(count)})`,
  more: (count: number) => `and ${integer(count)} more`,
  first: 'First rows',
  notes: 'Remarks',
  missingWanted: 'Some values are missing: choose what to do about them.',
  gestures: {
    about: (rate: number) =>
      `Record at least three examples of each gesture, better ten; then train a classifier and draw to see what it recognizes. Strokes are measured ${rate} times a second and stay on this machine.`,
    first: ['circle', 'line', 'zigzag'],
    numbered: (number: number) => `gesture ${integer(number)}`,
    list: 'Gestures',
    name: (number: number) => `Name of gesture ${integer(number)}`,
    record: (name: string) => `Record ${name}`,
    examples: (count: number) => plural(count, 'example', 'examples'),
    deleteLast: 'Delete last',
    remove: 'Remove',
    removeOf: (name: string) => `Remove ${name}`,
    add: 'Add a gesture',
    import: 'Import CSV…',
    export: 'Export CSV',
    notGestures: 'Expected a CSV with the columns of an export: id, t, the measurements, label.',
    source: 'Source',
    sources: { pointer: 'Pointer or touch', motion: 'Motion sensor' },
    denied: 'Access to the motion sensor was denied.',
    mode: 'Mode',
    modes: { record: 'Record', recognize: 'Recognize' },
    draw: (name: string) => `Draw here: ${name}`,
    try: 'Draw here to have it recognized',
    start: 'Start the movement',
    stop: 'End the movement',
    tooShort: 'This stroke is too short to be a gesture.',
    replay: (name: string) => `Recognize the last ${name}`,
    train: 'Train on these',
    wanted: (fewest: number) =>
      `Two or more gestures with different names and ${fewest} examples each are needed.`,
    ready: 'Ready to train.',
    learning: (step: string, accuracy: string) => `Step ${step}, accuracy ${accuracy}`,
  },
  cancel: 'Cancel',
  select: 'Select without training',
  train: 'Train',
};

export type DataWords = typeof data;
