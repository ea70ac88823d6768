// The equation behind each control, the same in every language. Letters as in core/README.md: T, N, D, H, V; ₋ is
// one step before.
import { DESCRIPTORS, SETTING_NAMES, type SettingName } from '../settings/settings';

/** Controls beside the settings: the options of cells, and what only a view or a question has. */
const others = {
  preset: 'h = φ(h₋, x),  o = ψ(h)',
  activation: 'h = φ(U·x + W·h₋ + b)',
  cellInput: 'c = f∘c₋ + i∘g,  g = tanh(a)  or  σ(a)',
  forgetBias: 'f = σ(U·x + W·h₋ + b)',
  highwayBias: 'h = r∘c + (1−r)∘(U_s·x),  r = σ(… + b)',
  cellOutput: 'h = o∘tanh(c)  or  o∘c',
  inputControl: 'h = f∘h₋ + (1−σ(a−1))∘g  or  f∘h₋ + (1−f)∘g,  f = σ(a)',
  candidate: 'n = a,  or  a + ½ above 0 and σ(a) below',
  reset: 'n = tanh(U·x + r∘(W·h₋))  or  tanh(U·x + W·(r∘h₋))',
  smoothing: 's ← k·s + (1−k)·L',
  beam: 'argmax Σₜ log p(yₜ | y₁…yₜ₋₁)',
};

export type HelpName = SettingName | keyof typeof others;

/** Null where a setting has no arithmetic of its own. */
export const equations = {
  ...Object.fromEntries(SETTING_NAMES.map((name) => [name, DESCRIPTORS[name].equation])),
  ...others,
} as Record<HelpName, string | null>;
