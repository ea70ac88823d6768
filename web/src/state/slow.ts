// One unit's time step, stage by stage: the equations of its cell with the numbers of the moment.
import type { Inspection, LayerConfig, Term } from 'unfold-rnn';

export interface Line {
  /** What is computed, e.g. "c = f·c₋ + i·g". */
  name: string;
  /** The same with numbers, e.g. "0.91·0.40 + 0.12·−0.73". */
  worked: string;
  value: number;
}

export type StageName = 'sums' | 'gates' | 'reset' | 'keep' | 'show' | 'mix' | 'squash' | 'blend';

export interface Stage {
  name: StageName;
  lines: Line[];
}

export interface Moment {
  seen: Inspection;
  terms: readonly Term[];
  layer: LayerConfig;
  /** Gates in the order of the rows, by their names in the schema. */
  gates: readonly string[];
  at: number;
  number: number;
  unit: number;
}

const format = (value: number) => (Object.is(value, -0) ? 0 : value).toFixed(2).replace('-', '−');
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** U·x, W·h₋, b … from the name of a parameter. */
export function termName(parameter: string): string {
  const name = parameter.slice(parameter.lastIndexOf('.') + 1);
  const [kind, from = '', delay] = name.split('_');
  const steps = delay ? `₍₋${delay}₎` : '₋';
  if (kind === 'bias') return from === 'hh' ? 'b′' : 'b';
  const letter = kind === 'shortcut' ? 'S' : from === 'hh' || from === 'yh' ? 'W' : 'U';
  if (from === 'hh') return `${letter}·h${steps}`;
  if (from === 'yh') return `${letter}·y${steps}`;
  return `${letter}·${from === 'ih' || from === 'x' ? 'x' : `h${from.slice(1)}`}${delay ? steps : ''}`;
}

class Unit {
  private readonly hidden: number;
  constructor(private readonly moment: Moment) {
    this.hidden = moment.seen.layers[moment.number]!.hidden;
  }

  /** A state or gate of this unit, `back` steps earlier; 0 before the first. */
  of(name: string, back = 0): number {
    const { seen, number, at, unit } = this.moment;
    const values = seen.layers[number]!.series[name];
    return values && at >= back ? values[(at - back) * this.hidden + unit]! : 0;
  }

  /** The terms of a gate, one number each. */
  parts(gate: number, apart: boolean): { name: string; value: number }[] {
    const { terms, unit } = this.moment;
    return terms
      .filter((term) => term.apart === apart)
      .map(({ name, values }) => ({ name: termName(name), value: values[gate * this.hidden + unit]! }));
  }

  get former(): { h: number; c: number } {
    return { h: this.of('h', 1), c: this.of('c', 1) };
  }
}

const total = (parts: readonly { value: number }[]) => parts.reduce((sum, { value }) => sum + value, 0);

function sumLine(name: string, parts: readonly { name: string; value: number }[]): Line {
  const worked = parts.map((part) => `${part.name} ${format(part.value)}`).join(' + ');
  return { name, worked, value: total(parts) };
}

function lstm(unit: Unit, gates: readonly string[]): Stage[] {
  const [i, f, g, o] = gates.map((name) => unit.of(name)) as [number, number, number, number];
  const { c: before } = unit.former;
  const kept = f * before + i * g;
  return [
    {
      name: 'keep',
      lines: [
        {
          name: 'c = f·c₋ + i·g',
          worked: `${format(f)}·${format(before)} + ${format(i)}·${format(g)}`,
          value: kept,
        },
      ],
    },
    {
      name: 'show',
      lines: [
        {
          name: 'h = o·tanh(c)',
          worked: `${format(o)}·${format(Math.tanh(kept))}`,
          value: o * Math.tanh(kept),
        },
      ],
    },
  ];
}

function gru(unit: Unit): Stage[] {
  const [z, n] = [unit.of('z'), unit.of('n')];
  const { h } = unit.former;
  const value = (1 - z) * n + z * h;
  const worked = `${format(1 - z)}·${format(n)} + ${format(z)}·${format(h)}`;
  return [{ name: 'mix', lines: [{ name: 'h = (1−z)·n + z·h₋', worked, value }] }];
}

