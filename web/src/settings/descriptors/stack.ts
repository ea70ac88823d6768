// How several layers are connected.
import { flag } from '../descriptor';

const several = ({ layers }: Readonly<Record<string, unknown>>) => layers !== 1;

export const stack = {
  residual: flag('rs', { equation: 'hˡ ← hˡ + hˡ⁻¹', within: 'config.layers[].residual', when: several }),
  skipInputs: flag('si', { equation: 'aˡ = … + Uˡ·x', within: 'config.layers[].edges', when: several }),
  skipOutputs: flag('so', { equation: 'o = Σ Vˡ·hˡ', within: 'config.readout', when: several }),
};
