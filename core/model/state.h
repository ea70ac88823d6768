// What a network remembers of N sequences between windows, as a value; at the tensor level also a gradient of it.
#pragma once

#include <cstdint>
#include <vector>

#include "unfold/base/real.h"

namespace unfold {

struct State {
  /// Per layer that has states, in order: h of the last `delay` steps, [delay, N, H] (oldest first; of a layer that
  /// runs backward in time in the order of time), then each further state, [N, H]. PyTorch's h_n and c_n where no edge
  /// is delayed.
  std::vector<Real> values;
  std::vector<Token> tokens;  // input tokens that are read late: the last [input delay, N]
  std::vector<Real> inputs;   // input numbers that are read late: the last [input delay, N, D]
  std::int64_t clock = 0;     // global number of the next step
};

}  // namespace unfold
