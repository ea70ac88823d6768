// How labels were predicted: which for which, and how sure the network was.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "unfold/base/json.h"
#include "unfold/base/real.h"

namespace unfold {

/// Counts over predictions of one of a set of labels. Empty (labels = 0): none, or too many labels.
struct Confusion {
  static constexpr Index most_labels = 200;
  static constexpr std::size_t bins = 10;

  Index labels = 0;
  std::vector<std::int64_t> counts;  // [labels × labels]: element (true, predicted)
  std::array<double, bins> sure{};   // sums of the predicted label's probability, by that probability in tenths
  std::array<std::int64_t, bins> total{}, correct{};

  /// Probabilities of the labels, of which `target` is the true one.
  void add(const Real* probabilities, Index V, Index target);
  void add(const Confusion& other);
};

/// {labels: [{name, count, precision, recall, f1}], macroF1, confusion: a row for each true label, calibration: {error,
/// bins: [{count, confidence, accuracy}]}}; precision and recall are null where nothing counts. The error of
/// calibration is Σ count·|accuracy − confidence| / Σ count (Guo et al. 2017); bins without a prediction are left out.
Json confusion_json(const Confusion& confusion, const std::vector<std::string>& names);

}  // namespace unfold
