import { mkdir } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { FileError, print, read, write } from './files.js';
import { type Arguments, type Command, UsageError } from './options.js';

type Exporter = 'toOnnx' | 'toPyTorch' | 'toStateDict' | 'toKeras';

/** Where a format goes, and by which function of `unfold-rnn/export`. */
const targets: Record<string, { call: Exporter; ending: string }> = {
  onnx: { call: 'toOnnx', ending: '.onnx' },
  pytorch: { call: 'toPyTorch', ending: '-pytorch' },
  'state-dict': { call: 'toStateDict', ending: '-state-dict.safetensors' },
  keras: { call: 'toKeras', ending: '-keras' },
};

const names = Object.keys(targets).join(', ');

/** One file, or a folder of files by name. */
type Exported = Uint8Array | object;

export const exportModel: Command = {
  summary:
    'Writes a saved model in the format of another program. What a format cannot carry is refused by name.',
  operands: ['model'],
  options: {
    to: { value: 'FORMAT', help: `one of ${names}` },
    out: {
      short: 'o',
      value: 'PATH',
      help: "file or folder; without it, beside the model by the model's name",
    },
  },
  run: runExport,
};

async function runExport(args: Arguments): Promise<number> {
  const [file] = args.operands as [string];
  const to = args.text('to');
  const target = to === undefined ? undefined : Object.hasOwn(targets, to) ? targets[to] : undefined;
  if (!target)
    throw new UsageError(`--to: expected one of ${names}, got ${to === undefined ? 'nothing' : `'${to}'`}.`);
  const name = file === '-' ? 'model' : basename(file).replace(/\.safetensors$/, '');
  const out = args.text('out') ?? join(file === '-' ? '.' : dirname(file), `${name}${target.ending}`);
  const exporters = await import('unfold-rnn/export'); // only where it is asked for
  const written = await save(out, exporters[target.call](await read(file)));
  await print(
    args.flag('json') ? `${JSON.stringify({ format: to, files: written })}\n` : `${written.join('\n')}\n`,
  );
  return 0;
}

async function save(out: string, exported: Exported): Promise<string[]> {
  if (exported instanceof Uint8Array) {
    await write(out, exported);
    return [out];
  }
  const written = [];
  for (const [name, content] of Object.entries(exported) as [string, string | Uint8Array][]) {
    const path = resolve(out, name);
    if (!path.startsWith(resolve(out) + sep)) throw new FileError(`${name} would lie outside ${out}.`);
    await mkdir(dirname(path), { recursive: true });
    await write(path, content);
    written.push(join(out, name));
  }
  return written;
}
