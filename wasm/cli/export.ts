import { mkdir } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { PlainOptions } from 'unfold-rnn/export';
import { FileError, print, read, write } from './files.js';
import { type Arguments, type Command, UsageError } from './options.js';

type Exporter =
  'toOnnx' | 'toPyTorch' | 'toStateDict' | 'toKeras' | 'toJavaScript' | 'toC' | 'toNumPy' | 'toHtml';

/** Where a format goes, and by which function of `unfold-rnn/export`. */
const targets: Record<string, { call: Exporter; ending: string; precision?: boolean }> = {
  onnx: { call: 'toOnnx', ending: '.onnx' },
  pytorch: { call: 'toPyTorch', ending: '-pytorch' },
  'state-dict': { call: 'toStateDict', ending: '-state-dict.safetensors' },
  keras: { call: 'toKeras', ending: '-keras' },
  js: { call: 'toJavaScript', ending: '.mjs', precision: true },
  c: { call: 'toC', ending: '.h', precision: true },
  numpy: { call: 'toNumPy', ending: '.py' },
  html: { call: 'toHtml', ending: '.html', precision: true },
};

const names = Object.keys(targets).join(', ');
const scaled = Object.keys(targets)
  .filter((name) => targets[name]!.precision)
  .join(', ');

/** One file, or a folder of files by name. */
type Exported = Uint8Array | string | object;

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
    precision: { value: 'TYPE', help: `of weights in ${scaled}: float32 or int8` },
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
  const precision = precisionOf(args.text('precision'), target.precision);
  const exporters = await import('unfold-rnn/export'); // only where it is asked for
  const call = exporters[target.call] as (model: Uint8Array, options?: PlainOptions) => Exported;
  const written = await save(out, call(await read(file), precision));
  await print(
    args.flag('json') ? `${JSON.stringify({ format: to, files: written })}\n` : `${written.join('\n')}\n`,
  );
  return 0;
}

function precisionOf(given: string | undefined, offered = false): PlainOptions {
  if (given === undefined) return {};
  if (!offered) throw new UsageError(`--precision: expected one of ${scaled} in --to.`);
  if (given !== 'float32' && given !== 'int8')
    throw new UsageError(`--precision: expected float32 or int8, got '${given}'.`);
  return { precision: given };
}

async function save(out: string, exported: Exported): Promise<string[]> {
  if (exported instanceof Uint8Array || typeof exported === 'string') {
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
