/** Exported C of tasks that answer each step or a whole sequence: labels, numbers, notes, tensors. */
import { namedOutputs } from '../../number-outputs.js';
import type { PlainModel } from '../model.js';
import { RANDOM_C } from './helpers.js';
import { definesOf, known, loading, program, put, symbolsC, tableC, type TaskCodeC } from './shared.js';

export function answers(model: PlainModel): TaskCodeC {
  const { numbers, context, task, targets, pooled, outputs, program: p } = model;
  const labelled = task === 'classify' || task === 'tag';
  const streams = !pooled && !p.whole;
  const forecasts =
    streams && numbers === outputs / model.answers.per && (task === 'regress' || task === 'notes');
  const answer = namedOutputs(model.answers) || 'the answer';
  const given = context ? ', const float *context' : '';
  const pass = context ? ', context' : '';
  const input = numbers ? 'const float *rows, int steps' : 'const char *text';
  const finish = labelled
    ? `unfold_softmax(OUT, y, ${outputs});`
    : task === 'notes'
      ? `for (int k = 0; k < ${outputs}; ++k) (OUT)[k] = unfold_sigmoid(y[k]);`
      : `unfold_fill(OUT, ${outputs}, y);`;
  const into = (place: string) => finish.replace('OUT', place);
  const most = pooled ? 'UNFOLD_MAX_SOURCE' : 'UNFOLD_MAX_STEPS';
  const load = numbers
    ? `  if (steps < 1 || steps > ${most}) return -1;
  for (int t = 0; t < steps; ++t) ${loading(model, pooled ? 1 : 0)}
`
    : `  int steps = 0;
  for (int t = 0; *text; ++t, ++steps) {
    int token;
    text = unfold_token(text, &token);
    if (token < 0 || t >= ${most}) return -1;
    ${loading(model, pooled ? 1 : 0)}
  }
  if (!steps) return -1;
`;
  const body = streams
    ? streaming(model, into)
    : `  unfold_clear(s);
${load}  s->${pooled ? 'source_steps' : 'steps'} = steps;
${pooled ? '  unfold_encode(s);\n' : ''}  unfold_begin(s${pass});
${
  pooled
    ? `  const float *y = unfold_advance(s);
  ${into('out')}
  return ${task === 'classify' ? 'unfold_best(y)' : '1'};
`
    : `  unfold_run(s);
  for (int t = 0; t < steps; ++t) {
    const float *y = unfold_answer(s, t);
    ${into(`out + t * ${outputs}`)}
  }
  return steps;
`
}`;
  const result = task === 'classify' ? "the likeliest label's number" : pooled ? '1' : 'the number of steps';
  const failed = numbers
    ? streams
      ? ''
      : '-1 where there are too many steps'
    : '-1 where a symbol is unknown or there are too many';
  return {
    head: headOf(model, forecasts),
    defines: definesOf(model, numbers ? [`#define UNFOLD_INPUTS ${numbers}\n`] : []),
    code: `${forecasts ? RANDOM_C : ''}${numbers ? '' : symbolsC(model)}${labelled ? `\n/* What it answers. */\n${tableC('labels', targets)}` : ''}${
      task === 'classify'
        ? `static inline int unfold_best(const float *x) {
  int best = 0;
  for (int v = 1; v < ${outputs}; ++v)
    if (x[v] > x[best]) best = v;
  return best;
}
`
        : ''
    }${streams ? steppingC(model) : ''}
/* Writes ${outputs} numbers ${pooled ? 'for the sequence' : 'for each step'} to out (${labelled ? 'probabilities of the labels' : task === 'notes' ? 'probabilities of the keys' : answer}); returns ${result}${failed ? `, or ${failed}` : ''}. */
static inline int unfold_predict(unfold_state *s${given}, ${input}, float *out) {
${body}}
${forecasts ? forecastC(model) : ''}`,
  };
}

