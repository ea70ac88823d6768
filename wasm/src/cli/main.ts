#!/usr/bin/env node
/** unfold-rnn: trains, samples, measures and converts models from a shell. */
import { UnfoldError } from 'unfold-rnn';
import { bench } from './bench.js';
import { describe } from './describe.js';
import { evaluate } from './evaluate.js';
import { experiment } from './experiment.js';
import { exportModel } from './export.js';
import { causeOf, FileError } from './files.js';
import { importModel } from './import.js';
import { info } from './info.js';
import { Interrupted } from './interrupt.js';
import { Arguments, type Command, helpOf, UsageError } from './options.js';
import { predict } from './predict.js';
import { preview } from './preview.js';
import { sample } from './sample.js';
import { train } from './train.js';
import { version } from './version.js';

const commands: Record<string, Command> = {
  train,
  preview,
  sample,
  predict,
  evaluate,
  info,
  describe,
  export: exportModel,
  import: importModel,
  experiment,
  bench,
};

const STATUS = { done: 0, failed: 1, usage: 2 };

function overview(): string {
  const lines = Object.entries(commands).map(
    ([name, { summary }]) => `  ${name.padEnd(12)}${summary.replaceAll('\n', ' ').split(/(?<=\.) /)[0]}`,
  );
  return `unfold-rnn <command> [options]

${lines.join('\n')}

unfold-rnn <command> --help shows every option with its default; unfold-rnn --version the version.
Status: 0 done, 1 failed, 2 a wrong command line or configuration, 130 interrupted (and saved, if training).
`;
}

async function main([name, ...args]: string[]): Promise<number> {
  if (name === '--version' || name === '-v') return show(`${version}\n`);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const asked = args[0] === undefined ? undefined : find(args[0]);
    await show(asked ? helpOf(args[0]!, asked) : overview());
    return name === undefined ? STATUS.usage : STATUS.done;
  }
  const command = find(name);
  const parsed = new Arguments(args, command);
  if (parsed.flag('help')) return show(helpOf(name, command));
  try {
    return await command.run(parsed);
  } catch (error) {
    if (error instanceof UnfoldError) error.message = spoken(error, parsed, command);
    throw error;
  }
}

/** In the words of the command line, which knows options and files. */
function spoken({ field, message }: UnfoldError, args: Arguments, { operands }: Command): string {
  const file = operands[0]?.endsWith('model') && field === 'file' && args.operands[0];
  if (!file) return args.spoken(message);
  const said = message
    .replace('createModel takes a configuration', 'unfold-rnn train --config takes a configuration')
    .replace('createModel learns from it', 'unfold-rnn train learns from it')
    .replace('that save() gave', 'that train saved');
  const name = file === '-' ? 'standard input' : file;
  return `${name} is no saved model: ${said.replace(`${name}: `, '')}`;
}

function find(name: string): Command {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command) return command;
  throw new UsageError(`there is no command '${name}'; there are ${Object.keys(commands).join(', ')}.`);
}

async function show(text: string): Promise<number> {
  process.stdout.write(text);
  return STATUS.done;
}

/** One line, and in JSON one object, whatever went wrong. */
function fail(error: unknown, json: boolean): number {
  if (error instanceof Interrupted) {
    if (json)
      process.stdout.write(
        `${JSON.stringify({ event: 'error', code: 'ABORTED', message: error.message })}\n`,
      );
    process.stderr.write(`unfold-rnn: ${error.message}\n`);
    process.exit(error.status); // something may still be waiting for input
  }
  const usage =
    error instanceof UsageError ||
    (error instanceof UnfoldError && ['INVALID_CONFIG', 'INVALID_ARGUMENT'].includes(error.code));
  const known = usage || error instanceof UnfoldError || error instanceof FileError;
  const message = error instanceof Error ? error.message : String(error);
  if (json) {
    const data =
      error instanceof UnfoldError ? error.toJSON() : { code: usage ? 'USAGE' : 'FAILED', message };
    process.stdout.write(`${JSON.stringify({ event: 'error', ...data })}\n`);
  }
  process.stderr.write(`unfold-rnn: ${known ? message : ((error as Error)?.stack ?? message)}\n`);
  return usage ? STATUS.usage : STATUS.failed;
}

// A reader that has enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(STATUS.done);
  process.stderr.write(`unfold-rnn: standard output cannot be written: ${causeOf(error)}.\n`);
  process.exit(STATUS.failed);
});
process.stderr.on('error', () => {}); // nobody is left to tell

const args = process.argv.slice(2);
try {
  process.exitCode = await main(args);
} catch (error) {
  process.exitCode = fail(error, args.includes('--json'));
}
