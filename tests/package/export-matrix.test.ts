/** Which network can be exported to which format: wasm/export.md, made by trying. `vitest -u` writes it again. */
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import {
  toC,
  toHtml,
  toJavaScript,
  toKeras,
  toNumPy,
  toOnnx,
  toPyTorch,
  toStateDict,
} from 'unfold-rnn/export';
import { createModel, createNetwork, getSchema, UnfoldError } from 'unfold-rnn';
import { texts } from './task-models.js';
import { networkArguments, argumentsOf } from './harness.js';

/** One entry for each format: what it is called, and what makes it. */
const formats: Record<string, (checkpoint: Uint8Array) => unknown> = {
  ONNX: toOnnx,
  PyTorch: toPyTorch,
  'PyTorch state_dict': toStateDict,
  Keras: toKeras,
  JavaScript: toJavaScript,
  C: toC,
  NumPy: toNumPy,
  HTML: toHtml,
};

const small = { units: 4, threads: 1, worker: false, batchSize: 2, seed: 1 } as const;
const lines = (line: string) => Array<string>(12).fill(line).join('\n');

/** A network of each task, by the name of a preset; null where the engine has none. */
const tasks: Record<string, (preset: string) => Promise<Uint8Array>> = {
  next: (preset) => saved({ preset, text: 'a text of some length, '.repeat(20), sequenceLength: 8 }),
  generate: (preset) => saved({ preset, task: 'generate', text: lines('abc') }),
  classify: (preset) => saved({ preset, task: 'classify', text: texts['classify']! }),
  tag: (preset) => saved({ preset, task: 'tag', text: texts['tag']! }),
  translate: (preset) =>
    saved({ preset, dataset: 'reversal', encoder: [{ units: 4 }], attention: 'additive' }),
  regress: (preset) => saved({ preset, task: 'regress', text: texts['regress']! }),
  notes: (preset) => saved({ preset, task: 'notes', text: texts['notes']! }),
  tensor: async (preset) => {
    const network = await createNetwork(
      ...networkArguments({ ...small, preset, task: { inputs: 2, outputs: 1 } }),
    );
    const bytes = await network.save();
    network.dispose();
    return bytes;
  },
};

async function saved(options: object): Promise<Uint8Array> {
  const model = await createModel(...argumentsOf({ ...small, ...options }));
  const bytes = await model.save({ optimizer: false });
  model.dispose();
  return bytes;
}

/** What the engine refuses, it refuses as a configuration. */
async function madeOf(
  make: (preset: string) => Promise<Uint8Array>,
  preset: string,
): Promise<Uint8Array | null> {
  try {
    return await make(preset);
  } catch (error) {
    if (error instanceof UnfoldError && error.code === 'INVALID_CONFIG') return null;
    throw error;
  }
}

test(
  'every network of a preset leaves, or a reason is given that lies in the format',
  { timeout: 600_000 },
  async () => {
    const { presets } = await getSchema({ threads: 1, worker: false });
    const files = new Map<string, Uint8Array | null>();
    for (const { name: preset } of presets)
      for (const [task, make] of Object.entries(tasks))
        files.set(`${preset} ${task}`, await madeOf(make, preset));

    const parts: string[] = [];
    for (const [name, exported] of Object.entries(formats)) {
      const reasons: string[] = [];
      const cell = (bytes: Uint8Array | null): string => {
        if (!bytes) return '–';
        try {
          expect(exported(bytes)).toBeDefined();
          return 'yes';
        } catch (error) {
          expect(error, name).toMatchObject({ code: 'UNSUPPORTED' });
          const { field, actual } = error as UnfoldError;
          const reason = `\`${field}\`: ${actual!.replace(/^'|'$/g, '')}`;
          if (!reasons.includes(reason)) reasons.push(reason);
          return String(reasons.indexOf(reason) + 1);
        }
      };
      const rows = presets.map(({ name: preset }) => {
        const cells = Object.keys(tasks).map((task) => cell(files.get(`${preset} ${task}`)!));
        return `| ${[preset, ...cells].join(' | ')} |`;
      });
      parts.push(
        `## ${name}`,
        [
          `| | ${Object.keys(tasks).join(' | ')} |`,
          `|${' --- |'.repeat(Object.keys(tasks).length + 1)}`,
          ...rows,
        ].join('\n'),
        reasons.length ? reasons.map((reason, k) => `${k + 1}. ${reason}`).join('\n') : 'Every network.',
      );
    }
    const text = `# Formats

Which network can be exported to which format: a row for each preset, a column for each task (translate with attention).
A number refers to the reason, below the table, why the format cannot represent the network; \`–\` marks a network that
does not exist. \`tests/package/export-matrix.test.ts\` generates this page.

${parts.join('\n\n')}
`;
    expect(text).toContain('## ONNX');
    const page = new URL('../../wasm/export.md', import.meta.url).pathname;
    const config = await resolveConfig(page);
    await expect(await format(text, { ...config, parser: 'markdown' })).toMatchFileSnapshot(page);
  },
);
