/** What the element shows. Everything it is told is text content, never markup. */
import { css } from './style.js';

const SVG = 'http://www.w3.org/2000/svg';

/** Points of the loss line; beyond, neighbours are merged. */
const POINTS = 240;

/** Samples that stay. */
const KEPT = 30;

export interface Actions {
  toggle(): void;
  reset(): void;
}

export class View {
  readonly root = document.createElement('section');
  readonly #button = document.createElement('button');
  readonly #temperature = document.createElement('input');
  readonly #temperatureShown = element('span', '', 'value');
  readonly #facts = {
    step: fact('Step'),
    loss: fact('Bits per character'),
    rate: fact('Characters per second'),
  };
  readonly #chart = document.createElementNS(SVG, 'svg');
  readonly #line = document.createElementNS(SVG, 'polyline');
  readonly #log = document.createElement('div');
  readonly #status = document.createElement('p');
  readonly #alert = document.createElement('p');
  #losses: number[] = [];
  #merged = 1;
  #open: number[] = [];

  constructor(shadow: ShadowRoot, actions: Actions) {
    const sheet = new CSSStyleSheet(); // a strict policy refuses inline styles, not this
    sheet.replaceSync(css);
    shadow.adoptedStyleSheets = [sheet];
    this.root.setAttribute('aria-label', 'A recurrent network that learns to write');
    this.#button.className = 'main';
    this.#button.addEventListener('click', actions.toggle);
    const again = element('button', 'Start over');
    again.addEventListener('click', actions.reset);

    Object.assign(this.#temperature, { type: 'range', min: '0.1', max: '1.5', step: '0.05', value: '0.8' });
    const showTemperature = () => (this.#temperatureShown.textContent = this.temperature.toFixed(2));
    this.#temperature.addEventListener('input', showTemperature);
    showTemperature();
    this.#temperatureShown.setAttribute('aria-hidden', 'true'); // the slider says it
    const label = element('label', 'Temperature ');
    label.append(this.#temperature, this.#temperatureShown);
    const bar = element('div', '', 'bar');
    bar.append(this.#button, again, label);

    this.#chart.setAttribute('viewBox', `0 0 ${POINTS} 40`);
    this.#chart.setAttribute('preserveAspectRatio', 'none');
    this.#chart.setAttribute('role', 'img');
    this.#chart.append(this.#line);
    const facts = element('dl');
    facts.append(...Object.values(this.#facts).map(({ box }) => box));
    const measures = element('div', '', 'measures');
    measures.append(facts, this.#chart);

    this.#log.className = 'log';
    this.#log.tabIndex = 0;
    this.#log.setAttribute('role', 'log');
    this.#log.setAttribute('aria-live', 'off'); // a stream of nonsense is not for reading aloud
    this.#log.setAttribute('aria-label', 'What the network writes');
    this.#status.className = 'hidden';
    this.#status.setAttribute('role', 'status');
    this.#alert.className = 'alert';
    this.#alert.setAttribute('role', 'alert');
    this.#alert.hidden = true;
    this.root.append(bar, measures, this.#alert, this.#log, this.#status);
    shadow.append(this.root);
    this.clear();
  }

  get temperature(): number {
    return Number(this.#temperature.value);
  }

  clear(): void {
    this.#losses = [];
    this.#open = [];
    this.#merged = 1;
    this.#log.replaceChildren(element('p', 'Nothing is written yet.', 'hint'));
    for (const { value } of Object.values(this.#facts)) value.textContent = '–';
    this.#draw();
    this.fail('');
  }

  running(is: boolean, sentence: string): void {
    this.#button.textContent = is ? 'Pause' : 'Train';
    this.#status.textContent = sentence;
  }

  fail(message: string): void {
    this.#alert.textContent = message;
    this.#alert.hidden = !message;
  }

  progress(step: number, bits: number, rate: number, losses: Iterable<number>): void {
    this.#facts.step.value.textContent = step.toLocaleString('en');
    this.#facts.loss.value.textContent = bits.toFixed(2);
    this.#facts.rate.value.textContent = Math.round(rate).toLocaleString('en');
    for (const loss of losses) this.#add(loss / Math.LN2);
    this.#draw();
  }

  /** A new sample; what it gives appends to it. */
  sample(step: number): (piece: string) => void {
    this.#log.querySelector('.hint')?.remove();
    const text = element('p');
    text.append(element('span', `step ${step.toLocaleString('en')}`, 'when'), '');
    while (this.#log.childElementCount >= KEPT) this.#log.firstElementChild!.remove();
    const follows = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 40;
    this.#log.append(text);
    return (piece) => {
      text.lastChild!.textContent += piece;
      if (follows) this.#log.scrollTop = this.#log.scrollHeight;
    };
  }

  #add(bits: number): void {
    this.#open.push(bits);
    if (this.#open.length < this.#merged) return;
    this.#losses.push(mean(this.#open.splice(0)));
    if (this.#losses.length <= POINTS) return;
    this.#merged *= 2;
    this.#losses = Array.from({ length: POINTS / 2 }, (_, i) => mean(this.#losses.slice(2 * i, 2 * i + 2)));
  }

  #draw(): void {
    const losses = this.#losses;
    const top = Math.max(...losses, 1);
    const wide = Math.max(losses.length - 1, 1);
    const points = losses.map(
      (bits, i) => `${((i / wide) * POINTS).toFixed(1)},${(38 - (bits / top) * 36).toFixed(1)}`,
    );
    this.#line.setAttribute('points', points.join(' '));
    const [first, last] = [losses[0], losses.at(-1)];
    const sentence =
      first === undefined
        ? 'Loss: nothing yet'
        : `Loss: from ${first.toFixed(1)} to ${last!.toFixed(1)} bits per character`;
    this.#chart.setAttribute('aria-label', sentence);
  }
}

const mean = (numbers: number[]) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

function element(name: string, text = '', className = ''): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function fact(name: string) {
  const box = element('div');
  const value = element('dd', '–');
  box.append(element('dt', name), value);
  return { box, value };
}
