#include "unfold/train/best_weights.h"

#include <algorithm>

namespace unfold {

void BestWeights::observe(std::int64_t now, double measured, double min_delta, const Real* parameters) {
  if (known() && !(measured < loss - min_delta)) {
    ++bad;
    return;
  }
  step = now;
  loss = measured;
  bad = 0;
  present = true;
  std::copy(parameters, parameters + values.size(), values.data());
}

}  // namespace unfold
