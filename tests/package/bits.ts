/** One run and the mark of the checkpoint that it must leave, on every machine, in every build, with any threads. */
export const run = {
  config: {
    layers: [
      { cell: 'lstm', units: 33 },
      { cell: 'gru', units: 17, reset: 'before', leak: { from: 0.1, to: 0.5, learned: true } },
      { cell: 'peephole-lstm', units: 12, zoneout: 0.1 },
    ],
    skipInputs: true,
    dropout: 0.1,
    sequenceLength: 16,
    batchSize: 12,
    evaluateEvery: 50,
    vocabulary: 1024,
    schedule: { name: 'cosine', steps: 200, warmup: 10 },
    seed: 7,
  },
  text: Array.from(
    { length: 400 },
    (_, i) => `${i} sheep and ${(i * i) % 97} goats went up the hill.\n`,
  ).join(''),
  steps: 200,
  /** SHA-256 of the checkpoint after the last step; to be recorded anew when the arithmetic changes on purpose. */
  sha256: '4f1c2b6de97c5d7ed743149a3a1651125f40d57bdc42a53e2612f14106218b9a',
};

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
