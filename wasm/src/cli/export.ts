import { mkdir } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { UnfoldError } from 'unfold-rnn';
import { FileError, print, read, write } from './files.js';
import { type Arguments, type Command, UsageError } from './options.js';

type Exporters = typeof import('unfold-rnn/export');
type Precision = 'float32' | 'float16' | 'int8' | 'compact';

/** One file, or a folder of files by name. */
type Exported = Uint8Array | string | object;

interface Target {
  /** What follows the model's name where no path is given; of several files that of their folder. */
  ending: string;
  folder?: string;
  /** Other than float32. */
  precisions?: readonly Precision[];
  write(exporters: Exporters, model: Uint8Array, precision: Precision | undefined): Exported;
}

/** The option of an exporter, if it is one of its values. */
const option = <P extends Precision>(precision: Precision | undefined, ...known: P[]) => {
  const found = known.find((one) => one === precision);
  return found ? { precision: found } : {};
};

const targets: Record<string, Target> = {
  onnx: {
    ending: '.onnx',
    folder: '-onnx',
    precisions: ['float16', 'int8'],
    write: ({ toOnnx }, model, precision) => toOnnx(model, option(precision, 'float32', 'float16', 'int8')),
  },
  pytorch: { ending: '-pytorch', write: ({ toPyTorch }, model) => toPyTorch(model) },
  'state-dict': { ending: '-state-dict.safetensors', write: ({ toStateDict }, model) => toStateDict(model) },
  keras: { ending: '-keras', write: ({ toKeras }, model) => toKeras(model) },
  js: {
    ending: '.mjs',
    precisions: ['int8'],
    write: ({ toJavaScript }, model, precision) => toJavaScript(model, option(precision, 'float32', 'int8')),
  },
  c: {
    ending: '.h',
    precisions: ['int8'],
    write: ({ toC }, model, precision) => toC(model, option(precision, 'float32', 'int8')),
  },
  numpy: { ending: '.py', write: ({ toNumPy }, model) => toNumPy(model) },
  html: {
    ending: '.html',
    precisions: ['compact'],
    write: ({ toHtml }, model, precision) => toHtml(model, option(precision, 'float32', 'compact')),
  },
};

const names = Object.keys(targets).join(', ');
export const exportModel: Command = {
  summary:
    'Writes a saved model in the format of another program. What a format cannot carry is refused by name.',
  operands: ['model'],
  options: {
    to: { value: 'FORMAT', help: `needed: one of ${names}` },
    out: {
      short: 'o',
      value: 'PATH',
      help: "file or folder; without it, beside the model by the model's name",
    },
    precision: {
      value: 'TYPE',
      help: 'of weights: float32; float16 (onnx), int8 (onnx, js, c), compact (html)',
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
  const precision = precisionOf(args.text('precision'), to!, target);
  const exporters = await import('unfold-rnn/export'); // only where it is asked for
  const exported = convert(target, exporters, file, await read(file), precision);
  const single = exported instanceof Uint8Array || typeof exported === 'string';
  const name = file === '-' ? 'model' : basename(file).replace(/\.safetensors$/, '');
  const ending = (!single && target.folder) || target.ending;
  const out = args.text('out') ?? join(file === '-' ? '.' : dirname(file), `${name}${ending}`);
  const written = await save(out, exported);
  await print(
    args.flag('json') ? `${JSON.stringify({ format: to, files: written })}\n` : `${written.join('\n')}\n`,
  );
  return 0;
}

/** What the exporter gives; what it says of damage names the file. */
function convert(
  { write }: Target,
  exporters: Exporters,
  file: string,
  bytes: Uint8Array,
  precision: Precision | undefined,
): Exported {
  try {
    return write(exporters, bytes, precision);
  } catch (error) {
    if (!(error instanceof UnfoldError) || error.code !== 'INVALID_CHECKPOINT') throw error;
    throw new UnfoldError(error.code, `${file}: ${error.message}`, error.toJSON());
  }
}

function precisionOf(
  given: string | undefined,
  to: string,
  { precisions = [] }: Target,
): Precision | undefined {
  if (given === undefined) return undefined;
  const offered: readonly Precision[] = ['float32', ...precisions];
  const precision = offered.find((one) => one === given);
  if (!precision)
    throw new UsageError(
      `--precision: expected ${offered.join(' or ')} for ${to}, got '${given.slice(0, 80)}'.`,
    );
  return precision;
}

async function save(out: string, exported: Exported): Promise<string[]> {
  if (exported instanceof Uint8Array || typeof exported === 'string') {
    await write(out, exported);
    return [out];
  }
  if (out === '-') throw new UsageError('--out: expected a folder for several files, got -.');
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
