import { tasks } from '../tasks';
import { TASKS } from '../tasks/names';
import { computed, signal } from '@preact/signals';
import {
  type Answer,
  type Diagram,
  diagramOf,
  isRound,
  layoutOf,
  type Part,
  shortOf,
  SQUARE,
} from 'unfold-rnn/diagram';
import { Segmented } from '../controls/Segmented';
import { message } from '../i18n/messages';
import { chosenGraph } from './graph';
import { cellOf } from '../settings/schema';
import { watchHistograms } from './histograms';
import { set, store, waiting } from '../app/store';
import { Connections, PartDetail } from './PartDetail';
import { nameOf } from './partNames';
import { useInView } from './useInView';

const chosen = signal('layers.0.cell');

/** The network chosen on the page; where nothing waits, that is the one at work. */
const diagram = computed<Diagram | null>(() => chosenGraph.value && diagramOf(chosenGraph.value.graph));

const layout = computed(() => diagram.value && layoutOf(diagram.value, store.settings.value.unfolded));

/** What becomes of the sums of the last layer. */
function answerOf(): Answer {
  const task = chosenGraph.value?.config.task;
  const name = TASKS.find((known) => known === (typeof task === 'object' ? task.name : task));
  return name ? tasks[name].output : 'softmax';
}

/** Characters for which a box has room. */
const ROOM = 17;

const fitted = (text: string) => (text.length > ROOM ? `${text.slice(0, ROOM - 1)}…` : text);

/** What stands in a box. */
function labelOf(diagram: Diagram, part: Part): string {
  const { operation } = part;
  if (operation?.operation === 'cell') return cellOf(operation.cell)?.label ?? operation.cell;
  if (part.kind === 'hidden') return message.labels[part.activation] ?? part.activation;
  return part.kind === 'interpolation' || part.kind === 'operation' ? shortOf(part) : nameOf(diagram, part);
}

const SIGNS: Partial<Record<Part['kind'], string>> = { sum: '+', product: '⊙' };

function Drawing({ diagram }: { diagram: Diagram }) {
  const drawn = layout.value!;
  const marked = chosen.value;
  return (
    <svg
      class="diagram"
      width={drawn.width}
      height={drawn.height}
      viewBox={`${-drawn.shift} 0 ${drawn.width} ${drawn.height}`}
      role="img"
      aria-label={message.look.network.diagram(diagram.parts.length, diagram.links.length)}
    >
      <defs>
        <marker
          id="arrow"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerUnits="userSpaceOnUse"
          markerWidth="9"
          markerHeight="9"
          orient="auto"
        >
          <path d="M0 .5L7.5 4L0 7.5z" />
        </marker>
      </defs>
      {drawn.wires.map(({ paths, square, plain, ends }, at) => (
        <g key={at} class={`wire${plain ? ' wire-plain' : ''}${ends.includes(marked) ? ' wire-marked' : ''}`}>
          {paths.map((path, branch) => (
            <path key={branch} d={path} marker-end="url(#arrow)" />
          ))}
          {square && (
            <>
              <rect
                x={square.x - SQUARE}
                y={square.y - SQUARE}
                width={2 * SQUARE}
                height={2 * SQUARE}
                rx="2"
              />
              <text x={square.x} y={square.y}>
                {square.text}
              </text>
            </>
          )}
        </g>
      ))}
      {drawn.boxes.map(({ part, column, x, y, width, height }) => (
        <g
          key={`${part.id} ${column}`}
          class={`part part-${part.kind}${part.id === marked ? ' part-marked' : ''}`}
          onClick={() => (chosen.value = part.id)}
        >
          <rect x={x} y={y} width={width} height={height} rx={isRound(part) ? 17 : 8} />
          <title>{labelOf(diagram, part)}</title>
          <text x={x + width / 2} y={y + height / 2 - (isRound(part) ? 0 : 8)}>
            {SIGNS[part.kind] ?? fitted(labelOf(diagram, part))}
          </text>
          {!isRound(part) && (
            <text class="part-size" x={x + width / 2} y={y + height / 2 + 10}>
              {part.size}
            </text>
          )}
        </g>
      ))}
      {drawn.times.map(({ x, y, text }) => (
        <text key={`${x} ${y}`} class="diagram-time" x={x} y={y}>
          {text}
        </text>
      ))}
    </svg>
  );
}

export function NetworkDiagram() {
  const element = useInView<HTMLDivElement>(watchHistograms);
  const shown = diagram.value;
  const words = message.look.network;
  const part = shown?.parts.find(({ id }) => id === chosen.value) ?? shown?.parts[0];
  const { unfolded } = store.settings.value;
  return (
    <div ref={element} class="network-look">
      <p class="look-about">
        {words.about} {store.run.value && waiting.value.length > 0 && words.waits}
      </p>
      <div class="look-controls">
        <Segmented
          name="unfolded"
          label={words.view}
          value={unfolded ? 'unfolded' : 'folded'}
          choices={[
            ['folded', words.folded],
            ['unfolded', words.unfolded],
          ]}
          onChoose={(view) => set('unfolded', view === 'unfolded')}
        />
        {shown && part && (
          <label class="inline-field">
            <span>{words.part}</span>
            <span class="select">
              <select value={part.id} onChange={(event) => (chosen.value = event.currentTarget.value)}>
                {shown.parts.map((each) => (
                  <option key={each.id} value={each.id}>
                    {nameOf(shown, each)}
                  </option>
                ))}
              </select>
            </span>
          </label>
        )}
      </div>
      {shown && part && (
        <div class={unfolded ? 'network-columns network-wide' : 'network-columns'}>
          <div class="diagram-scroll" tabIndex={0} role="group" aria-label={words.view}>
            <Drawing diagram={shown} />
          </div>
          <PartDetail diagram={shown} part={part} answer={answerOf()} />
        </div>
      )}
      {shown && <Connections diagram={shown} />}
    </div>
  );
}
