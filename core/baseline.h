// What a model has to beat: losses of simple predictors, counted on the training part and measured on the
// validation part, nats per token.
#pragma once

#include <vector>

#include "real.h"

namespace unfold {

/// Interpolated n-gram with absolute discounting (Ney, Essen & Kneser 1994; discount 0.9): `order` tokens of
/// context, backing off to fewer, down to the uniform distribution over V symbols. Order 0 is the unigram.
/// Entry k of the result is the loss of order k, for k = 0 … highest.
std::vector<double> markov_losses(const Token* train, Index train_count, const Token* validation,
                                  Index validation_count, Index V, int highest);

}  // namespace unfold
