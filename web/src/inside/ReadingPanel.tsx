import { Segmented } from '../controls/Segmented';
import { message } from '../i18n/messages';
import { integer } from '../i18n/format';
import { type Colouring, inspector, type Source, watchReading } from './inspector';
import { ReadingDetail } from './ReadingDetail';
import { ReadingScale, ReadingText } from './ReadingText';
import { useInView } from './useInView';

const SOURCES = Object.entries(message.look.reading.sources) as [Source, string][];
const COLOURINGS = Object.entries(message.look.reading.colourings) as [Colouring, string][];

/** Layer and unit: number fields, so that arrow keys walk through the neurons. */
function NeuronChoice() {
  const { layer, unit, seen } = inspector;
  const layers = seen.value?.layers ?? [];
  const hidden = layers[layer.value]?.units ?? 1;
  const whole = (written: string, most: number) =>
    Math.max(1, Math.min(most, Math.round(Number(written)) || 1)) - 1;
  return (
    <>
      {layers.length > 1 && (
        <label class="inline-field">
          <span>{message.look.reading.layer}</span>
          <input
            type="number"
            min={1}
            max={layers.length}
            value={layer.value + 1}
            onInput={(event) => (layer.value = whole(event.currentTarget.value, layers.length))}
          />
        </label>
      )}
      <label class="inline-field neuron">
        <span>
          {message.look.reading.neuron} {integer(unit.value + 1)}
        </span>
        <input
          type="range"
          min={1}
          max={hidden}
          value={Math.min(unit.value, hidden - 1) + 1}
          style={{ '--at': `${(100 * Math.min(unit.value, hidden - 1)) / Math.max(1, hidden - 1)}%` }}
          onInput={(event) => (unit.value = whole(event.currentTarget.value, hidden))}
        />
      </label>
    </>
  );
}

function Controls() {
  const { source, own, colouring } = inspector;
  const words = message.look.reading;
  return (
    <div class="look-controls">
      <Segmented
        name="source"
        label={words.source}
        value={source.value}
        choices={SOURCES}
        onChoose={(chosen) => (source.value = chosen)}
      />
      <Segmented
        name="colouring"
        label={words.colouring}
        value={colouring.value}
        choices={COLOURINGS}
        onChoose={(chosen) => (colouring.value = chosen)}
      />
      {colouring.value === 'neuron' && <NeuronChoice />}
      {source.value === 'own' && (
        <textarea
          class="reading-own"
          rows={2}
          dir="auto"
          spellcheck={false}
          aria-label={words.own}
          value={own.value}
          onInput={(event) => (own.value = event.currentTarget.value)}
        />
      )}
    </div>
  );
}

export function ReadingPanel() {
  const element = useInView<HTMLDivElement>(watchReading);
  const seen = inspector.seen.value;
  const words = message.look.reading;
  return (
    <div ref={element} class="reading">
      <p class="look-about">{words.about}</p>
      <Controls />
      {inspector.problem.value && <p class="look-problem">{inspector.problem.value}</p>}
      {seen && (
        <div class="reading-columns">
          <div>
            <ReadingText seen={seen} />
            <div class="reading-foot">
              <ReadingScale seen={seen} />
              <p class="look-note">
                {words.matteredAbout} · {message.look.at(integer(seen.step))}
              </p>
              {seen.unknown.length > 0 && <p class="look-note">{words.unknown(seen.unknown.join(' '))}</p>}
            </div>
          </div>
          <ReadingDetail seen={seen} />
        </div>
      )}
    </div>
  );
}
