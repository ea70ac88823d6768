// Eigen under the project's settings, and names for the views of memory that the engine owns. This is the one file of
// the core that includes Eigen: a second set of settings in another file would be another library under the same names.
//
// What keeps the bits on every machine: assignments element by element, of +, −, ×, ÷, sqrt, abs and comparisons with
// select(). Each element is then computed by one chain of IEEE operations, and packets only divide elements.
// What does not, and is for tests and reports alone: products, sum(), norm(), mean() and every other reduction (their
// order depends on the instruction set); exp(), tanh(), log(), pow() (Eigen's own, or libm's); min() and max() where
// an operand may be NaN. The core is compiled with -ffp-contract=off, so no expression is fused.
#pragma once

#ifndef EIGEN_FAST_MATH
#define EIGEN_FAST_MATH 0  // no approximate square roots and quotients
#endif
#ifndef EIGEN_DONT_PARALLELIZE
#define EIGEN_DONT_PARALLELIZE  // threads are base/parallel.h's
#endif
#ifndef EIGEN_MPL2_ONLY
#define EIGEN_MPL2_ONLY
#endif
#include <Eigen/Core>

#include "unfold/base/real.h"

namespace unfold {

/// n contiguous elements.
using ArrayView = Eigen::Map<Eigen::Array<Real, Eigen::Dynamic, 1>>;
using ConstArrayView = Eigen::Map<const Eigen::Array<Real, Eigen::Dynamic, 1>>;

/// F × K elements, column-major, `outerStride()` ≥ F elements from one column to the next.
using ColumnsView = Eigen::Map<Eigen::Array<Real, Eigen::Dynamic, Eigen::Dynamic>, 0, Eigen::OuterStride<>>;
using ConstColumnsView = Eigen::Map<const Eigen::Array<Real, Eigen::Dynamic, Eigen::Dynamic>, 0, Eigen::OuterStride<>>;

inline ArrayView array(Real* x, Index n) { return {x, n}; }
inline ConstArrayView array(const Real* x, Index n) { return {x, n}; }

/// `count` columns of `rows`, one after the other or `stride` elements apart: the rows of one gate g among the G·H of
/// z, for example, are array(z + g·H, H, N, G·H).
inline ColumnsView array(Real* x, Index rows, Index count, Index stride) {
  return {x, rows, count, Eigen::OuterStride<>(stride)};
}
inline ConstColumnsView array(const Real* x, Index rows, Index count, Index stride) {
  return {x, rows, count, Eigen::OuterStride<>(stride)};
}
inline ColumnsView array(Real* x, Index rows, Index count) { return array(x, rows, count, rows); }
inline ConstColumnsView array(const Real* x, Index rows, Index count) { return array(x, rows, count, rows); }

}  // namespace unfold
