#include "unfold/data/baseline.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "unfold/base/numeric.h"

namespace unfold {
namespace {

/// A key for the `order` tokens before `at`: a polynomial hash of 64 bits (5-grams of 65536 symbols do not fit).
std::uint64_t context_key(const Token* at, int order) {
  std::uint64_t key = 0x9E3779B97F4A7C15ull;
  for (int k = 1; k <= order; ++k) key = (key ^ at[-k]) * 0x100000001B3ull + 0x632BE59BD9B4E019ull;
  return key;
}

std::uint64_t pair_key(std::uint64_t context, Token token) { return (context ^ token) * 0xD6E8FEB86659FD93ull + token; }

}  // namespace

void MarkovPass::Counts::clear(double keys) {
  entries_ = {};  // before there are two
  entries_.resize(std::bit_ceil(std::size_t(1.5 * keys) + 2));
}

MarkovPass::Counts::Entry& MarkovPass::Counts::at(std::uint64_t key) {
  const std::size_t last = entries_.size() - 1;
  std::size_t i = std::size_t(key * 0x9E3779B97F4A7C15ull >> 32) & last;
  while (entries_[i].total > 0 && entries_[i].key != key) i = (i + 1) & last;
  entries_[i].key = key;
  return entries_[i];
}

MarkovPass::MarkovPass(const Token* train, Index train_count, const Token* validation, Index validation_count, Index V,
                       int max_order)
    : train_(train),
      validation_(validation),
      train_count_(train_count),
      validation_count_(validation_count),
      V_(V),
      max_order_(max_order),
      probabilities_(std::size_t(std::max<Index>(validation_count, 0)), 1 / double(V)) {
  if (max_order_ >= 0) begin_order();
}

/// Room for all that can come, so that no table is rebuilt in the middle of a slice.
void MarkovPass::begin_order() {
  losses_.push_back(0);
  counted_ = order_;
  measured_ = 1;
  double kinds = 1;
  for (int k = 0; k < order_; ++k) kinds = std::fmin(kinds * double(V_), double(train_count_));
  contexts_.clear(kinds);
  pairs_.clear(std::fmin(kinds * double(V_), double(train_count_)));
}

void MarkovPass::count_one(Index i) {
  const std::uint64_t context = context_key(train_ + i, order_);
  Counts::Entry& seen = contexts_.at(context);
  ++seen.total;
  if (++pairs_.at(pair_key(context, train_[i])).total == 1) ++seen.kinds;
}

void MarkovPass::measure_one(Index i) {
  constexpr double discount = 0.9;
  double& p = probabilities_[std::size_t(i)];
  if (order_ <= i) {
    const std::uint64_t context = context_key(validation_ + i, order_);
    if (const Counts::Entry& seen = contexts_.at(context); seen.total > 0) {
      const double count = double(pairs_.at(pair_key(context, validation_[i])).total);
      const double total = double(seen.total);
      p = std::fmax(count - discount, 0.0) / total + discount * double(seen.kinds) / total * p;
    }
  }
  losses_.back() -= numeric::log(p);
}

bool MarkovPass::advance(Index count) {
  for (; count > 0 && order_ <= max_order_; --count) {
    if (counted_ < train_count_) {
      count_one(counted_++);
    } else if (measured_ < validation_count_) {
      measure_one(measured_++);
    } else {
      losses_.back() /= double(std::max<Index>(validation_count_ - 1, 1));
      if (++order_ <= max_order_) begin_order();
    }
  }
  return order_ > max_order_;
}

std::vector<double> markov_losses(const Token* train, Index train_count, const Token* validation,
                                  Index validation_count, Index V, int max_order) {
  MarkovPass pass(train, train_count, validation, validation_count, V, max_order);
  while (!pass.advance(1 << 20)) {
  }
  return pass.losses();
}

}  // namespace unfold
