/** What a network of a text writes, sample after sample. */
import { element } from './dom.js';

/** Samples that stay. */
const KEPT = 30;

export class LogFace {
  readonly root = element('div', '', 'log');

  constructor() {
    this.root.tabIndex = 0;
    this.root.setAttribute('role', 'log');
    this.root.setAttribute('aria-live', 'off'); // a stream of nonsense is not for reading aloud
    this.root.setAttribute('aria-label', 'What the network writes');
    this.clear();
  }

  clear(): void {
    this.root.replaceChildren(element('p', 'Nothing is written yet.', 'hint'));
  }

  /** A new sample; what it gives appends to it. */
  sample(step: number): (piece: string) => void {
    this.root.querySelector('.hint')?.remove();
    const text = element('p');
    text.append(element('span', `step ${step.toLocaleString('en')}`, 'when'), '');
    while (this.root.childElementCount >= KEPT) this.root.firstElementChild!.remove();
    const follows = this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < 40;
    this.root.append(text);
    return (piece) => {
      text.lastChild!.textContent += piece;
      if (follows) this.root.scrollTop = this.root.scrollHeight;
    };
  }
}