function steppingC(model: PlainModel): string {
  const { numbers, context, program: p } = model;
  const array = p.inputs[0];
  const load = numbers
    ? array
      ? `memcpy(s->${array.name} + ${array.delay * array.rows}, row, ${array.rows} * sizeof(float));`
      : '(void)row;'
    : put(model);
  return `
/* The state before a sequence. */
static inline void unfold_start(unfold_state *s${context ? ', const float *context' : ''}) {
  unfold_clear(s);
  unfold_begin(s${context ? ', context' : ''});
}
/* Reads a step; gives UNFOLD_OUTPUTS numbers, valid until the next. */
static inline const float *unfold_step(unfold_state *s, ${numbers ? 'const float *row' : 'int token'}) {
  ${load}
  return unfold_advance(s);
}
`;
}

function streaming({ numbers, context, outputs }: PlainModel, into: (place: string) => string): string {
  const start = `  unfold_start(s${context ? ', context' : ''});\n`;
  if (numbers)
    return `${start}  for (int t = 0; t < steps; ++t) {
    const float *y = unfold_step(s, rows + t * ${numbers});
    ${into(`out + t * ${outputs}`)}
  }
  return steps;
`;
  return `${start}  int steps = 0;
  for (; *text; ++steps) {
    int token;
    text = unfold_token(text, &token);
    if (token < 0) return -1;
    const float *y = unfold_step(s, token);
    ${into(`out + steps * ${outputs}`)}
  }
  return steps;
`;
}

function forecastC({ task, outputs, numbers, answers }: PlainModel): string {
  const { per, answer } = answers;
  const notes = task === 'notes';
  const next = notes
    ? 'last[k] = temperature > 0 ? (float)(unfold_uniform(&random) < (double)unfold_sigmoid(y[k] / temperature)) : (float)(y[k] > 0);'
    : per > 1
      ? `last[k] = y[${per} * k + ${answer}];`
      : 'last[k] = y[k];';
  return `
/* Writes \`more\` rows to out that follow the given ones, ${per > 1 ? `${namedOutputs(answers)}; the answers, number ${answer} of each, are fed back` : 'each fed back'}. */
static inline void unfold_forecast(unfold_state *s, const float *rows, int steps, int more,${notes ? ' float temperature, uint64_t seed,' : ''} float *out) {
  float last[${outputs / per}] = {0};
${
  notes
    ? `  unfold_random random;
  memset(&random, 0, sizeof random);
  random.seed = seed;
`
    : ''
}  unfold_start(s);
  for (int t = 0; t < steps + more - 1; ++t) {
    const float *y = unfold_step(s, t < steps ? rows + t * ${numbers} : last);
    if (t + 1 < steps) continue;
    for (int k = 0; k < ${outputs / per}; ++k) ${next}
    memcpy(out + (t + 1 - steps) * ${outputs}, ${per > 1 ? `y, ${outputs} * sizeof *y` : 'last, sizeof last'});
  }
}
`;
}

function headOf(model: PlainModel, forecasts: boolean): string {
  const { task, numbers, context, outputs, pooled } = model;
  const title = {
    classify: 'A recurrent network that labels sequences',
    tag: 'A recurrent network that labels each step of a sequence',
    notes: 'A recurrent network that predicts which keys of a piano sound next',
    regress: 'A recurrent network that predicts numbers',
    tensor: 'A recurrent network over sequences of numbers',
  }[task as 'tag'];
  const steps = pooled ? 1 : 4;
  const declare = `${context ? `static const float context[${context}] = {0};\n` : ''}${numbers ? `static const float rows[4 * ${numbers}] = {0.5f};\n` : ''}static float out[${steps} * UNFOLD_OUTPUTS];\n`;
  const input = `${context ? 'context, ' : ''}${numbers ? 'rows, 4' : `"${known(model)}"`}`;
  const show =
    task === 'classify'
      ? 'if (answer >= 0) printf("%s %g\\n", unfold_labels[answer], (double)out[answer]);\n'
      : `printf("%d: %g\\n", answer, (double)out[0]);\n`;
  const more = forecasts
    ? `unfold_forecast(&state, rows, 4, 3, ${task === 'notes' ? '1.0f, 1, ' : ''}out);\n`
    : '';
  void outputs;
  return program(
    title,
    `${declare}const int answer = unfold_predict(&state, ${input}, out);\n${show}${more}`,
  );
}
