/** What every exported C header brings along: products, gate functions, random numbers. No libm, no allocation. */
import type { Precision } from '../options.js';

const products = (precision: Precision) => {
  const int8 = precision === 'int8';
  const type = int8 ? 'int8_t' : 'float';
  const scale = int8 ? ', const float *scale' : '';
  const scaled = (row: string) => (int8 ? `scale[${row}] * ` : '');
  const value = (at: string) => (int8 ? `(float)w[${at}]` : `w[${at}]`);
  return `
/* y += W x: each sum in eight parts, which compilers turn into vector instructions. */
static inline void unfold_linear(float *y, int rows, const ${type} *w${scale}, const float *x, int columns) {
  for (int r = 0; r < rows; ++r, w += columns) {
    float part[8] = {0, 0, 0, 0, 0, 0, 0, 0};
    int k = 0;
    for (; k + 8 <= columns; k += 8)
      for (int j = 0; j < 8; ++j) part[j] += ${value('k + j')} * x[k + j];
    float sum = ((part[0] + part[4]) + (part[1] + part[5])) + ((part[2] + part[6]) + (part[3] + part[7]));
    for (; k < columns; ++k) sum += ${value('k')} * x[k];
    y[r] += ${scaled('r')}sum;
  }
}
/* y += the column of W that belongs to a token; nothing for no token. */
static inline void unfold_column(float *y, int rows, const ${type} *w${scale}, int columns, int token) {
  if (token < 0 || token >= columns) return;
  for (int r = 0; r < rows; ++r) y[r] += ${scaled('r')}${value('r * columns + token')};
}
/* y += the row of W that belongs to a token. */
static inline void unfold_row(float *y, int rows, const ${type} *w${scale}, int count, int token) {
  if (token < 0 || token >= count) return;
  for (int r = 0; r < rows; ++r) y[r] += ${scaled('token')}${value('token * rows + r')};
}
/* y += W x, W being square blocks along a diagonal, once for each gate. */
static inline void unfold_blocks(float *y, int rows, const ${type} *w${scale}, const float *x, int side, int count) {
  for (int b = 0; b * side < rows; ++b)
    unfold_linear(y + b * side, side, w + b * side * side${int8 ? ', scale + b * side' : ''}, x + (b % count) * side, side);
}
`;
};

const FUNCTIONS = `
/* e^x, clamped to the range of single precision (polynomial: Cephes). */
static inline float unfold_exp(float x) {
  if (x > 88.3f) x = 88.3f;
  if (x < -87.3f) x = -87.3f;
  const int n = (int)(x * 1.44269504f + (x < 0 ? -0.5f : 0.5f));
  const float r = (x - (float)n * 0.693359375f) + (float)n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  const uint32_t bits = (uint32_t)(n + 127) << 23;
  float power;
  memcpy(&power, &bits, sizeof power);
  return p * power;
}
static inline float unfold_sigmoid(float x) { return 1.0f / (1.0f + unfold_exp(-x)); }
static inline float unfold_tanh(float x) {
  const float a = x < 0 ? -x : x, s = x * x;
  if (a < 0.625f) {
    float p = -5.70498872745e-3f;
    p = p * s + 2.06390887954e-2f;
    p = p * s - 5.37397155531e-2f;
    p = p * s + 1.33314422036e-1f;
    p = p * s - 3.33332819422e-1f;
    return p * s * x + x;
  }
  const float large = 1.0f - 2.0f / (unfold_exp(a + a) + 1.0f);
  return x < 0 ? -large : large;
}
/* ln x for x > 0: 2 artanh((m - 1) / (m + 1)) + e ln 2. */
static inline float unfold_log(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  int e = (int)(bits >> 23) - 127;
  bits = (bits & 0x007fffffu) | 0x3f800000u;
  float m;
  memcpy(&m, &bits, sizeof m);
  if (m > 1.41421356f) {
    m *= 0.5f;
    ++e;
  }
  const float f = (m - 1.0f) / (m + 1.0f), s = f * f;
  const float series = 1.0f + s * (1.0f / 3 + s * (1.0f / 5 + s * (1.0f / 7 + s * (1.0f / 9 + s / 11))));
  return 2.0f * f * series + (float)e * 0.693147181f;
}
/* cos x, of the turns that are left: a series of 11 terms. */
static inline float unfold_cosine(double x) {
  double turns = x * 0.15915494309189535;
  turns -= (double)(int64_t)(turns + (turns < 0 ? -0.5 : 0.5));
  const double a = turns * 6.283185307179586;
  double sum = 1;
  for (int k = 22; k > 0; k -= 2) sum = 1 - sum * a * a / (double)(k * (k - 1));
  return (float)sum;
}
static inline float unfold_cos(float x) { return unfold_cosine((double)x); }
static inline float unfold_sin(float x) { return unfold_cosine((double)x - 1.5707963267948966); }
static inline float unfold_sqrt(float x) { /* Newton, x > 0 */
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  bits = (bits >> 1) + 0x1fbd1df5u;
  float y;
  memcpy(&y, &bits, sizeof y);
  for (int i = 0; i < 4; ++i) y = 0.5f * (y + x / y);
  return y;
}
static inline float unfold_relu(float x) { return x > 0 ? x : 0; }
static inline float unfold_max(float x, float y) { return x > y ? x : y; }
/* y <- v, or zeros. */
static inline void unfold_fill(float *y, int rows, const float *v) {
  for (int k = 0; k < rows; ++k) y[k] = v ? v[k] : 0;
}
/* Layer normalization of the rows of each gate. */
static inline void unfold_normalize(float *y, int units, int gates, const float *gain, const float *bias, float epsilon) {
  for (int g = 0; g < gates; ++g, y += units, gain += units) {
    float mean = 0, variance = 0;
    for (int k = 0; k < units; ++k) mean += y[k] / (float)units;
    for (int k = 0; k < units; ++k) variance += (y[k] - mean) * (y[k] - mean) / (float)units;
    const float inverse = 1.0f / unfold_sqrt(variance + epsilon);
    for (int k = 0; k < units; ++k)
      y[k] = gain[k] * ((y[k] - mean) * inverse) + (bias ? bias[g * units + k] : 0);
  }
}
/* y <- softmax(x). */
static inline void unfold_softmax(float *y, const float *x, int rows) {
  float highest = x[0], sum = 0;
  for (int k = 1; k < rows; ++k) highest = unfold_max(highest, x[k]);
  for (int k = 0; k < rows; ++k) sum += y[k] = unfold_exp(x[k] - highest);
  for (int k = 0; k < rows; ++k) y[k] /= sum;
}
/* weights <- softmax over the encoder's steps of v tanh(q + key), or of q key. */
static inline void unfold_attend(float *weights, int steps, const float *q, const float *keys, int size, const float *v) {
  for (int t = 0; t < steps; ++t, keys += size) {
    weights[t] = 0;
    for (int k = 0; k < size; ++k) weights[t] += v ? v[k] * unfold_tanh(q[k] + keys[k]) : q[k] * keys[k];
  }
  unfold_softmax(weights, weights, steps);
}
/* y <- the mean of what the encoder gave, weighted. */
static inline void unfold_recall(float *y, int rows, const float *weights, int steps, const float *memory, int stride) {
  for (int k = 0; k < rows; ++k) {
    float sum = 0;
    for (int t = 0; t < steps; ++t) sum += weights[t] * memory[t * stride + k];
    y[k] = sum;
  }
}
/* y <- the mean over time. */
static inline void unfold_average(float *y, int rows, int steps, const float *x, int stride) {
  for (int k = 0; k < rows; ++k) {
    float sum = 0;
    for (int t = 0; t < steps; ++t) sum += x[t * stride + k];
    y[k] = sum / (float)steps;
  }
}
`;

