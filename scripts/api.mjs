// npm run api [-- --check]: writes wasm/api.md from the declarations in dist/, the help of the command line and the
// examples. A test compares, so that the page is never out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { at, Failure, isMain, main } from './lib.mjs';

// What export/index exports comes from these; they export more for their neighbours.
const exporters = ['export/onnx/index', 'export/pytorch/index', 'export/pytorch/state-dict', 'export/keras'];
const files = ['index', 'errors', 'support', 'types', 'network-types', 'config', 'element', ...exporters];

// Every public name, where a reader looks for it. One that is missing here, or is no more, is an error.
/** @type {[title: string, names: string[]][]} */
const sections = [
  [
    'Functions',
    ['createModel', 'openModel', 'createNetwork', 'preload', 'checkConfig', 'getSchema', 'support'],
  ],
  [
    'Models',
    'Model TrainOptions Progress SampleOptions Sampling Stream Evaluation Split Baselines Settings'.split(
      ' ',
    ),
  ],
  ['Answers of tasks', ['PredictRequest', 'Prediction', 'Answered']],
  ['A look inside', ['Inspection', 'LayerInspection', 'Term', 'Spread']],
  [
    'The tensor level',
    'Network NetworkOptions NetworkTask NetworkInfo Tensor ForwardOptions Forward Backward NetworkState StepOptions'.split(
      ' ',
    ),
  ],
  ['Where and how a model runs', 'Runtime CreateOptions OpenOptions Arithmetic Build WasmModule'.split(' ')],
  ['What a model says of itself', 'ModelInfo Info DataInfo RuntimeInfo CheckedConfig Support'.split(' ')],
  [
    'Configuration',
    (
      'Config Preset Task TaskConfig CorpusConfig LayerConfig EdgeConfig AttentionConfig InitializationConfig ' +
      'OptimizerConfig ScheduleConfig SamplingConfig CanonicalConfig ' +
      'Schema SchemaCell SchemaOption SchemaPreset SchemaCorpus'
    ).split(' '),
  ],
  ['Errors', ['UnfoldError', 'ErrorCode', 'ErrorData', 'Overflow']],
  [
    'Other formats',
    'toOnnx toPyTorch PyTorchProject toStateDict fromStateDict StateDictOptions toKeras KerasProject'.split(
      ' ',
    ),
  ],
  ['The element', ['UnfoldPlayground']],
];

/** Names that a file exports for its neighbours only. */
const internal = new Set(['refuse', 'describe', 'wrap', 'Plan', 'plan']);

/** @type {Record<string, string[]>} */
const notes = {
  'Other formats': ['From `unfold-rnn/export`. They take what `save()` gave, and need no engine.'],
  'The element': ['From `unfold-rnn/element`.'],
};

const examples = [
  ['train.mjs', 'Train, write, save'],
  ['resume.mjs', 'Go on from a file'],
  ['stop.mjs', 'Stop: by leaving the loop, by a signal, by the end of a block'],
  ['compare.mjs', 'Compare networks'],
  ['reverse.mjs', 'One sequence into another'],
  ['adding.mjs', 'The tensor level: a loss of your own'],
  ['lesson.html', 'A live network in a page'],
];

/**
 * The blocks of a declaration file at one depth: {doc, text} each, in order.
 * @param {string} source
 * @param {string} indent
 */
function blocks(source, indent) {
  const found = [];
  let doc = '';
  let text = '';
  for (const line of source.split('\n')) {
    const own = line.slice(indent.length);
    if (!text && own.startsWith('/**')) doc = own;
    else if (!text && doc && !doc.includes('*/')) doc += `\n${own}`;
    else if (own.trim()) {
      text += `${text && '\n'}${own}`;
      const open = (text.match(/[{(]/g) ?? []).length - (text.match(/[})]/g) ?? []).length;
      if (open > 0) continue;
      found.push({ doc: plain(doc), text });
      doc = '';
      text = '';
    }
  }
  return found;
}

