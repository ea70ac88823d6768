// The only hand-written SIMD of the project: products with packed weights, gate functions, softmax.
//
// Reproducibility: every element of a result is computed by one chain, init, then k = 0, 1, 2, … with a
// multiplication and an addition each, whatever the vector width, the tiling or the number of columns. Vector
// lanes are always different elements. So every variant in strict mode gives the same bits. Fast variants
// fuse the two operations and may differ in the last digits.
//
// kernels.cpp is compiled once for each instruction set; dispatch.cpp picks one at run time.
#pragma once

#include "unfold/kernels/table.h"

namespace unfold::kernels {

/// Chooses the variant for the process: fast = fused multiply-add where the build and the processor have it, else the
/// best strict one. Returns whether fast mode is in force. Any thread may call it at any time, but weights that were
/// packed before and scans under way expect the previous variant: choose before networks are made, or touch() each
/// after it while none of them computes.
bool set_fast(bool fast);

/// Chooses a variant by name, for tests that compare them, under the same rule; false if this machine does not have it.
bool select(const char* name, bool fast);

/// Elements that `pack` writes for an M×K matrix.
inline Index packed_size(Index M, Index K) {
  const Index panel = active().panel;
  return (M + panel - 1) / panel * panel * K;
}

/// Packs A (M×K, element (m,k) at a[m·row_stride + k·column_stride]) into panels of `panel` rows by K,
/// k-major within a panel, missing rows zero.
inline void pack(const Real* a, Index row_stride, Index column_stride, Index M, Index K, Real* packed) {
  active().pack(a, row_stride, column_stride, M, K, packed);
}

/// C = init + A·B for packed A (M×K), B (K×N) and C (M×N) column-major with leading dimensions ldb, ldc.
/// init is M×N with leading dimension ldi; ldi = 0 repeats one column (a bias), null means zeros. It may be C.
inline void gemm(const Real* packed, Index M, Index K, const Real* b, Index ldb, Index N, const Real* init, Index ldi,
                 Real* c, Index ldc) {
  active().gemm(packed, M, K, b, ldb, N, init, ldi, c, ldc);
}

/// C += A·Bᵀ for A (M×K) and B (N×K), column-major: the sum over K columns of outer products.
inline void outer(const Real* a, Index lda, Index M, const Real* b, Index ldb, Index N, Index K, Real* c, Index ldc,
                  Real* scratch) {
  active().outer(a, lda, M, b, ldb, N, K, c, ldc, scratch);
}

inline void sigmoid(Real* x, Index n) { active().sigmoid(x, n); }
inline void tanh(Real* x, Index n) { active().tanh(x, n); }
inline void tanh(const Real* x, Real* y, Index n) { active().tanh_of(x, y, n); }
/// e^x for −87.3 ≤ x ≤ 88.3, clamped outside (in float); e^0 is 1.
inline void exponential(Real* x, Index n) { active().exp(x, n); }

/// x ← softmax(x); returns −ln of the target's probability (0 ≤ target < n), or 0 for target < 0.
inline double softmax(Real* x, Index n, Index target) { return active().softmax(x, n, target); }

}  // namespace unfold::kernels
