// What a model has to beat: losses of simple predictors, counted on the training part and measured on the
// validation part, nats per token.
#pragma once

#include <vector>

#include "unfold/base/real.h"

namespace unfold {

/// Interpolated n-grams with absolute discounting (Ney, Essen & Kneser 1994; discount 0.9): `order` tokens of
/// context, backing off to fewer, down to the uniform distribution over V symbols. Order 0 is the unigram.
/// One order after the other, in slices: a text of millions of tokens takes seconds.
class MarkovPass {
 public:
  /// The tokens must outlive the pass.
  MarkovPass(const Token* train, Index train_count, const Token* validation, Index validation_count, Index V,
             int max_order);
  /// Goes on for about `count` tokens; true when all is measured.
  bool advance(Index count);
  /// Entry k is the loss of order k, for k = 0 … max_order. Whole once advance() said so.
  const std::vector<double>& losses() const { return losses_; }

 private:
  /// Counts by key: how often it was seen, and (of a context) how many different tokens followed it. Linear probing
  /// among places that are twice as many as the keys there can be, or a little more or less.
  class Counts {
   public:
    struct Entry {
      std::uint64_t key = 0;
      std::uint32_t total = 0, kinds = 0;  // total 0: the place is free
    };
    void clear(double keys);
    /// The key's entry, or the free place where it would be.
    Entry& at(std::uint64_t key);

   private:
    std::vector<Entry> entries_;  // a power of two of them
  };
  void begin_order();
  void count_one(Index i);
  void measure_one(Index i);

  const Token* train_;
  const Token* validation_;
  Index train_count_, validation_count_;
  Index V_;
  int max_order_, order_ = 0;
  Index counted_ = 0, measured_ = 1;  // of this order; the first symbol has no past and is not predicted
  Counts pairs_, contexts_;
  std::vector<double> probabilities_;  // of each validation token, at the order before
  std::vector<double> losses_;
};

/// The whole pass at once.
std::vector<double> markov_losses(const Token* train, Index train_count, const Token* validation,
                                  Index validation_count, Index V, int max_order);

}  // namespace unfold
