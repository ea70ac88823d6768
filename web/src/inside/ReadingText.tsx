import type { Inspection } from 'unfold-rnn';
import { message } from '../i18n/messages';
import { statesOf } from './analysis';
import { decimals } from '../i18n/format';
import { inspector, pointAt } from './inspector';
import { guesses } from './analysis';
import { percent } from './numbers';
import { said, shownIn } from './symbols';

/** Bits at which a character is shaded fully. */
const FULL = 8;

interface Shade {
  /** 0 to 1. */
  strength: number;
  negative: boolean;
}

function shades(seen: Inspection): { of: (t: number) => Shade; spoken: (t: number) => string; most: number } {
  const { colouring, layer, unit } = inspector;
  if (colouring.value === 'neuron') {
    const { values, largest } = statesOf(seen, layer.value, unit.value);
    const most = Math.max(largest, 1e-6);
    return {
      of: (t) => ({ strength: Math.abs(values[t]!) / most, negative: values[t]! < 0 }),
      spoken: (t) => message.look.reading.state(decimals(values[t], 2)),
      most,
    };
  }
  const of = (t: number) => ({ strength: Math.min(1, (seen.surprise[t] || 0) / FULL), negative: false });
  return { of, spoken: () => '', most: FULL };
}

function label(seen: Inspection, t: number): string {
  const symbol = said(seen.symbols[t]!);
  if (t === 0) return message.look.reading.first(symbol);
  const probability = 2 ** -seen.surprise[t]!;
  const guess = guesses(seen, t - 1, 1)[0]!;
  const bits = decimals(seen.surprise[t], 1);
  return `${message.look.reading.character(symbol, bits, percent(probability))} (${percent(guess.probability)})`;
}

function move(event: KeyboardEvent, hidden: number): void {
  const { at, unit, colouring } = inspector;
  const steps: Record<string, number> = {
    ArrowRight: 1,
    ArrowLeft: -1,
    Home: -1e9,
    End: 1e9,
    PageDown: 20,
    PageUp: -20,
  };
  const turn =
    colouring.peek() === 'neuron'
      ? ({ ArrowDown: 1, ArrowUp: -1 } as Record<string, number>)[event.key]
      : undefined;
  const step = steps[event.key];
  if (step === undefined && turn === undefined) return;
  event.preventDefault();
  if (turn !== undefined) unit.value = (unit.peek() + turn + hidden) % hidden;
  else pointAt(at.peek() + step!, event.shiftKey);
}

const indexOf = (event: Event) => {
  const element = (event.target as Element).closest<HTMLElement>('[data-t]');
  return element ? Number(element.dataset.t) : null;
};

/** The passage: shaded characters, one tab stop, the pointed-at one announced. */
export function ReadingText({ seen }: { seen: Inspection }) {
  const { at, anchor, reach, layer } = inspector;
  const { of, spoken } = shades(seen);
  const [from, to] = [Math.min(at.value, anchor.value), Math.max(at.value, anchor.value)];
  const norms = reach.value?.at === at.value ? reach.value.norms : null;
  const most = norms ? Math.max(...norms) : 0;
  const point = (event: PointerEvent) => {
    const t = indexOf(event);
    if (t !== null) pointAt(t, event.shiftKey || event.buttons === 1);
  };
  return (
    <div
      class="reading-text"
      role="listbox"
      tabIndex={0}
      dir="auto"
      aria-label={message.look.reading.passage}
      aria-multiselectable="true"
      aria-activedescendant={`char-${at.value}`}
      data-step={seen.step}
      onKeyDown={(event) => move(event, seen.layers[layer.peek()]!.units)}
      onPointerMove={(event) => event.pointerType === 'mouse' && point(event)}
      onPointerDown={(event) => {
        const t = indexOf(event);
        if (t !== null) pointAt(t, event.shiftKey);
      }}
    >
      {seen.symbols.map((symbol, t) => {
        const { strength, negative } = of(t);
        const weight = norms && t < at.value && most > 0 ? norms[t]! / most : 0;
        return (
          <span
            key={t}
            id={`char-${t}`}
            data-t={t}
            role="option"
            aria-selected={t >= from && t <= to}
            aria-label={t === at.value ? `${label(seen, t)} ${spoken(t)}`.trim() : said(symbol)}
            class={negative ? 'char char-negative' : 'char'}
            style={{ '--shade': strength.toFixed(2), '--mattered': weight.toFixed(2) }}
          >
            {shownIn(symbol)}
          </span>
        );
      })}
    </div>
  );
}

/** What the colours mean. */
export function ReadingScale({ seen }: { seen: Inspection }) {
  const neuron = inspector.colouring.value === 'neuron';
  const { most } = shades(seen);
  const { surpriseScale, neuronScale } = message.look.reading;
  const labels = neuron ? neuronScale(decimals(most, 2)) : surpriseScale;
  return (
    <p class={neuron ? 'scale scale-diverging' : 'scale'} aria-hidden="true">
      {labels.map((text) => (
        <span key={text}>{text}</span>
      ))}
    </p>
  );
}
