import { compact } from '../compact.js';
import type { Precision } from '../options.js';
import { base64, pack } from '../pack.js';
import type { Program } from '../program.js';

/** How a module holds matrices: numbers of that type in base64, or text as compact.ts writes it, which becomes float32. */
export type Storage = Precision | 'compact';

/** Constants by name: weights, and periods of clocked layers. */
export function weightsCode({ matrices, vectors, periods }: Program, storage: Storage): string {
  const texts = storage === 'compact' ? matrices : [];
  const { bytes, entries } = pack(
    { matrices: storage === 'compact' ? [] : matrices, vectors },
    storage === 'int8' ? 'int8' : 'float32',
  );
  const types = { float32: 'Float32Array', int8: 'Int8Array' };
  return [
    ...periods.map(({ name, periods: list }) => `const ${name} = [${list.join(', ')}];\n`),
    `const bytes = decode(\n  '${base64(bytes)}',\n);\n`,
    ...entries.map(
      ({ name, type, offset, length }) =>
        `const ${name} = new ${types[type]}(bytes, ${offset}, ${length});\n`,
    ),
    ...texts.map(
      (matrix) =>
        `const ${matrix.name} = unpack(${matrix.rows}, ${matrix.columns},\n  '${compact(matrix)}',\n);\n`,
    ),
  ].join('');
}
