// What changes the view alone.
import { choice, flag } from '../descriptor';

export const view = {
  scale: choice('y', ['linear', 'log', 'loglog'], {
    initial: 'linear',
    path: 'view.scale',
    effect: 'view',
    equation: 'y or log y, x or log x',
    spelled: true,
  }),
  /** Which part of the look inside is open. */
  look: choice('lo', ['text', 'network', 'step', 'weights', 'memory'], {
    initial: 'text',
    path: 'view.look',
    effect: 'view',
    equation: null,
  }),
  /** The diagram of the network: folded, or unfolded in time. */
  unfolded: flag('un', {
    path: 'view.unfolded',
    effect: 'view',
    equation: 'h₁ = f(h₀, x₁),  h₂ = f(h₁, x₂),  …',
  }),
};
