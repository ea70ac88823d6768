import { computed, signal } from '@preact/signals';
import { Segmented } from '../controls/Segmented';
import { graphOf } from '../diagram/graph';
import { type Graph, isRound, type Part } from '../diagram/parts';
import { layoutOf, SQUARE } from '../diagram/layout';
import { message } from '../messages';
import { cellOf } from '../state/schema';
import { watchSpreads } from '../state/spreads';
import { set, store, waiting } from '../state/store';
import { Connections, PartDetail } from './PartDetail';
import { nameOf } from './partNames';
import { useInView } from './useInView';

const chosen = signal('cell0');

/** The network chosen on the page; where nothing waits, that is the one at work. */
const graph = computed<Graph | null>(() => {
  const run = waiting.value.length === 0 ? store.run.value : null;
  const config = run?.config ?? store.estimate.value?.config;
  const data = run?.info.data;
  const examples = data && { inputs: data.inputs.length || data.numbers, outputs: data.outputs };
  const symbols = run?.info.vocabulary.size ?? (store.corpus.value?.symbols || 1);
  return config ? graphOf(config, examples ?? symbols) : null;
});

const layout = computed(() => graph.value && layoutOf(graph.value, store.settings.value.unfolded));

function Diagram({ graph }: { graph: Graph }) {
  const drawn = layout.value!;
  const marked = chosen.value;
  const detail = (part: Part) =>
    part.kind === 'cell'
      ? (cellOf(part.detail)?.label ?? part.detail)
      : part.kind === 'hidden'
        ? (message.labels[part.detail] ?? part.detail)
        : part.kind === 'blend'
          ? part.detail
          : nameOf(graph, part);
  return (
    <svg
      class="diagram"
      width={drawn.width}
      height={drawn.height}
      viewBox={`${-drawn.shift} 0 ${drawn.width} ${drawn.height}`}
      role="img"
      aria-label={message.look.network.diagram(graph.parts.length, graph.links.length)}
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
          <text x={x + width / 2} y={y + height / 2 - (isRound(part) ? 0 : 8)}>
            {isRound(part) ? part.detail : detail(part)}
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
  const element = useInView<HTMLDivElement>(watchSpreads);
  const shown = graph.value;
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
            <Diagram graph={shown} />
          </div>
          <PartDetail graph={shown} part={part} />
        </div>
      )}
      {shown && <Connections graph={shown} />}
    </div>
  );
}
