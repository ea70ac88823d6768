// The weights at first.
import { fraction, name, whole } from '../descriptor';

const sparse = ({ initInput, initRecurrent, initReadout }: Readonly<Record<string, unknown>>) =>
  [initInput, initRecurrent, initReadout].includes('sparse');

export const weights = {
  initInput: name('ii', {
    menu: 'initializations',
    equation: 'U ~ p(U)',
    path: 'config.initialization.input',
  }),
  initRecurrent: name('ir', {
    menu: 'initializations',
    equation: 'W ~ p(W)',
    path: 'config.initialization.recurrent',
  }),
  initReadout: name('io', {
    menu: 'initializations',
    equation: 'V ~ p(V)',
    path: 'config.initialization.readout',
  }),
  chrono: whole('ct', [0, 1_000_000], {
    equation: 'b_f = ln u,  b_i = −ln u,  u ~ U[1, T−1]',
    path: 'config.initialization.chrono',
    zero: 'off',
  }),
  gain: fraction('ig', [0, 10], { equation: 'W ← g·W', path: 'config.initialization.gain' }),
  nonzeros: whole('nz', [1, 2048], {
    equation: '‖W row‖₀ = k',
    path: 'config.initialization.nonzeros',
    when: sparse,
  }),
  spectralRadius: fraction('sr', [0, 10], {
    equation: 'ρ(W) = max |λ|',
    path: 'config.initialization.spectralRadius',
    when: sparse,
  }),
};
