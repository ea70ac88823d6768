// Searches the training text beside the page: it may be twenty megabytes.
import { type Copied, copied } from './copied';

export type CopiedRequest =
  { text: Uint8Array; train: number } | { id: number; sample: Uint8Array; heldOut: Uint8Array };

export interface CopiedAnswer {
  id: number;
  sample: Copied;
  /** Characters that held-out text of the same length shares with the training text. */
  reference: number;
}

let text = new Uint8Array();
let train = 0;

addEventListener('message', ({ data }: MessageEvent<CopiedRequest>) => {
  if ('text' in data) {
    text = data.text as Uint8Array<ArrayBuffer>;
    train = data.train;
    return;
  }
  const { id, sample, heldOut } = data;
  const answer: CopiedAnswer = {
    id,
    sample: copied(sample, text, train),
    reference: heldOut.length > 0 ? copied(heldOut, text, train).characters : 0,
  };
  postMessage(answer);
});
