import { openModel } from 'unfold-rnn';
import { print, read } from './files.js';
import { interruption } from './interrupt.js';
import type { Arguments, Command } from './options.js';
import { UsageError } from './options.js';

export const sample: Command = {
  summary: 'Writes with a saved model (- reads it from standard input).',
  operands: ['model'],
  options: {
    prime: { value: 'TEXT', help: 'go on from this text; - reads it from standard input' },
    length: { short: 'n', value: 'N', default: '500', help: 'symbols to write' },
    temperature: { short: 't', value: 'X', default: '1', help: '0 is greedy' },
    'top-k': { value: 'N', default: '0', help: 'draw from the k likeliest only; 0 for all' },
    'top-p': {
      value: 'X',
      default: '1',
      help: 'draw from the likeliest that hold this probability together',
    },
    greedy: { help: 'always the likeliest' },
    seed: { value: 'N', help: "instead of the model's own" },
  },
  run: runSample,
};

async function runSample(args: Arguments): Promise<number> {
  const [file] = args.operands as [string];
  const given = args.text('prime');
  if (file === '-' && given === '-') throw new UsageError('the model and --prime both want standard input.');
  const options = {
    length: args.whole('length')!,
    temperature: args.number('temperature', { least: 0 })!,
    topK: args.whole('top-k')!,
    topP: args.number('top-p', { least: 0 })!,
    greedy: args.flag('greedy'),
    ...(args.given('seed') && { seed: args.whole('seed')! }),
  };
  const interrupted = interruption();
  const bytes = await read(file);
  const prime = given === '-' ? Buffer.from(await read('-')).toString('utf8') : given;
  const model = await openModel(bytes, { ...args.runtime, signal: interrupted.signal });
  try {
    const stream = model.sample({ ...options, ...(prime && { prime }), signal: interrupted.signal });
    let text = '';
    try {
      for await (const piece of stream) {
        if (args.flag('json')) text += piece;
        else await print(piece);
      }
    } catch (error) {
      if (!interrupted.signal.aborted) throw error;
    }
    if (args.flag('json'))
      await print(`${JSON.stringify({ prime: prime ?? '', text, unknown: stream.unknown })}\n`);
    else if (process.stdout.isTTY) await print('\n');
    if (stream.unknown.length && !args.flag('quiet')) {
      const skipped = stream.unknown.map((symbol) => JSON.stringify(symbol)).join(' ');
      process.stderr.write(`The model does not know ${skipped}: left out of --prime.\n`);
    }
    return interrupted.status;
  } finally {
    model.dispose();
    interrupted.release();
  }
}
