/** Exported C of networks that write text. */
import type { PlainModel } from '../model.js';
import { encodingC } from './encoding.js';
import { RANDOM_C } from './helpers.js';
import { definesOf, program, put, type TaskCodeC, WRITE } from './shared.js';

export function text(model: PlainModel): TaskCodeC {
  const { unknown, outputs } = model;
  const { code, most, first } = encodingC(model);
  return {
    head: program(
      'A recurrent network that writes text',
      `char text[500];
unfold_sample(&state, "The ", 200, 0.8f, 1, text, sizeof text);
puts(text);
`,
    ),
    defines: definesOf(model, []),
    code: `${RANDOM_C}${code}${WRITE}
/* The state before a text. */
static inline void unfold_start(unfold_state *s) {
  unfold_clear(s);
  unfold_begin(s);
}
/* Reads a symbol; gives UNFOLD_OUTPUTS logits of the next, valid until the next step. */
static inline const float *unfold_step(unfold_state *s, int token) {
  ${put(model)}
  return unfold_advance(s);
}
/* Starts anew and reads a text (a line break, or the first symbol, where it is empty)${unknown ? '' : '; what the network does not know is left out'}. */
static inline const float *unfold_read(unfold_state *s, const char *text) {
  int read = 0, count, tokens[${most}];
  unfold_start(s);
  while (*text) {
    text = unfold_tokens(text, tokens, &count);
    for (int k = 0; k < count; ++k) unfold_step(s, tokens[k]);
    read += count;
  }
  return read ? s->answer : unfold_step(s, ${first});
}
/* Probabilities [UNFOLD_OUTPUTS] of what follows a text. */
static inline void unfold_predict(unfold_state *s, const char *text, float *probabilities) {
  unfold_softmax(probabilities, unfold_read(s, text), ${outputs});
}
/* Writes length symbols that follow a prompt, as far as there is room, with a zero at the end; returns the bytes before it.
   Temperature 0: always the likeliest. */
static inline int unfold_sample(unfold_state *s, const char *prompt, int length, float temperature, uint64_t seed,
                                char *out, size_t size) {
  unfold_random random;
  const float *logits = unfold_read(s, prompt);
  int written = 0;
  memset(&random, 0, sizeof random);
  random.seed = seed;
  if (size) out[0] = 0;
  for (int i = 0; i < length; ++i) {
    const int token = unfold_choose(logits, ${outputs - Number(unknown)}, temperature, &random);
    const int more = unfold_append(out, size, written, unfold_symbols[token]);
    if (more < 0) break;
    written = more;
    logits = unfold_step(s, token);
  }
  return written;
}
`,
  };
}
