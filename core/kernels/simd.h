// Compiler vector extensions: one source for wasm, SSE, AVX, AVX-512 and NEON. The width comes from the
// flags a file is compiled with (UNFOLD_VECTOR_BYTES).
#pragma once

#include <cstring>

#include "unfold/base/numeric.h"
#include "unfold/base/real.h"

#if defined(UNFOLD_FAST) && defined(__wasm_relaxed_simd__)
#include <wasm_simd128.h>
#endif

#ifndef UNFOLD_VECTOR_BYTES
#define UNFOLD_VECTOR_BYTES 16
#endif

namespace unfold::kernels {
namespace {  // each instruction set has its own copy

template <std::size_t bytes>
struct IntegerOf;
template <>
struct IntegerOf<4> {
  using type = std::int32_t;
};
template <>
struct IntegerOf<8> {
  using type = std::int64_t;
};
using Bits = IntegerOf<sizeof(Real)>::type;

typedef Real V __attribute__((vector_size(UNFOLD_VECTOR_BYTES)));
typedef Bits VBits __attribute__((vector_size(UNFOLD_VECTOR_BYTES)));
constexpr Index lanes = UNFOLD_VECTOR_BYTES / sizeof(Real);

inline V load(const Real* p) {
  V v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
inline void store(Real* p, V v) { std::memcpy(p, &v, sizeof v); }
inline V splat(Real x) { return x - V{}; }  // (x − 0 keeps the sign of a zero, x + 0 would not)
inline V choose(VBits mask, V a, V b) { return (V)((mask & (VBits)a) | (~mask & (VBits)b)); }

/// acc + a·b: two roundings in strict mode, one in fast mode where the machine can.
inline V multiply_add(V a, V b, V acc) {
#if defined(UNFOLD_FAST) && defined(__wasm_relaxed_simd__)
  return (V)wasm_f32x4_relaxed_madd((v128_t)a, (v128_t)b, (v128_t)acc);
#else
  return acc + a * b;  // contracted when this file is compiled with -ffp-contract=fast
#endif
}

#ifndef UNFOLD_DOUBLE

/// e^x for −87.3 ≤ x ≤ 88.3, clamped outside; NaN stays NaN. Cephes' polynomial; error below 1 ulp or so.
inline V exp(V x) {
  const V high = splat(88.3f), low = splat(-87.3f), magic = splat(12582912.0f);  // 1.5·2^23
  x = choose(x > high, high, x);
  x = choose(x < low, low, x);
  const V t = x * 1.44269504088896341f + magic;  // the integer n ≈ x/ln2 in the low bits
  const V n = t - magic;
  const V r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  V p = splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  const VBits power = (((VBits)t - (VBits)magic) + 127) << 23;  // 2^n
  return p * (V)power;
}

inline V sigmoid(V x) { return 1.0f / (1.0f + exp(-x)); }

/// tanh: an odd polynomial (Cephes) below 0.625, 1 − 2/(e^2|x| + 1) above.
inline V tanh(V x) {
  const VBits sign = (VBits)x & (VBits)splat(-0.0f);
  const V a = (V)((VBits)x ^ sign), s = x * x;
  V p = splat(-5.70498872745e-3f);
  p = p * s + 2.06390887954e-2f;
  p = p * s - 5.37397155531e-2f;
  p = p * s + 1.33314422036e-1f;
  p = p * s - 3.33332819422e-1f;
  const V small = p * s * x + x, large = 1.0f - 2.0f / (exp(a + a) + 1.0f);
  return choose(a < splat(0.625f), small, (V)((VBits)large | sign));
}

#else  // double: for gradient checks, one lane at a time

template <class F>
inline V each(V x, F f) {
  V y;
  for (Index i = 0; i < lanes; ++i) y[i] = f(x[i]);
  return y;
}
inline V exp(V x) { return each(x, numeric::exp); }
inline V sigmoid(V x) {
  return each(x, [](double v) { return 1 / (1 + numeric::exp(-v)); });
}
inline V tanh(V x) {
  return each(x, [](double v) {
    const double a = v < 0 ? -v : v;
    if (a < 0.01) {
      const double s = v * v;
      return v * (1 - s * (1.0 / 3 - s * (2.0 / 15 - s * (17.0 / 315 - s * (62.0 / 2835)))));
    }
    const double large = 1 - 2 / (numeric::exp(2 * a) + 1);
    return v < 0 ? -large : large;
  });
}

#endif

/// Applies f to n values, the tail through a padded vector: a value does not depend on its lane.
template <class F>
inline void map(const Real* x, Real* y, Index n, F f) {
  Index i = 0;
  for (; i + lanes <= n; i += lanes) store(y + i, f(load(x + i)));
  if (i < n) {
    Real tail[lanes] = {};
    for (Index j = i; j < n; ++j) tail[j - i] = x[j];
    store(tail, f(load(tail)));
    for (Index j = i; j < n; ++j) y[j] = tail[j - i];
  }
}

}  // namespace
}  // namespace unfold::kernels
