// Losses turn the readout's outputs into a number and, in the same place, into its gradient.
#pragma once

#include "real.h"

namespace unfold {

/// A target that does not count.
inline constexpr Token no_token = 0xFFFF;

/// Softmax cross-entropy: for each of K columns of V logits, losses[k] = −ln p(target) in nats (0 if the target
/// is no_token), and logits ← (p − onehot(target))·scale, 0 for no_token. With scale = 0 the logits become
/// probabilities instead.
void softmax_cross_entropy(Real* logits, Index V, Index K, const Token* targets, Real scale, double* losses);

}  // namespace unfold
