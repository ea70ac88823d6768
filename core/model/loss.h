// Losses turn the readout's outputs into a number and, in the same place, into its gradient.
#pragma once

#include "unfold/base/real.h"

namespace unfold {

/// A target that does not count.
inline constexpr Token no_token = 0xFFFF;

/// Softmax cross-entropy: for each of K columns of V logits, losses[k] = −ln p(target) in nats (0 if the target
/// is no_token), and logits ← (p − onehot(target))·scale, 0 for no_token. With scale = 0 the logits become
/// probabilities instead. `rows` ≥ V is the distance of columns.
void softmax_cross_entropy(Real* logits, Index V, Index K, const Token* targets, Real scale, double* losses);
void softmax_cross_entropy(Real* logits, Index V, Index rows, Index K, const Token* targets, Real scale,
                           double* losses);

/// Mean squared error: for each of K columns of O outputs, losses[k] = Σ (y − t)²/O, and y ← 2(y − t)/O·scale. A
/// column that does not count (counts[k] = 0) has loss and gradient 0. A target that is NaN is not
/// there: it has gradient 0, and the mean is over the others. With scale = 0 the outputs stay as they are.
void squared_error(Real* y, Index O, Index K, const Real* targets, const std::uint8_t* counts, Real scale,
                   double* losses);

/// Binary cross-entropy of sigmoid outputs, summed over the O of a column (Boulanger-Lewandowski et al. 2012):
/// losses[k] = −Σ t·ln σ(x) + (1−t)·ln(1−σ(x)) in nats, and x ← (σ(x) − t)·scale. With scale = 0 the logits become
/// probabilities. `rows` ≥ O is the distance of columns; targets are O × K.
void binary_cross_entropy(Real* x, Index O, Index rows, Index K, const Real* targets, const std::uint8_t* counts,
                          Real scale, double* losses);

}  // namespace unfold
