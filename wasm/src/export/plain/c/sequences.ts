/** Exported C of tasks that write sequences of symbols which end: generate and translate. */
import type { PlainModel } from '../model.js';
import { RANDOM_C } from './helpers.js';
import {
  definesOf,
  known,
  loading,
  program,
  put,
  symbolsC,
  tableC,
  type TaskCodeC,
  WRITE,
} from './shared.js';

export function sequences(model: PlainModel): TaskCodeC {
  const { task, context, targets, termination, maxLength, outputs, program: p } = model;
  const source = task === 'translate';
  const input = p.inputs[0];
  const counts = termination === 'count' && p.lengths !== null && input !== null;
  const [ends, halts] = [termination === 'end', termination === 'halt'];
  const argument = source ? ', const char *text' : context ? ', const float *context' : '';
  const pass = source ? ', text' : context ? ', context' : '';
  const n = ends ? targets.length + 1 : targets.length;
  const call = source ? `, "${known(model)}"` : context ? ', context' : '';
  return {
    head: program(
      source
        ? 'A recurrent network that turns one sequence into another'
        : 'A recurrent network that writes sequences',
      `${context ? `static const float context[${context}] = {0};\n` : ''}char text[1000];
if (unfold_predict(&state${call}, text, sizeof text) >= 0) puts(text);
if (unfold_sample(&state${call}, 1.0f, 1, text, sizeof text) >= 0) puts(text);
`,
    ),
    defines: `${definesOf(model, [])}#define UNFOLD_MAX_LENGTH ${maxLength}\n`,
    code: `${RANDOM_C}${source ? symbolsC(model) : ''}
/* What it writes, by token. */
${tableC('targets', targets)}${WRITE}
/* The state before the first symbol; returns -1 ${source ? 'where a symbol is unknown or there are too many, else 0' : 'never'}. */
static inline int unfold_start(unfold_state *s${argument}) {
  unfold_clear(s);
${
  source
    ? `  for (int t = 0; *text; ++t) {
    int token;
    text = unfold_token(text, &token);
    if (token < 0 || t >= UNFOLD_MAX_SOURCE) return -1;
    ${loading({ ...model, numbers: 0 }, 1)}
    s->source_steps = t + 1;
  }
  if (!s->source_steps) return -1;
  unfold_encode(s);
`
    : ''
}  unfold_begin(s${!source && context ? ', context' : ''});
  return 0;
}
/* Reads a symbol, -1 before the first; gives UNFOLD_OUTPUTS numbers, valid until the next step. */
static inline const float *unfold_step(unfold_state *s, int token${counts ? ', float remaining' : ''}) {
  ${put(model)}
${counts && input ? `  s->${input.name}[${input.delay * input.rows}] = remaining;\n` : ''}  return unfold_advance(s);
}
/* Draws a sequence (temperature 0: always the likeliest symbol) as text; returns its bytes, or -1 (no such source, no room). */
static inline int unfold_sample(unfold_state *s${argument}, float temperature, uint64_t seed, char *out, size_t size) {
  unfold_random random;
  int written = 0, token = -1, limit = UNFOLD_MAX_LENGTH;
  memset(&random, 0, sizeof random);
  random.seed = seed;
  if (!size || unfold_start(s${pass}) < 0) return -1;
  out[0] = 0;
${counts ? `  limit = unfold_choose(s->${p.lengths.place.array.name}, ${p.lengths.rows}, temperature > 0 ? 1.0f : 0.0f, &random);\n` : ''}  for (int t = 0; t < limit; ++t) {
    const float *x = unfold_step(s, token${counts ? `, (float)(limit - t) / ${Math.max(p.lengths.rows - 1, 1)}.0f` : ''});
    token = unfold_choose(x, ${n}, temperature, &random);
${ends ? `    if (token == ${targets.length}) break;\n` : ''}    written = unfold_append(out, size, written, unfold_targets[token]);
    if (written < 0) return -1;
${
  halts
    ? `    if (temperature > 0 ? unfold_uniform(&random) < (double)unfold_sigmoid(x[${outputs - 1}]) : x[${outputs - 1}] > 0) break;
`
    : ''
}  }
  return written;
}
/* The likeliest sequence, symbol by symbol. */
static inline int unfold_predict(unfold_state *s${argument}, char *out, size_t size) {
  return unfold_sample(s${pass}, 0, 1, out, size);
}
`,
  };
}
