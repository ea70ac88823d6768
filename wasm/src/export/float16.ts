/** A checkpoint with its weights in 16 bits. */
import { checksum, readCheckpoint } from './checkpoint.js';
import { readSafetensors, writeSafetensors } from './safetensors.js';

/**
 * What `save()` wrote with its weights as float16: half as many bytes to send. `openModel` reads it and computes in
 * float32 as ever; it can write, answer and be trained anew, but not resume: an optimizer's moments do not fit into 16
 * bits and are left out.
 *
 * @param checkpoint what `save()` wrote, with or without the optimizer
 * @returns a safetensors file; each weight is the nearest of 16 bits
 * @throws UnfoldError
 * - `INVALID_CHECKPOINT`: the bytes are not a whole, undamaged file of `save()`
 * - `UNSUPPORTED`: a weight is too large for float16
 */
export function toFloat16(checkpoint: Uint8Array): Uint8Array<ArrayBuffer> {
  const { parameters, file } = readCheckpoint(checkpoint);
  const metadata = { ...file.metadata };
  delete metadata['progress'];
  delete metadata['checksum'];
  // The checksum is that of what is read: of the rounded weights.
  const rounded = readSafetensors(writeSafetensors({ metadata: {}, tensors: parameters }, 'F16'));
  const signed = { ...metadata, checksum: checksum({ metadata, tensors: rounded.tensors }) };
  return writeSafetensors({ metadata: signed, tensors: parameters }, 'F16');
}
