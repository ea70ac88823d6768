// Drawing a symbol from a network's answer.
#pragma once

#include <algorithm>

#include "unfold/base/drawing.h"
#include "unfold/base/rng.h"
#include "unfold/model/pass.h"

namespace unfold {

/// Two numbers in [0, 1): whether the true symbol stays, and what is drawn otherwise.
struct Coin {
  double heads, place;
};

/// A function of seed, pass, step and column.
inline Coin toss(const Choosing& c, Index step, Index column) {
  const auto words =
      philox({std::uint32_t(c.seed), std::uint32_t(c.seed >> 32)},
             {std::uint32_t(step) ^ std::uint32_t(column) << 16, std::uint32_t(c.pass),
              std::uint32_t(c.pass >> 32) ^ std::uint32_t(column >> 16) << 8, std::uint32_t(Stream::choice)});
  return {double(words[0]) / 4294967296.0,
          (double(words[1] >> 5) * 67108864.0 + double(words[2] >> 6)) * (1.0 / 9007199254740992.0)};
}

/// The symbol at `place` (0 to 1) of the distribution softmax(logits).
inline Token draw(const Real* logits, Index V, double place) {
  const double best = double(*std::max_element(logits, logits + V));
  double sum = 0;
  for (Index v = 0; v < V; ++v) sum += numeric::exp(double(logits[v]) - best);
  return Token(draw_index(V, sum, place, [&](Index v) { return numeric::exp(double(logits[v]) - best); }));
}

}  // namespace unfold
