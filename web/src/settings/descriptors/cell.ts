// What belongs to the cell. Its options have controls of their own, from the schema.
import { flag, name, text } from '../descriptor';

const OPTIONS = /^([a-zA-Z]{1,30}:[a-z0-9.-]{1,20}(,(?!$)|$)){0,8}$/;

export const cell = {
  /** Options that differ from the cell's defaults: `forgetBias:0,cellInput:sigmoid`. */
  options: text('co', (written) => OPTIONS.test(written), {
    equation: 'h = f(h₋, x)',
    within: 'config.layers[]',
  }),
  bias: name('bi', { menu: 'biases', equation: 'a = U·x + W·h₋ + b', path: 'config.layers[].bias' }),
  layerNorm: flag('ln', { equation: 'a ← γ·(a − mean) / std + β', path: 'config.layers[].layerNorm' }),
};
