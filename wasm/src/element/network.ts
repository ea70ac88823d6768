/** The network as a diagram: a part that is pressed shows what it computes. */
import {
  type Diagram,
  diagramOf,
  equationsOf,
  type Formula,
  isRound,
  layoutOf,
  type Part,
  shortOf,
  SQUARE,
} from '../diagram/index.js';
import type { NetworkGraph } from '../shared/graph-types.js';
import { drawing, element } from './dom.js';

const SIGNS: Partial<Record<Part['kind'], string>> = { sum: '+', product: '⊙' };
const NAMES: Partial<Record<Part['kind'], string>> = {
  remaining: 'Steps left',
  pooled: 'Pooling',
  output: 'Prediction',
};
/** Characters for which a box has room. */
const ROOM = 17;

function labelOf(part: Part): string {
  if (part.operation?.operation === 'cell') return part.operation.cell;
  if (part.kind === 'hidden') return part.activation;
  if (part.kind === 'interpolation' || part.kind === 'operation') return shortOf(part);
  return NAMES[part.kind] ?? part.kind[0]!.toUpperCase() + part.kind.slice(1);
}

function set(formula: Formula): HTMLElement {
  const line = element('p', '', 'formula');
  const tags = { name: 'var', sub: 'sub', sup: 'sup' } as const;
  line.append(...formula.map(({ text, style }) => (style ? element(tags[style], text) : text)));
  return line;
}

export class NetworkFace {
  readonly root = element('div', '', 'network');
  readonly #drawn = element('div', '', 'drawn');
  readonly #formulas = element('div', '', 'formulas');

  constructor() {
    this.#drawn.tabIndex = 0;
    this.#drawn.setAttribute('role', 'group');
    this.#drawn.setAttribute('aria-label', 'Diagram of the network');
    this.#formulas.setAttribute('aria-live', 'polite');
    this.root.append(this.#drawn, this.#formulas);
  }

  show(graph: NetworkGraph): void {
    const diagram = diagramOf(graph);
    const { boxes, wires, width, height, shift } = layoutOf(diagram, false);
    const svg = drawing('svg', { width, height, viewBox: `${-shift} 0 ${width} ${height}` });
    const arrow = drawing('marker', {
      id: 'arrow',
      viewBox: '0 0 8 8',
      refX: 7,
      refY: 4,
      markerUnits: 'userSpaceOnUse',
      markerWidth: 9,
      markerHeight: 9,
      orient: 'auto',
    });
    arrow.append(drawing('path', { d: 'M0 .5L7.5 4L0 7.5z' }));
    svg.append(arrow);
    for (const { paths, square, plain } of wires) {
      const wire = drawing('g', { class: plain ? 'wire plain' : 'wire' });
      wire.append(...paths.map((d) => drawing('path', { d, 'marker-end': 'url(#arrow)' })));
      if (square) {
        const [x, y] = [square.x - SQUARE, square.y - SQUARE];
        wire.append(drawing('rect', { x, y, width: 2 * SQUARE, height: 2 * SQUARE, rx: 2 }));
        wire.append(text(square.x, square.y, square.text));
      }
      svg.append(wire);
    }
    for (const { part, x, y, width, height } of boxes) {
      const label = labelOf(part);
      const box = drawing('g', { class: `part ${part.kind}`, tabindex: 0, role: 'button' });
      box.append(drawing('rect', { x, y, width, height, rx: isRound(part) ? 17 : 8 }));
      const sign = SIGNS[part.kind];
      if (sign) box.setAttribute('aria-label', label);
      box.append(
        text(x + width / 2, y + height / 2 - (sign ? 0 : 8), sign ?? label.slice(0, ROOM)),
        ...(sign ? [] : [text(x + width / 2, y + height / 2 + 10, String(part.size), 'size')]),
      );
      const choose = () => this.#explain(diagram, part);
      box.addEventListener('click', choose);
      box.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        choose();
      });
      svg.append(box);
    }
    this.#drawn.replaceChildren(svg);
    this.#explain(diagram, diagram.parts.find(({ kind }) => kind === 'cell') ?? diagram.parts[0]!);
  }

  #explain(diagram: Diagram, part: Part): void {
    const title = element('p', `${labelOf(part)}, ${part.size}`, 'title');
    this.#formulas.replaceChildren(title, ...equationsOf(diagram, part).map(set));
  }
}

function text(x: number, y: number, of: string, className = ''): SVGTextElement {
  const made = drawing('text', { x, y, ...(className && { class: className }) });
  made.textContent = of;
  return made;
}
