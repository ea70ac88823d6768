import { openModel, type PredictRequest } from 'unfold-rnn';
import { print, read } from './files.js';
import type { Arguments, Command } from './options.js';
import { UsageError } from './options.js';

export const predict: Command = {
  summary:
    'Answers with a model of a task: a label, labels, numbers or a sequence for each input.\n' +
    'An input is a text, or JSON for numbers; - answers every line of what is piped in.',
  operands: ['model', '[input…]'],
  options: {
    beam: { short: 'b', value: 'N', default: '1', help: 'hypotheses followed at a time' },
    'length-penalty': { value: 'X', default: '0', help: 'prefers longer sequences' },
    temperature: { short: 't', value: 'X', default: '0', help: 'above 0: symbols are drawn' },
    steps: { short: 'n', value: 'N', default: '0', help: 'steps to foretell after the input, of numbers' },
    seed: { value: 'N', help: "of what is drawn; default: the model's" },
  },
  run: runPredict,
};

async function runPredict(args: Arguments): Promise<number> {
  const [file, ...given] = args.operands as [string, ...string[]];
  const model = await openModel(await read(file), { ...args.runtime, threads: 1 });
  try {
    const number = (name: string) => (args.given(name) ? args.number(name) : undefined);
    const common: PredictRequest = {};
    for (const name of ['beam', 'temperature', 'steps', 'seed'] as const) {
      const value = number(name);
      if (value !== undefined) common[name] = value;
    }
    const penalty = number('length-penalty');
    if (penalty !== undefined) common.lengthPenalty = penalty;
    const writes = (model.info.config.task as { name?: string } | undefined)?.name === 'generate';
    if (!given.length && !writes) throw new UsageError('name an input, or - for what is piped in.');
    const inputs: (string | undefined)[] = given.length === 0 ? [undefined] : [];
    for (const input of given) {
      if (input === '-')
        inputs.push(
          ...Buffer.from(await read('-'))
            .toString()
            .split(/\r?\n/)
            .filter(Boolean),
        );
      else inputs.push(input);
    }
    for (const input of inputs) {
      const answer = await model.predict({
        ...common,
        ...(input !== undefined && parsed(input, model.info.data!.numbers > 0)),
      });
      if (args.flag('json')) await print(`${JSON.stringify(answer)}\n`);
      else
        await print(
          `${answer.output ?? answer.outputs?.join('') ?? JSON.stringify(answer.forecast ?? answer.values)}\n`,
        );
    }
    return 0;
  } finally {
    model.dispose();
  }
}

function parsed(input: string, numbers: boolean): PredictRequest {
  if (!numbers) return { input };
  try {
    return { input: JSON.parse(input) as number[][] };
  } catch (error) {
    throw new UsageError(`this model reads rows of numbers as JSON: ${(error as Error).message}.`);
  }
}
