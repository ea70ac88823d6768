// What each instruction set implements; kernels.h documents the functions.
#pragma once

#include <span>

#include "unfold/base/real.h"

namespace unfold::kernels {

struct Table {
  const char* name;  // e.g. "avx2"
  bool fast;
  Index panel;  // rows of a packed panel, a multiple of the vector width

  void (*pack)(const Real* a, Index row_stride, Index column_stride, Index M, Index K, Real* packed);
  void (*gemm)(const Real* packed, Index M, Index K, const Real* b, Index ldb, Index N, const Real* init, Index ldi,
               Real* c, Index ldc);
  void (*outer)(const Real* a, Index lda, Index M, const Real* b, Index ldb, Index N, Index K, Real* c, Index ldc,
                Real* scratch);
  void (*sigmoid)(Real* x, Index n);
  void (*tanh)(Real* x, Index n);
  void (*tanh_of)(const Real* x, Real* y, Index n);
  void (*exp)(Real* x, Index n);
  double (*softmax)(Real* x, Index n, Index target);
};

/// Elements of scratch that `outer` needs, whatever the shapes.
inline constexpr Index outer_scratch = 256 * 256 + 64 * 256 + 64 * 256;

/// The table in force.
const Table& active();

/// A table, and whether this processor can run it.
struct Variant {
  const Table* table;
  bool (*available)();
};

/// The last of the available variants that are fast, if asked for and there are any, else the last of the strict ones;
/// null if there are none. Of each kind the best stands last.
const Table* best_of(std::span<const Variant> variants, bool fast);

}  // namespace unfold::kernels
