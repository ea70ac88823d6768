#include "baseline.h"

#include <cmath>
#include <cstdint>
#include <unordered_map>

#include "numeric.h"

namespace unfold {
namespace {

/// Counts of one order: how often each (context, token) and each context were seen, and how many different
/// tokens followed a context.
struct Counts {
  struct Context {
    std::uint32_t total = 0, kinds = 0;
  };
  std::unordered_map<std::uint64_t, std::uint32_t> pairs;
  std::unordered_map<std::uint64_t, Context> contexts;
};

/// A key for the `order` tokens before `at`: a polynomial hash of 64 bits (5-grams of 65536 symbols do not fit).
std::uint64_t context_key(const Token* at, int order) {
  std::uint64_t key = 0x9E3779B97F4A7C15ull;
  for (int k = 1; k <= order; ++k) key = (key ^ at[-k]) * 0x100000001B3ull + 0x632BE59BD9B4E019ull;
  return key;
}

std::uint64_t pair_key(std::uint64_t context, Token token) { return (context ^ token) * 0xD6E8FEB86659FD93ull + token; }

}  // namespace

std::vector<double> markov_losses(const Token* train, Index train_count, const Token* validation,
                                  Index validation_count, Index V, int highest) {
  std::vector<Counts> orders(std::size_t(highest) + 1);
  for (int order = 0; order <= highest; ++order) {
    Counts& c = orders[std::size_t(order)];
    for (Index i = order; i < train_count; ++i) {
      const std::uint64_t context = context_key(train + i, order);
      Counts::Context& seen = c.contexts[context];
      ++seen.total;
      if (++c.pairs[pair_key(context, train[i])] == 1) ++seen.kinds;
    }
  }
  constexpr double discount = 0.9;
  std::vector<double> losses(orders.size());
  Index measured = 0;
  for (Index i = 1; i < validation_count; ++i, ++measured) {
    double p = 1 / double(V);
    for (std::size_t order = 0; order < orders.size(); ++order) {
      if (Index(order) <= i) {
        const std::uint64_t context = context_key(validation + i, int(order));
        const auto seen = orders[order].contexts.find(context);
        if (seen != orders[order].contexts.end()) {
          const auto pair = orders[order].pairs.find(pair_key(context, validation[i]));
          const double count = pair == orders[order].pairs.end() ? 0 : double(pair->second);
          const double total = double(seen->second.total);
          p = std::fmax(count - discount, 0.0) / total + discount * double(seen->second.kinds) / total * p;
        }
      }
      losses[order] -= numeric::log(p);
    }
  }
  for (double& loss : losses) loss /= double(measured > 0 ? measured : 1);
  return losses;
}

}  // namespace unfold
