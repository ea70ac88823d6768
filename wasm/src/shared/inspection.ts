/** What the engine saw while a model read a text, made into typed series. */
import type { Inspection, LayerInspection } from './types.js';

/** As it crosses the protocol: one buffer, and where each series lies in it. */
export interface InspectionData {
  /** Of the weights. */
  step: number;
  tokens: number[];
  unknown: string[];
  /** `layer` −1 is the readout; `size` numbers a character, from number `offset` on. */
  series: { layer: number; name: string; size: number; offset: number }[];
  bytes: Uint8Array;
}

/** Bits that each character cost; the first was not predicted. */
function surprises(tokens: readonly number[], probabilities: Float32Array): Float32Array {
  const symbols = probabilities.length / tokens.length;
  const of = (token: number, t: number) =>
    t === 0 ? NaN : -Math.log2(Math.max(probabilities[(t - 1) * symbols + token]!, 1e-45));
  return Float32Array.from(tokens, of);
}

export function inspectionOf(data: InspectionData, vocabulary: readonly string[]): Inspection {
  const { step, tokens, unknown } = data;
  const layers: LayerInspection[] = [];
  let probabilities = new Float32Array();
  for (const { layer, name, size, offset } of data.series) {
    const { buffer, byteOffset } = data.bytes;
    const values = new Float32Array(
      buffer as ArrayBuffer,
      byteOffset + offset * Float32Array.BYTES_PER_ELEMENT,
      size * tokens.length,
    );
    if (layer < 0) probabilities = values;
    else (layers[layer] ??= { units: size, series: {} }).series[name] = values;
  }
  const symbols = tokens.map((token) => vocabulary[token]!);
  return {
    step,
    tokens,
    symbols,
    unknown,
    layers,
    probabilities,
    surprise: surprises(tokens, probabilities),
  };
}
