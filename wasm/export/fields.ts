/** Every field of a configuration is named here: one that a newer version wrote is refused, never dropped. */
import type { CanonicalConfig } from '../config.js';
import { refuse } from '../errors.js';

const network = `version seed unit vocabulary validation embedding tied feedback layers readout initialization window
  batch optimizer schedule clip dropout variationalDropout evaluateEvery`;
/** Of other tasks than `next`. */
const task = 'task corpus';
const layer = `cell hidden activation cellInput forgetBias reset bias edges leak clock zoneout residual layerNorm
  recurrentDropout`;
const edge = 'from delay hidden activation shortcut join';

/** Throws `INVALID_CHECKPOINT` with the name of a field that this version cannot export. */
export function checkFields(config: CanonicalConfig): void {
  const asked = config.task !== undefined;
  check(config, 'config', asked ? `${network} ${task}` : network);
  if (!Array.isArray(config.layers))
    throw refuse('INVALID_CHECKPOINT', 'config.layers', 'a list', config.layers);
  config.layers.forEach((one, l) => {
    check(one, `layers[${l}]`, asked ? `${layer} direction` : layer);
    one.edges?.forEach((e, i) => check(e, `layers[${l}].edges[${i}]`, edge));
  });
  config.readout?.forEach((e, i) => check(e, `readout[${i}]`, edge));
}

function check(object: object, path: string, names: string): void {
  const known = names.split(/\s+/);
  for (const name of Object.keys(object ?? {}))
    if (!known.includes(name))
      throw refuse(
        'INVALID_CHECKPOINT',
        `${path}.${name}`,
        'a field that this version can export',
        'an unknown one',
      );
}
