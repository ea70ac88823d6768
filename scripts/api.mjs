// npm run api [-- --check]: writes wasm/api.md from the declarations in dist/, the help of the command line and the
// examples. A test compares, so that the page is never out of date. TypeDoc with its Markdown plugin was tried: it gives
// each parameter lines of its own (twice the length, in the order of the alphabet), and the reader's order, the command
// line and the examples would still be ours to write. What reads the declarations is the TypeScript compiler.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { at, Failure, isMain, main } from './lib.mjs';

// What export/index exports comes from these; they export more for their neighbours.
const exporters = [
  'export/float16',
  'export/onnx/index',
  'export/pytorch/index',
  'export/pytorch/state-dict',
  'export/keras',
  'export/plain/javascript/index',
  'export/plain/c/index',
  'export/plain/numpy/index',
  'export/plain/html/index',
  'export/plain/options',
];
const drawing = ['index', 'parts', 'layout', 'formula', 'cell', 'equations'].map((file) => `diagram/${file}`);
const files = [
  'index',
  'errors',
  'support',
  'types',
  'graph-types',
  'network-types',
  'config',
  'element',
  ...drawing,
  ...exporters,
];

// Every public name, where a reader looks for it. One that is missing here, or is no more, is an error.
/** @type {[title: string, names: string[]][]} */
const sections = [
  [
    'Functions',
    [
      'createModel',
      'openModel',
      'createNetwork',
      'preload',
      'checkConfig',
      'describeNetwork',
      'getSchema',
      'support',
    ],
  ],
  [
    'Models',
    'Model TrainOptions Training Progress SampleOptions Sampling Stream Evaluation Split Baselines Settings'.split(
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
  [
    'The graph of a network',
    (
      'NetworkGraph GraphSizes GraphTotals GraphParameter GraphBuffer GraphLayer GraphScan GraphSignal GraphExpression ' +
      'GraphOperation GraphOperationBase GraphLinear GraphBias GraphActivation GraphLayerNorm GraphCell ' +
      'GraphInterpolate GraphPaddingMask GraphDropout GraphResidual GraphProduct GraphContext GraphInitialState ' +
      'GraphAttention GraphOutputFeedback GraphScheduledSampling'
    ).split(' '),
  ],
  [
    'Drawing a network',
    (
      'diagramOf Diagram Part PartKind Link LinkRole Target layoutOf Layout Box Wire isRound equationsOf Answer ' +
      'parametersOf ParameterTerm cellEquations termOf shortOf Formula Piece plainText printed namesIn'
    ).split(' '),
  ],
  ['Where and how a model runs', 'Runtime CreateOptions OpenOptions Arithmetic Build WasmModule'.split(' ')],
  ['What a model says of itself', 'ModelInfo Info DataInfo RuntimeInfo CheckedConfig Support'.split(' ')],
  [
    'Configuration',
    (
      'Config Preset Task TaskConfig CorpusConfig LayerConfig EdgeConfig ProductConfig FactorConfig AttentionConfig InitializationConfig ' +
      'OptimizerConfig ScheduleConfig SamplingConfig CanonicalConfig ' +
      'Schema SchemaCell SchemaOption SchemaPreset SchemaCorpus'
    ).split(' '),
  ],
  ['Errors', ['UnfoldError', 'ErrorCode', 'ErrorData', 'Overflow']],
  [
    'Other formats',
    (
      'toFloat16 toOnnx OnnxOptions OnnxPair toPyTorch PyTorchProject toStateDict fromStateDict StateDictOptions toKeras KerasProject ' +
      'toJavaScript toC toNumPy PlainOptions toHtml HtmlOptions'
    ).split(' '),
  ],
  ['The element', ['UnfoldPlayground']],
];

/** Names that a file exports for its neighbours only. */
const internal = new Set([
  'mismatch',
  'refuse',
  'describe',
  'wrap',
  'Plan',
  'plan',
  'precisionOf',
  'javaScriptOf',
  'literalC',
]);

/** @type {Record<string, string[]>} */
const notes = {
  'Drawing a network': [
    'From `unfold-rnn/diagram`. It takes what `describeNetwork` gave, and needs no engine.',
  ],
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

/**
 * What is said of a declaration or a member of one.
 * @param {ts.Node} node
 */
const docOf = (node) => plain(ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1)?.getText() ?? '');

/** @typedef {ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.ClassDeclaration | ts.FunctionDeclaration} Declaration */

/** @param {ts.Node} node @returns {node is Declaration} */
const isDeclaration = (node) =>
  [
    ts.isInterfaceDeclaration,
    ts.isTypeAliasDeclaration,
    ts.isClassDeclaration,
    ts.isFunctionDeclaration,
  ].some((is) => is(node));

/** Every public declaration by its name. */
function declarations() {
  /** @type {Map<string, Declaration>} */
  const found = new Map();
  const names = (/** @type {string} */ folder) =>
    new Set(readFileSync(at(`dist/${folder}/index.d.ts`), 'utf8').match(/\w+/g));
  const exported = { 'export/': names('export'), 'diagram/': names('diagram') };
  for (const file of files) {
    const path = at('dist', `${file}.d.ts`);
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
    for (const node of source.statements.filter(isDeclaration)) {
      const name = node.name?.text ?? '';
      const isPublic =
        !internal.has(name) &&
        Object.entries(exported).every(([folder, public_]) => !file.startsWith(folder) || public_.has(name));
      if (isPublic && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
        found.set(name, node);
    }
  }
  return found;
}

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();

/**
 * One row for each member: its name and type, and what is said of it.
 * @param {readonly ts.Node[]} members
 */
function table(members) {
  const rows = members
    .filter((member) => !/^(private|constructor|static|#|\w+Callback\()/.test(member.getText()))
    .map((member) => `| \`${cell(member.getText().replace(/;$/, ''))}\` | ${cell(docOf(member))} |`);
  return rows.length ? `| member | |\n| --- | --- |\n${rows.join('\n')}\n` : '';
}

/** @param {string} name @param {Declaration} node */
function section(name, node) {
  const parts = [`### ${name}`, docOf(node)];
  if ('members' in node && node.members.length) {
    const bases = node.heritageClauses?.flatMap(({ types }) => types.map((type) => type.getText())) ?? [];
    if (bases.length && name !== 'UnfoldPlayground')
      parts.push(`Everything of \`${bases.join(', ')}\`, and:`);
    parts.push(table(node.members));
  } else parts.push(`\`\`\`ts\n${node.getText().replace(/^export (declare )?/, '')}\n\`\`\``);
  return parts.filter(Boolean).join('\n\n');
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
      ...names.flatMap((name) => {
        const node = known.get(name);
        return node ? [section(name, node)] : [];
      }),
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
