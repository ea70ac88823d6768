// Named networks beyond those of the engine, each given by a few settings of the page. They are described like the
// engine's own: a sentence, the equations, the source.
import type { Settings } from './settings';
import type { TaskName } from '../tasks/names';

export interface CatalogPreset {
  name: string;
  label: string;
  sentence: string;
  equations: string;
  source: string;
  /** What it sets; every other part of the architecture has its first value. */
  settings: Partial<Settings>;
  /** Where it can be asked for something; everywhere without. */
  tasks?: readonly TaskName[];
}

/** Where the whole sequence is there before the answer. */
const WHOLE: readonly TaskName[] = ['classify', 'tag', 'regress'];

export const PRESET_CATALOG: readonly CatalogPreset[] = [
  {
    name: 'output-recurrent-rnn',
    label: 'RNN with output recurrence',
    sentence: 'The new state depends on both the previous state and the previous output.',
    equations: 'h = tanh(b + U·x + W·h₋ + R·y₋);  o = c + V·h',
    source: 'Goodfellow, Bengio & Courville 2016, 10.2.3',
    settings: { cell: 'rnn', feedback: 'target', outputDelays: '1' },
    tasks: ['next', 'generate', 'translate'],
  },
  {
    name: 'deep-input-rnn',
    label: 'Deep input RNN',
    sentence: 'A layer between the input and the state processes the input before it enters the state.',
    equations: 'a = tanh(U₁·x);  h = tanh(b + U₂·a + W·h₋)',
    source: 'Pascanu et al. 2014',
    settings: { cell: 'rnn', inputDepth: 1 },
  },
  {
    name: 'skip-lstm',
    label: 'Stacked LSTM with skips',
    sentence:
      'Every layer reads the input and feeds the prediction directly, so no error has a long way back.',
    equations: 'hˡ = LSTM(hˡ₋, hˡ⁻¹, x);  o = c + Σ Vˡ·hˡ',
    source: 'Graves 2013',
    settings: { cell: 'lstm', layers: 2, skipInputs: true, skipOutputs: true },
  },
  {
    name: 'residual-lstm',
    label: 'Stacked LSTM, residual',
    sentence: 'A layer adds its output to its input instead of replacing it.',
    equations: 'hˡ = LSTM(hˡ₋, yˡ⁻¹);  yˡ = hˡ + yˡ⁻¹',
    source: 'Wu et al. 2016',
    settings: { cell: 'lstm', layers: 3, residual: true },
  },
  {
    name: 'deep-gated-gru',
    label: 'Deep-gated GRU',
    sentence: 'The gates read the previous state through a hidden layer of their own.',
    equations: 'a = tanh(W₁·h₋ + U₁·x);  r, u, n from W₂·a + U₂·x',
    source: 'Zhang et al., Dive into Deep Learning 9.3',
    settings: { cell: 'gru', transition: 1 },
  },
  {
    name: 'delayed-rnn',
    label: 'RNN with skips through time',
    sentence: 'A second connection reaches four steps back, so errors also have a path a quarter as long.',
    equations: 'h = tanh(b + U·x + W₁·h_{t−1} + W₄·h_{t−4})',
    source: 'Lin et al. 1996',
    settings: { cell: 'rnn', delays: '4' },
  },
  {
    name: 'long-delay-rnn',
    label: 'RNN of long delays only',
    sentence: 'There are no connections over one step: the network works at a slower pace.',
    equations: 'h = tanh(b + U·x + W₂·h_{t−2} + W₄·h_{t−4})',
    source: 'El Hihi & Bengio 1996',
    settings: { cell: 'rnn', delayOne: false, delays: '2,4' },
  },
  {
    name: 'learned-leaky-rnn',
    label: 'Leaky RNN, learned',
    sentence: 'Each unit learns how much of its previous state it keeps.',
    equations: 'h = α∘h₋ + (1−α)∘tanh(U·x + W·h₋);  α = σ(a), learned',
    source: 'Mozer 1992',
    settings: { cell: 'rnn', leak: 'learned', leakFrom: 0, leakTo: 0.95 },
  },
  {
    name: 'bidirectional-rnn',
    label: 'Bidirectional RNN',
    sentence: 'One network reads forwards, one backwards, and the output uses both.',
    equations: 'h→ = tanh(… + W·h→₋);  h← = tanh(… + W′·h←₊);  o = c + V·h→ + V′·h←',
    source: 'Schuster & Paliwal 1997',
    settings: { cell: 'rnn', bidirectional: true },
    tasks: WHOLE,
  },
  {
    name: 'bidirectional-lstm',
    label: 'Bidirectional LSTM',
    sentence: 'Two LSTMs read in opposite directions, and the output uses both.',
    equations: 'h→ = LSTM(h→₋, x);  h← = LSTM(h←₊, x);  o = c + V·h→ + V′·h←',
    source: 'Graves & Schmidhuber 2005',
    settings: { cell: 'lstm', bidirectional: true },
    tasks: WHOLE,
  },
  {
    name: 'encoder-decoder',
    label: 'Encoder–decoder',
    sentence: 'One network encodes the whole input in one vector, another generates the output from it.',
    equations: 'c = h_n;  s₀ = tanh(S·c);  s = f(s₋, y₋, c)',
    source: 'Cho et al. 2014',
    settings: { cell: 'gru', attention: 'none', context: 'both', bidirectional: false },
    tasks: ['translate'],
  },
  {
    name: 'sequence-to-sequence',
    label: 'Sequence to sequence',
    sentence:
      'Deep LSTMs as encoder and decoder; the final states of one are the initial states of the other.',
    equations: 's₀ = S·h_n;  s = LSTM(s₋, y₋)',
    source: 'Sutskever, Vinyals & Le 2014',
    settings: { cell: 'lstm', layers: 2, attention: 'none', context: 'initial', bidirectional: false },
    tasks: ['translate'],
  },
  {
    name: 'attention',
    label: 'Encoder–decoder with attention',
    sentence: 'Before each symbol, the decoder takes a weighted mean over the whole input.',
    equations: 'a = softmax(score(s₋, h));  c = Σ aₛ·hₛ;  s = f(s₋, y₋, c)',
    source: 'Bahdanau, Cho & Bengio 2015',
    settings: { cell: 'gru', attention: 'additive', context: 'initial', bidirectional: true },
    tasks: ['translate'],
  },
];