/** The candidate of a GRU whose reset gate acts after the product. */
function candidate(unit: Unit): Stage {
  const input = total(unit.parts(2, false));
  const past = total(unit.parts(2, true));
  const r = unit.of('r');
  return {
    name: 'reset',
    lines: [
      {
        name: 'n = tanh(U·x + r·W·h₋)',
        worked: `tanh(${format(input)} + ${format(r)}·${format(past)})`,
        value: unit.of('n'),
      },
    ],
  };
}

function squashed(moment: Moment, unit: Unit): Stage {
  const z = total(unit.parts(0, false));
  const { activation = 'tanh' } = moment.layer;
  const names: Record<string, string> = { relu: 'max(0, Σ)', sigmoid: 'σ(Σ)', identity: 'Σ' };
  const name = names[activation] ?? 'tanh(Σ)';
  const series = moment.seen.layers[moment.number]!.series;
  return {
    name: 'squash',
    lines: [
      { name: `h = ${name}`, worked: name.replace('Σ', format(z)), value: unit.of(series.v ? 'v' : 'h') },
    ],
  };
}

function blended({ layer }: Moment, unit: Unit, answer: number): Stage[] {
  if (layer.leak === undefined && !layer.clock?.length && !layer.zoneout) return [];
  const value = unit.of('h');
  const { h } = unit.former;
  const keep = Math.abs(h - answer) < 1e-6 ? 0 : (value - answer) / (h - answer);
  const worked = `${format(keep)}·${format(h)} + ${format(1 - keep)}·${format(answer)}`;
  return [{ name: 'blend', lines: [{ name: 'h = k·h₋ + (1−k)·h', worked, value }] }];
}

/** The stages of a step, in order. What a peephole or a normalisation adds shows as the difference it makes. */
export function stagesOf(moment: Moment): Stage[] {
  const { gates, layer } = moment;
  const unit = new Unit(moment);
  const apart = moment.terms.some((term) => term.apart);
  const sums = gates.map((gate, row) => {
    const joined =
      apart && row === 2 ? unit.parts(row, false) : [...unit.parts(row, false), ...unit.parts(row, true)];
    return sumLine(gates.length === 1 ? 'Σ' : `Σ(${gate})`, joined);
  });
  const stages: Stage[] = [{ name: 'sums', lines: sums }];
  if (gates.length === 1) {
    stages.push(squashed(moment, unit));
  } else {
    const squashing = (gate: string) =>
      gate === 'g' || gate === 'n' ? (layer.cellInput === 'sigmoid' ? 'σ' : 'tanh') : 'σ';
    const lines = gates
      .map((gate, row): Line => {
        const value = unit.of(gate);
        const sum = sums[row]!.value;
        const function_ = squashing(gate);
        const plain = function_ === 'σ' ? sigmoid(sum) : Math.tanh(sum);
        const inner = function_ === 'σ' ? Math.log(value / (1 - value)) : Math.atanh(value);
        const own = layer.layerNorm || layer.cell === 'peephole-lstm';
        const moved = own && Math.abs(plain - value) > 5e-3 && Number.isFinite(inner);
        const extra = moved && !layer.layerNorm ? ` + ${format(inner - sum)}` : '';
        const shown = moved && layer.layerNorm ? format(inner) : format(sum);
        return { name: `${gate} = ${function_}(Σ)`, worked: `${function_}(${shown}${extra})`, value };
      })
      .filter((_, row) => !(apart && row === 2));
    stages.push({ name: 'gates', lines });
    if (apart) stages.push(candidate(unit));
    stages.push(...(gates.length === 4 ? lstm(unit, gates) : gru(unit)));
  }
  const answer = stages.at(-1)!.lines.at(-1)!.value;
  return [...stages, ...blended(moment, unit, answer)];
}
