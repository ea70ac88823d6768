// npm run api: writes wasm/api.md from the declarations in dist/, the help of the command line and the
// examples. A test compares, so that the page is never out of date. TypeDoc with its Markdown plugin was tried: it gives
// each parameter lines of its own (twice the length, in the order of the alphabet), and the reader's order, the command
// line and the examples would still be ours to write. What reads the declarations is the TypeScript compiler.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { at, Failure, isMain, main } from '../lib.mjs';

/** Where the package's exports point. */
const entries = ['index', 'element', 'diagram/index', 'export/index', 'midi/index'];

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
      'previewDataset',
      'decodeText',
      'forecastCsv',
      'describeNetwork',
      'getSchema',
      'support',
    ],
  ],
  [
    'Models',
    'Model TrainOptions Training Progress SampleOptions Sampling Stream EvaluateOptions DynamicOptions Evaluation LabelMetrics LabelMetric Calibration Split Baselines Backtest ForecastScores ForecastErrors LiveConfig'.split(
      ' ',
    ),
  ],
  [
    'Datasets',
    'Dataset Example Numbers BlobLike DatasetPreview ColumnPreview TableRows NextDates DecodedText'.split(
      ' ',
    ),
  ],
  [
    'Answers of tasks',
    'PredictRequest UnknownSymbol Prediction TextPrediction Hypothesis ClassifyPrediction TagPrediction NumbersPrediction AnyPrediction Predictions ExampleResult'.split(
      ' ',
    ),
  ],
  ['A look inside', ['Inspection', 'LayerInspection', 'Term', 'TensorStats']],
  [
    'The tensor level',
    'Network NetworkConfig NetworkTask NetworkInfo Tensor ForwardOptions Forward Backward NetworkState StepOptions'.split(
      ' ',
    ),
  ],
  [
    'The graph of a network',
    (
      'NetworkGraph GraphScaling GraphScale GraphSizes GraphTotals GraphParameter GraphBuffer GraphLayer GraphScan GraphSignal GraphExpression ' +
      'GraphOperation GraphOperationBase GraphLinear GraphBias GraphActivation GraphLayerNorm GraphCell ' +
      'GraphInterpolate GraphPaddingMask GraphDropout GraphResidual GraphProduct GraphContext GraphInitialState ' +
      'GraphAttention GraphOutputFeedback GraphScheduledSampling'
    ).split(' '),
  ],
  [
    'Drawing a network',
    (
      'diagramOf Diagram Part PartKind Link LinkRole Target layoutOf Layout Box Wire BOX SQUARE isRound equationsOf Answer ' +
      'parametersOf ParameterTerm cellEquations termOf shortOf Formula Piece plainText printed namesIn'
    ).split(' '),
  ],
  ['Where and how a model runs', 'Runtime OpenOptions Arithmetic Build WasmModule'.split(' ')],
  [
    'What a model says of itself',
    'ModelInfo Info BestWeights DataInfo ColumnInfo RuntimeInfo CheckedConfig Support'.split(' '),
  ],
  [
    'Configuration',
    (
      'Config ConfigOf TextConfig Preset Task TaskConfig DatasetConfig FileConfig LayerConfig EdgeConfig ProductConfig FactorConfig EarlierConfig ConcatConfig AttentionConfig InitializationConfig ' +
      'OptimizerConfig OptimizerGroup ScheduleConfig RegularizationConfig AveragingConfig EarlyStoppingConfig ScheduledSamplingConfig CanonicalConfig ' +
      'Schema SchemaCell SchemaOption SchemaPreset SchemaDataset'
    ).split(' '),
  ],
  ['Errors', ['UnfoldError', 'ErrorCode', 'ErrorData', 'Overflow']],
  [
    'Other formats',
    (
      'toFloat16 toOnnx OnnxOptions OnnxPair toPyTorch PyTorchProject toStateDict fromStateDict StateDictOptions importModel ImportOptions toKeras KerasProject ' +
      'toJavaScript toC toNumPy PlainOptions toHtml HtmlOptions'
    ).split(' '),
  ],
  ['MIDI', 'readMidi MidiOptions Music Piece writeMidi MidiTime stepsOf'.split(' ')],
  ['The element', ['UnfoldPlayground']],
];

/** @type {Record<string, string[]>} */
const notes = {
  'Drawing a network': [
    'From `unfold-rnn/diagram`. It takes what `describeNetwork` gave, and needs no engine.',
  ],
  'Other formats': ['From `unfold-rnn/export`. They take what `save()` gave, and need no engine.'],
  MIDI: ['From `unfold-rnn/midi`. It needs no engine.'],
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
    .replace(/^@returns?\b/gm, '- returns')
    .replace(/\{@link ([\w.#]+)\}/g, '`$1`')
    .trim();

/**
 * What is said of a declaration or a member of one.
 * @param {ts.Node} node
 */
const docOf = (node) => plain(ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1)?.getText() ?? '');

/** @typedef {ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.ClassDeclaration |
 *   ts.FunctionDeclaration | ts.VariableStatement} Declaration */

/** Every public declaration by its name: what the entries export, wherever it is declared. */
function declarations() {
  const paths = entries.map((file) => at('dist', `${file}.d.ts`));
  const program = ts.createProgram(paths, { noLib: true });
  const checker = program.getTypeChecker();
  /** @type {Map<string, Declaration>} */
  const found = new Map();
  for (const path of paths) {
    const source = program.getSourceFile(path);
    const module = source && checker.getSymbolAtLocation(source);
    for (const symbol of module ? checker.getExportsOfModule(module) : []) {
      const { declarations } =
        symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      const [node] = declarations ?? [];
      const whole = node && ts.isVariableDeclaration(node) ? node.parent.parent : node;
      if (whole) found.set(symbol.name, /** @type {Declaration} */ (whole));
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
  } else {
    // A function may have several signatures; the first has what is said of it.
    const all = node.getSourceFile().statements;
    const signatures = ts.isFunctionDeclaration(node)
      ? all.filter((other) => ts.isFunctionDeclaration(other) && other.name?.text === name)
      : [node];
    const texts = signatures.map((each) => each.getText().replace(/^export (declare )?/, ''));
    parts.push(`\`\`\`ts\n${texts.join('\n')}\n\`\`\``);
  }
  return parts.filter(Boolean).join('\n\n');
}

async function commands() {
  /** @param {string} name */
  const load = (name) => import(pathToFileURL(at('dist/cli', `${name}.js`)).href);
  const { helpOf } = await load('options');
  const parts = [];
  for (const [name, file, key] of [
    ...['train', 'preview', 'sample', 'predict', 'evaluate', 'info', 'describe'].map((name) => [
      name,
      name,
      name,
    ]),
    ['export', 'export', 'exportModel'],
    ['import', 'import', 'importModel'],
    ...['experiment', 'bench'].map((name) => [name, name, name]),
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
      `scripts/data/api.mjs: without a place: ${lost.join(', ') || 'none'}; gone: ${gone.join(', ') || 'none'}.`,
    );
  }
  const parts = [
    '# API',
    '<!-- Written by scripts/data/api.mjs from the declarations of the package. Change those, then: npm run api -->',
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

if (isMain(import.meta.url)) main(async () => writeFileSync(at('wasm/api.md'), await apiPage()));
