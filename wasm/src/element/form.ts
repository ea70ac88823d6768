/** A question to a network of a task other than text, and its answer. */
import type { Model, Prediction, PredictRequest } from '../index.js';
import { element } from './dom.js';

/** Steps for which numbers and notes go on. */
const FORECAST = 16;
/** The first of 88 keys, as MIDI numbers them. */
const LOWEST = 21;
/** Labels or alternatives that are shown. */
const MOST = 8;

const rows = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(/[\s,;]+/).map(Number));

interface Form {
  label: string;
  /** What a row has, of a model that is there. */
  columns?(model: Model): string;
  first: string;
  request(text: string, model: Model): PredictRequest;
  lines(answer: Prediction, model: Model): Node[];
}

const line = (text: string) => element('p', text);

function shares(answer: Prediction, { info }: Model): Node[] {
  const labels = info.data?.targets ?? [];
  const all = (answer.probabilities as number[]).map((share, at) => ({ share, label: labels[at] ?? '' }));
  return all
    .sort((a, b) => b.share - a.share)
    .slice(0, MOST)
    .map(({ share, label }) => {
      const row = element('p', '', 'share');
      const bar = element('span', '', 'bar-of');
      bar.style.setProperty('--share', share.toFixed(3));
      bar.setAttribute('aria-hidden', 'true');
      row.append(element('span', label), bar, element('b', `${(100 * share).toFixed(1)} %`));
      return row;
    });
}

const sequences = ({ alternatives = [], output = '' }: Prediction): Node[] => {
  const all = alternatives.length > 0 ? alternatives.map((one) => one.output) : [output];
  return all.slice(0, MOST).map((one) => line(one === '' ? '(nothing)' : one));
};

const number = (value: number) => value.toFixed(3);

const FORMS: Readonly<Record<string, Form>> = {
  classify: {
    label: 'A sequence',
    first: '',
    request: (input) => ({ input }),
    lines: (answer, model) => shares(answer, model),
  },
  tag: {
    label: 'A sequence',
    first: '',
    request: (input) => ({ input }),
    lines: ({ outputs = [] }) => [line(outputs.join(' '))],
  },
  translate: {
    label: 'A sequence',
    first: '',
    request: (input) => ({ input, beamWidth: 4 }),
    lines: sequences,
  },
  generate: {
    label: 'Its seed, a number',
    first: '1',
    request: (text) => ({ temperature: 0.8, seed: Math.abs(Math.trunc(Number(text))) || 1 }),
    lines: sequences,
  },
  regress: {
    label: 'Numbers, a row for each step',
    columns: ({ info }) => {
      const { columns = [], numbers = 1 } = info.data ?? {};
      const read = columns.filter(({ input }) => input);
      const names = read.length === numbers ? read.map(({ name }) => name) : [];
      return numbers > 1
        ? `: ${names.join(', ') || `${numbers} numbers`}, with commas or spaces between`
        : names.map((name) => `: ${name}`).join('');
    },
    first: '0',
    request: (text, { info }) => ({
      input: rows(text),
      ...(info.data?.numbers === info.data?.outputs && isEach(info.config.task) && { steps: FORECAST }),
    }),
    lines: ({ values = [], forecast = [] }) => [
      line(`Answers: ${values.map((row) => row.map(number).join(', ')).join('; ')}`),
      ...(forecast.length > 0
        ? [line(`Goes on: ${forecast.map((row) => row.map(number).join(', ')).join('; ')}`)]
        : []),
    ],
  },
  notes: {
    label: 'Keys, a row for each step (60 is the middle C)',
    first: '60 64 67',
    request: (text, { info }) => {
      const keys = info.data?.numbers ?? 0;
      const input = rows(text).map((row) =>
        Array.from({ length: keys }, (_, key) => +row.includes(key + LOWEST)),
      );
      return { input, steps: FORECAST, temperature: 1 };
    },
    lines: ({ forecast = [] }) =>
      forecast.map((row) => line(row.flatMap((on, key) => (on > 0.5 ? key + LOWEST : [])).join(' ') || '–')),
  },
};

/** Where each step has an answer, a network can go on from its own. */
const isEach = (task: unknown) => (task as { pooling?: string }).pooling === 'none';

export class FormFace {
  readonly root = element('form', '', 'form');
  readonly #input = element('textarea');
  readonly #answer = element('div', '', 'log');
  readonly #label = element('span');
  readonly #form: Form;

  constructor(task: string, model: () => Promise<Model>, fail: (error: Error) => void) {
    const form = FORMS[task] ?? FORMS.classify!; // a task that is none is refused when its network is made
    this.#input.value = form.first;
    this.#input.rows = task === 'regress' || task === 'notes' ? 3 : 1;
    this.#input.spellcheck = false;
    this.#form = form;
    this.#label.textContent = form.label;
    const label = element('label', '');
    label.append(this.#label, ' ', this.#input);
    const ask = element('button', 'Answer');
    ask.type = 'submit';
    this.#answer.setAttribute('role', 'status');
    this.#answer.tabIndex = 0;
    this.#answer.setAttribute('aria-label', 'What the network answers');
    this.root.append(label, ask, this.#answer);
    this.root.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#ask(form, model).catch(fail);
    });
    this.clear();
  }

  opened(model: Model): void {
    this.#label.textContent = this.#form.label + (this.#form.columns?.(model) ?? '');
  }

  clear(): void {
    this.#answer.replaceChildren(element('p', 'Nothing is answered yet.', 'hint'));
  }

  async #ask(form: Form, make: () => Promise<Model>): Promise<void> {
    const model = await make();
    const answer = await model.predict(form.request(this.#input.value, model));
    this.#answer.replaceChildren(...form.lines(answer, model));
  }
}
