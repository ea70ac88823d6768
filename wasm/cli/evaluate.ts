import { openModel } from 'unfold-rnn';
import { print, read, readTexts } from './files.js';
import { interruption } from './interrupt.js';
import type { Arguments, Command } from './options.js';
import { told } from './train.js';

export const evaluate: Command = {
  summary:
    'Measures a saved model on the held-out end of texts, or on the test examples of its task.\n' +
    'Held out is the share that its configuration calls validation. Without a text: of what is piped in.',
  operands: ['model', '[text…]'],
  options: {
    baselines: { short: 'b', value: 'N', help: 'also n-grams with up to N characters of context, 0 to 8' },
  },
  run: runEvaluate,
};

async function runEvaluate(args: Arguments): Promise<number> {
  const [file, ...texts] = args.operands as [string, ...string[]];
  const highest = args.whole('baselines');
  const interrupted = interruption();
  const { signal } = interrupted;
  const bytes = await read(file);
  // Without its training state a model takes any text.
  const bare = await openModel(bytes, { threads: 1, signal });
  const weights = await bare.save({ optimizer: false });
  const made = bare.info.config.corpus !== undefined;
  bare.dispose();
  const text = made ? new Uint8Array() : await readTexts(texts);
  const model = await openModel(weights, { ...args.runtime, text, signal });
  try {
    const { data } = model.info;
    const split = data?.test ? 'test' : 'validation';
    const measured = await model.evaluate({ split, signal });
    const baselines = highest === undefined ? undefined : await model.baselines({ highest, signal });
    if (args.flag('json')) {
      await print(`${JSON.stringify({ ...measured, ...(baselines && { baselines }) })}\n`);
      return interrupted.status;
    }
    if (data) {
      const lines = [
        `${split} ${told(model, measured)}, ${measured.characters} predictions`,
        `loss ${data.trivialLoss!.toFixed(6)}  without information`,
      ];
      await print(`${lines.join('\n')}\n`);
      return interrupted.status;
    }
    const bits = (nats: number) => `${(nats / Math.LN2).toFixed(4)} bits a character`;
    const lines = [
      `${bits(measured.loss)} (${measured.loss.toFixed(6)} nats), ${measured.characters} characters`,
      ...(baselines ? [`${bits(baselines.uniform)}  every symbol alike`] : []),
      ...(baselines?.markov ?? []).map((loss, n) => `${bits(loss)}  ${n} characters of context, counted`),
    ];
    await print(`${lines.join('\n')}\n`);
    return interrupted.status;
  } catch (error) {
    if (signal.aborted) return interrupted.status;
    throw error;
  } finally {
    model.dispose();
    interrupted.release();
  }
}
