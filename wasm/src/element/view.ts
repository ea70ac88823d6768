/** What the element shows. Everything it is told is text content, never markup. */
import type { Model, Progress } from '../index.js';
import { Chart } from './chart.js';
import { drawing, element } from './dom.js';
import { FormFace } from './form.js';
import { LogFace } from './log.js';
import { NetworkFace } from './network.js';
import { css } from './style.js';

export type Face = 'text' | 'network' | 'chart';

export interface Actions {
  toggle(): void;
  reset(): void;
  /** The model, made if need be. */
  model(): Promise<Model>;
  fail(error: Error): void;
}

const aText = 'A recurrent network that learns to write';
const aTask = 'A recurrent network';

export class View {
  readonly root = element('section');
  readonly #button = element('button', '', 'main');
  readonly #again = element('button', 'Start over');
  readonly #temperature = element('input');
  readonly #temperatureShown = element('span', '', 'value');
  readonly #facts: Record<'step' | 'loss' | 'rate', ReturnType<typeof fact>>;
  readonly #chart = new Chart();
  readonly #measures = element('div', '', 'measures');
  readonly #status = element('p', '', 'hidden');
  readonly #alert = element('p', '', 'alert');
  readonly #log?: LogFace;
  readonly #form?: FormFace;
  readonly #network?: NetworkFace;
  #trains = true;
  /** Predictions a character of the text. */
  #perCharacter = 1;

  constructor(
    shadow: ShadowRoot,
    readonly face: Face,
    readonly task: string,
    actions: Actions,
  ) {
    const isText = task === 'next';
    const sheet = new CSSStyleSheet(); // a strict policy refuses inline styles, not this
    sheet.replaceSync(css);
    shadow.adoptedStyleSheets = [sheet];
    this.root.setAttribute('aria-label', isText ? aText : aTask);
    this.#facts = {
      step: fact('Step'),
      loss: fact(isText ? 'Bits per character' : 'Loss'),
      rate: fact(isText ? 'Characters per second' : 'Examples per second'),
    };
    this.#bar(actions, isText && face === 'text');
    if (face === 'network') this.#network = new NetworkFace();
    else if (face === 'text' && isText) this.#log = new LogFace();
    else if (face === 'text') this.#form = new FormFace(task, actions.model, actions.fail);
    this.#measure(face === 'chart');
    this.#status.setAttribute('role', 'status');
    this.#alert.setAttribute('role', 'alert');
    this.#alert.hidden = true;
    const main = this.#network?.root ?? this.#log?.root ?? this.#form?.root;
    this.root.append(this.#measures, this.#alert, ...(main ? [main] : []), this.#status);
    shadow.replaceChildren(this.root);
    this.clear();
  }

  #bar(actions: Actions, writes: boolean): void {
    this.#button.addEventListener('click', actions.toggle);
    this.#again.addEventListener('click', actions.reset);
    const bar = element('div', '', 'bar');
    bar.append(this.#button, this.#again);
    Object.assign(this.#temperature, { type: 'range', min: '0.1', max: '1.5', step: '0.05', value: '0.8' });
    const show = () => (this.#temperatureShown.textContent = this.temperature.toFixed(2));
    this.#temperature.addEventListener('input', show);
    show();
    this.#temperatureShown.setAttribute('aria-hidden', 'true'); // the slider says it
    if (writes) {
      const label = element('label', 'Temperature ');
      label.append(this.#temperature, this.#temperatureShown);
      bar.append(label);
    }
    this.root.append(bar);
  }

  #measure(large: boolean): void {
    const facts = element('dl');
    facts.append(...Object.values(this.#facts).map(({ box }) => box));
    if (large) this.#measures.classList.add('large');
    const foot = drawing('line', { x1: 0, y1: 39.5, x2: 240, y2: 39.5 });
    if (large) this.#chart.root.append(foot);
    this.#measures.append(facts, this.#chart.root);
  }

  get temperature(): number {
    return Number(this.#temperature.value);
  }

  clear(): void {
    this.#chart.clear();
    this.#log?.clear();
    this.#form?.clear();
    for (const { value } of Object.values(this.#facts)) value.textContent = '–';
    this.fail('');
  }

  /** What there is to do with a model: train it, or only let it write. */
  opened(model: Model): void {
    this.#trains = model.info.canTrain;
    const { characters, tokens } = model.info;
    this.#perCharacter = characters?.train ? (tokens.train - 1) / characters.train : 1;
    this.#again.hidden = !this.#trains;
    this.#measures.hidden = !this.#trains && this.face !== 'chart';
    this.#button.hidden = !this.#trains && !this.#log;
    if (!this.#trains && this.face === 'chart') this.fail('A model without its text is not trained.');
    this.running(false, '');
    this.#form?.opened(model);
    if (this.#network)
      void model.graph().then(
        (graph) => this.#network!.show(graph),
        () => {}, // the model is gone, and with it this view
      );
  }

  running(is: boolean, sentence: string): void {
    this.#button.textContent = is ? 'Pause' : this.#trains ? 'Train' : 'Write';
    this.#status.textContent = sentence;
  }

  fail(message: string): void {
    if (message) this.#form?.clear(); // an answer beside it would look like that to the question
    this.#alert.textContent = message;
    this.#alert.hidden = !message;
  }

  progress({ step, loss, tokensPerSecond, losses }: Progress): void {
    const text = this.task === 'next';
    const unit = text ? Math.LN2 / this.#perCharacter : 1;
    this.#facts.step.value.textContent = step.toLocaleString('en');
    this.#facts.loss.value.textContent = (loss / unit).toFixed(text ? 2 : 3);
    this.#facts.rate.value.textContent = Math.round(tokensPerSecond).toLocaleString('en');
    this.#chart.add(
      losses.map((one) => one / unit),
      text ? 'bits per character' : '',
    );
  }

  /** A new sample, where samples are shown. */
  sample(step: number): ((piece: string) => void) | undefined {
    return this.#log?.sample(step);
  }
}

function fact(name: string) {
  const box = element('div');
  const value = element('dd', '–');
  box.append(element('dt', name), value);
  return { box, value };
}