/** Random numbers and drawing by weight, as the engine does. */
export const RANDOM_C = `
/* Random numbers in [0, 1) of a seed: Philox4x32-10 (Salmon et al. 2011), as the engine draws them. */
typedef struct {
  uint64_t seed, place;
  uint32_t words[4];
} unfold_random;
static inline uint32_t unfold_word(unfold_random *r) {
  if (r->place % 4 == 0) {
    uint32_t a = (uint32_t)(r->place / 4), b = (uint32_t)(r->place >> 34), c = 0, d = 3;
    uint32_t k = (uint32_t)r->seed, l = (uint32_t)(r->seed >> 32);
    for (int round = 0; round < 10; ++round) {
      const uint64_t p = 0xd2511f53ull * a, q = 0xcd9e8d57ull * c;
      a = (uint32_t)(q >> 32) ^ b ^ k;
      b = (uint32_t)q;
      c = (uint32_t)(p >> 32) ^ d ^ l;
      d = (uint32_t)p;
      k += 0x9e3779b9u;
      l += 0xbb67ae85u;
    }
    r->words[0] = a;
    r->words[1] = b;
    r->words[2] = c;
    r->words[3] = d;
  }
  return r->words[r->place++ % 4];
}
static inline double unfold_uniform(unfold_random *r) {
  const double high = (double)(unfold_word(r) >> 5);
  return (high * 67108864.0 + (double)(unfold_word(r) >> 6)) / 9007199254740992.0;
}
/* One of n tokens, of softmax(x / temperature); the likeliest where the temperature is 0. */
static inline int unfold_choose(const float *x, int n, float temperature, unfold_random *r) {
  int best = 0, last = 0;
  for (int v = 1; v < n; ++v)
    if (x[v] > x[best]) best = v;
  if (temperature < 1e-6f) return best;
  double sum = 0;
  for (int v = 0; v < n; ++v) sum += (double)unfold_exp((x[v] - x[best]) / temperature);
  double left = unfold_uniform(r) * sum;
  for (int v = 0; v < n; ++v) {
    const double weight = (double)unfold_exp((x[v] - x[best]) / temperature);
    left -= weight;
    if (weight > 0) last = v;
    if (left < 0) return v;
  }
  return last;
}
`;

export const helpersC = (precision: Precision) => FUNCTIONS + products(precision);