/** @param {string} comment */
const plain = (comment) =>
  comment
    .replace(/^\/\*\*\s?|\s*\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .replace(/^@param (\w+)/gm, '- `$1`:')
    .replace(/^@throws UnfoldError/gm, '- throws')
    .trim();

function declarations() {
  const found = new Map();
  const exported = readFileSync(at('dist/export/index.d.ts'), 'utf8');
  for (const file of files) {
    const source = readFileSync(at('dist', `${file}.d.ts`), 'utf8').replace(/^\/\/\/.*\n/gm, '');
    for (const { doc, text } of blocks(source, '')) {
      const name = /^export (?:declare )?(?:interface|type|class|function) (\w+)/.exec(text)?.[1];
      const isPublic = !file.startsWith('export/') || new RegExp(`\\b${name}\\b`).test(exported);
      if (name && isPublic && !internal.has(name)) found.set(name, { doc, text, file });
    }
  }
  return found;
}

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();

/**
 * One row for each member: its name and type, and what is said of it.
 * @param {string} text
 */
function table(text) {
  const body = text.slice(text.indexOf('{\n') + 2, text.lastIndexOf('\n}'));
  const rows = blocks(body, '    ')
    .filter(({ text }) => !/^(private|constructor|static|#|\w+Callback\()/.test(text))
    .map(({ doc, text }) => `| \`${cell(text.replace(/;$/, ''))}\` | ${cell(doc)} |`);
  return rows.length ? `| member | |\n| --- | --- |\n${rows.join('\n')}\n` : '';
}

/** @param {string} name @param {{ doc: string, text: string }} declaration */
function section(name, { doc, text }) {
  const isTable = /^export (?:declare )?(?:interface|class)/.test(text) && text.includes('{\n');
  const head = text.split('{\n')[0].replace(/^export (declare )?/, '');
  const extended = /extends (.*?)\s*$/.exec(head)?.[1];
  const code = text.replace(/^export (declare )?/, '');
  return [
    `### ${name}`,
    doc,
    ...(isTable
      ? [extended && name !== 'UnfoldPlayground' && `Everything of \`${extended.trim()}\`, and:`, table(text)]
      : [`\`\`\`ts\n${code}\n\`\`\``]),
  ]
    .filter(Boolean)
    .join('\n\n');
}

async function commands() {
  /** @param {string} name */
  const load = (name) => import(pathToFileURL(at('dist/cli', `${name}.js`)).href);
  const { helpOf } = await load('options');
  const parts = [];
  for (const [name, file, key] of [
    ...['train', 'sample', 'predict', 'evaluate', 'info'].map((name) => [name, name, name]),
    ['export', 'export', 'exportModel'],
    ['bench', 'bench', 'bench'],
  ]) {
    parts.push(
      `### unfold-rnn ${name}\n\n\`\`\`text\n${helpOf(name, (await load(file))[key]).trim()}\n\`\`\``,
    );
  }
  return parts.join('\n\n');
}

/** The page, as it should be. */
export async function apiPage() {
  const known = declarations();
  const placed = sections.flatMap(([, names]) => names);
  const lost = [...known.keys()].filter((name) => !placed.includes(name));
  const gone = placed.filter((name) => !known.has(name));
  if (lost.length || gone.length) {
    throw new Failure(
      `scripts/api.mjs: without a place: ${lost.join(', ') || 'none'}; gone: ${gone.join(', ') || 'none'}.`,
    );
  }
  const parts = [
    '# API',
    '<!-- Written by scripts/api.mjs from the declarations of the package. Change those, then: npm run api -->',
    'Everything that `unfold-rnn` exports. `unfold-rnn/inline` exports the same functions with the engine inside: no file to serve, no worker, one thread. Losses are in nats a character unless a name says bits; times are in seconds unless they say milliseconds.',
    `Contents: ${[...sections.map(([title]) => title), 'Command line', 'Examples'].map((title) => `[${title}](#${title.toLowerCase().replaceAll(' ', '-')})`).join(' · ')}`,
    ...sections.flatMap(([title, names]) => [
      `## ${title}`,
      ...(notes[title] ?? []),
      ...names.map((name) => section(name, known.get(name) ?? { doc: '', text: '' })),
    ]),
    '## Command line',
    '`npx unfold-rnn` works on files and pipes. Status: 0 done, 1 failed, 2 a wrong command line or configuration, 130 interrupted (and saved, if training).',
    await commands(),
    '## Examples',
    'Each is a file in `wasm/examples/`, and a test.',
    ...examples.flatMap(([file, title]) => [
      `### ${title}`,
      `\`\`\`${file.endsWith('html') ? 'html' : 'js'}\n${readFileSync(at('wasm/examples', file), 'utf8').trim()}\n\`\`\``,
    ]),
  ];
  return `${parts.join('\n\n').replace(/\n{3,}/g, '\n\n')}\n`;
}

if (isMain(import.meta.url)) {
  main(async () => {
    const page = await apiPage();
    const file = at('wasm/api.md');
    if (!process.argv.includes('--check')) return writeFileSync(file, page);
    if (readFileSync(file, 'utf8') !== page)
      throw new Failure('wasm/api.md is out of date; run npm run api.');
  });
}
