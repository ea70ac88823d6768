// A checkpoint with its weights in 16 bits: half as much to fetch.
import { at } from './lib.mjs';

/**
 * The same checkpoint in 16 bits, each weight rounded to the nearest, signed anew: the checksum is that of the rounded
 * weights.
 * @param {Uint8Array} checkpoint without an optimizer's moments
 */
export async function inHalves(checkpoint) {
  /** @param {string} file */
  const built = (file) => import(new URL(`file://${at('dist/export', file)}`).href);
  /** @type {typeof import('../wasm/export/safetensors.js')} */
  const { readSafetensors } = await built('safetensors.js');
  /** @type {typeof import('../wasm/export/checkpoint.js')} */
  const { checksum } = await built('checkpoint.js');
  /** @type {typeof import('../wasm/export/onnx/precision.js')} */
  const { halves } = await built('onnx/precision.js');
  const { metadata, tensors } = readSafetensors(checkpoint);

  /** @param {Record<string, string>} metadata */
  const pack = (metadata) => {
    /** @type {Record<string, unknown>} */
    const header = { __metadata__: metadata };
    let size = 0;
    const data = [...tensors].map(([name, { shape, data }]) => {
      const numbers = Buffer.from(halves(name, data).buffer);
      header[name] = { dtype: 'F16', shape, data_offsets: [size, (size += numbers.length)] };
      return numbers;
    });
    const text = Buffer.from(JSON.stringify(header));
    const padded = Buffer.concat([text, Buffer.alloc(-text.length & 7, ' ')]);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(padded.length));
    return Buffer.concat([length, padded, ...data]);
  };
  return pack({ ...metadata, checksum: checksum(readSafetensors(pack(metadata))) });
}
