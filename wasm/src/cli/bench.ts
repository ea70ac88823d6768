import { cpus } from 'node:os';
import { type Config, createModel, type RuntimeInfo } from 'unfold-rnn';
import { print } from './files.js';
import { interruption } from './interrupt.js';
import type { Arguments, Command } from './options.js';
import { UsageError } from './options.js';

const lstm = (count: number, units: number): Config => ({
  layers: Array.from({ length: count }, () => ({ cell: 'lstm', units })),
});

const networks: Record<string, Config> = {
  'lstm-1x128': lstm(1, 128),
  'lstm-2x256': lstm(2, 256),
  'gru-1x128': { preset: 'gru', units: 128 },
  'rnn-1x256': { preset: 'rnn', units: 256 },
  'dot(s)-rnn-128': { preset: 'dot(s)-rnn', units: 128 },
};

const names = Object.keys(networks).join(', ');

export const bench: Command = {
  summary:
    'Measures trained characters per second (forward, backward and update; 65 symbols, window 64, batch 32, Adam).',
  operands: [],
  options: {
    only: { value: 'NETWORK', default: 'all', help: `one of ${names}` },
    seconds: { value: 'X', default: '2', help: 'of training for each network' },
  },
  run: runBench,
};

async function runBench(args: Arguments): Promise<number> {
  const only = args.text('only')!;
  const seconds = args.number('seconds', { least: 0.05 })!;
  if (only !== 'all' && !Object.hasOwn(networks, only)) {
    throw new UsageError(`--only: expected all or one of ${names}, got '${only}'.`);
  }
  const interrupted = interruption();
  const text = symbols(200_000, 65);
  try {
    if (!args.flag('json') && !args.flag('quiet')) {
      process.stderr.write(`${cpus()[0]?.model ?? 'an unknown processor'}, Node ${process.versions.node}\n`);
    }
    for (const [name, config] of Object.entries(networks)) {
      if (only !== 'all' && only !== name) continue;
      const { rate, parameters, runtime } = await measure(config, text, seconds, args, interrupted.signal);
      await print(
        args.flag('json')
          ? `${JSON.stringify({ network: name, parameters, charactersPerSecond: rate, runtime })}\n`
          : `${name.padEnd(16)}${String(rate).padStart(9)} characters/s  ${String(parameters).padStart(8)} parameters  ${threads(runtime)}\n`,
      );
    }
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
  } finally {
    interrupted.release();
  }
  return interrupted.status;
}

const threads = ({ threads: n, math }: RuntimeInfo) => `${n} thread${n > 1 ? 's' : ''}, ${math}`;

async function measure(config: Config, text: string, seconds: number, args: Arguments, signal: AbortSignal) {
  const model = await createModel({ ...config, clip: 5, validationSplit: 0, evaluateEvery: 0 }, text, {
    ...args.runtime,
    signal,
  });
  try {
    let rate = 0;
    for await (const progress of model.train({ seconds, signal })) rate = progress.tokensPerSecond;
    return { rate: Math.round(rate), parameters: model.info.parameters, runtime: model.info.runtime };
  } finally {
    model.dispose();
  }
}

/** A text without rules: its symbols matter to no one, their number does. */
function symbols(length: number, kinds: number): string {
  let state = 1;
  let text = '';
  for (let i = 0; i < length; ++i) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += String.fromCharCode(48 + ((state >>> 16) % kinds));
  }
  return text;
}
