// What a network remembers between windows, as a value.
#pragma once

#include <cstdint>
#include <vector>

#include "unfold/base/real.h"

namespace unfold {

struct State {
  /// Per layer that has states, in order: h of the last `delay` steps (delay × N × H; oldest first, of a layer that
  /// runs backward in time in the order of time), then each further state (N × H).
  std::vector<Real> values;
  std::vector<Token> tokens;  // input tokens that are read late: the last [input delay, N]
  std::int64_t clock = 0;     // global number of the next step
};

}  // namespace unfold
