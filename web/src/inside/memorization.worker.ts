// Searches the training text beside the page: it may be twenty megabytes.
import { type SharedPassages, sharedPassages } from '../data/sharedPassages';

export type MemorizationRequest =
  { text: Uint8Array; train: number } | { id: number; sample: Uint8Array; heldOut: Uint8Array };

export interface MemorizationResult {
  id: number;
  sample: SharedPassages;
  /** Characters that held-out text of the same length shares with the training text. */
  reference: number;
}

let text = new Uint8Array();
let train = 0;

addEventListener('message', ({ data }: MessageEvent<MemorizationRequest>) => {
  if ('text' in data) {
    text = data.text as Uint8Array<ArrayBuffer>;
    train = data.train;
    return;
  }
  const { id, sample, heldOut } = data;
  const answer: MemorizationResult = {
    id,
    sample: sharedPassages(sample, text, train),
    reference: heldOut.length > 0 ? sharedPassages(heldOut, text, train).characters : 0,
  };
  postMessage(answer);
});
