import { openModel } from 'unfold-rnn';
import { print, read } from './files.js';
import { interruption } from './interrupt.js';
import type { Arguments, Command } from './options.js';
import { UsageError } from './options.js';
import { decode, encodingOption, readingOf } from './texts.js';

export const sample: Command = {
  summary: 'Writes with a saved model (- reads it from standard input).',
  operands: ['model'],
  options: {
    prompt: { value: 'TEXT', help: 'go on from this text; - reads it from standard input' },
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
    ...encodingOption,
  },
  run: runSample,
};

async function runSample(args: Arguments): Promise<number> {
  const [file] = args.operands as [string];
  const given = args.text('prompt');
  if (file === '-' && given === '-') throw new UsageError('the model and --prompt both want standard input.');
  const options = {
    length: args.whole('length')!,
    temperature: args.number('temperature', { least: 0 })!,
    topK: args.whole('top-k')!,
    topP: args.number('top-p', { least: 0 })!,
    greedy: args.flag('greedy'),
    ...(args.given('seed') && { seed: args.whole('seed')! }),
  };
  const interrupted = interruption();
  const { signal } = interrupted;
  const bytes = await read(file, signal);
  const piped = given === '-' ? await decode('-', await read('-', signal), readingOf(args)) : undefined;
  const prompt = piped ? new TextDecoder().decode(piped.bytes) : given;
  const model = await openModel(bytes, undefined, { ...args.runtime, signal });
  try {
    const { data, vocabulary } = model.info;
    if (data) throw new UsageError(`this model answers inputs: unfold-rnn predict ${file} INPUT.`);
    // A byte is written as the byte that it is.
    const raw = (piece: string) => (vocabulary.unit === 'byte' ? Buffer.from(piece, 'latin1') : piece);
    const stream = model.sample({ ...options, ...(prompt && { prompt }), signal });
    let text = '';
    try {
      for await (const piece of stream) {
        if (args.flag('json')) text += piece;
        else await print(raw(piece));
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (args.flag('json'))
      await print(`${JSON.stringify({ prompt: prompt ?? '', text, unknown: stream.unknown })}\n`);
    else if (process.stdout.isTTY) await print('\n');
    if (stream.unknown.length && !args.flag('quiet')) {
      const skipped = stream.unknown.map((symbol) => JSON.stringify(symbol)).join(' ');
      process.stderr.write(`Not in the model's vocabulary, and left out of --prompt: ${skipped}.\n`);
    }
    return interrupted.status;
  } finally {
    model.dispose();
    interrupted.release();
  }
}
