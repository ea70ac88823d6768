// The weights of the best validation so far, and when to stop looking for better ones (early stopping; Prechelt 1998,
// "Early stopping – but when?").
#pragma once

#include "unfold/base/buffer.h"
#include "unfold/config/config.h"

namespace unfold {

/// Validations in a row that bring nothing better and end a run without a number of steps, unless the configuration
/// says otherwise.
constexpr int usual_patience = 10;

/// Whether a trainer of this configuration validates on its own, and so keeps the best weights beside the present ones.
inline bool keeps_best(const Config& config) {
  return config.evaluate_every > 0 && (config.validation_split > 0 || !config.dataset.name.empty());
}

struct BestWeights {
  std::int64_t step = -1;  // after which they were measured; −1: no validation yet
  double loss = 0;         // of that validation
  int bad = 0;             // validations since that were not better
  bool present = false;    // the network's weights are these
  Buffer values;           // [parameters], in the order of the plan

  bool known() const { return step >= 0; }
  /// A validation after `now` steps had the loss `measured`, a finite number; `parameters` [values.size()] are what was
  /// measured. Better is lower by more than `min_delta`.
  void observe(std::int64_t now, double measured, double min_delta, const Real* parameters);
};

}  // namespace unfold
