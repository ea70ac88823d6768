// Seals and unseals beside the page.
import { type Generation, seal, type Sealed, unseal } from './seal';

export type SealRequest = { id: number } & ({ seal: Generation } | { unseal: Sealed });
/** `failed`: the page is to try it itself, and to say what goes wrong. */
export type SealAnswer = { id: number } & (
  { sealed: Sealed } | { generation: Generation | undefined } | { failed: true }
);

async function answer(request: SealRequest): Promise<void> {
  const { id } = request;
  if ('seal' in request) return postMessage({ id, sealed: await seal(request.seal) } satisfies SealAnswer);
  const generation = await unseal(request.unseal);
  const transfer = generation ? [generation.checkpoint.buffer] : [];
  postMessage({ id, generation } satisfies SealAnswer, { transfer });
}

addEventListener('message', ({ data }: MessageEvent<SealRequest>) => {
  answer(data).catch(() => postMessage({ id: data.id, failed: true } satisfies SealAnswer));
});
