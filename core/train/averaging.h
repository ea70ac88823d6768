// Averages of the weights over updates (Polyak & Juditsky 1992). With ū the average of the n updates so far, and w the
// weights after another one:
//   ū ← γ·ū + (1 − γ)·w
//   ema      γ = min(decay, n/(n+1)): the plain mean of the first 1/(1 − decay) updates, then an exponential one
//   nt-asgd  γ = n/(n+1) since a validation was worse than the best of all but the `patience` last ones, until then 0
//            (Merity, Keskar & Socher 2018)
// The network's parameters are ū: validations, the best weights, sampling and files have them. Training goes on with w.
#pragma once

#include <limits>
#include <vector>

#include "unfold/base/buffer.h"
#include "unfold/config/config.h"

namespace unfold {

struct Average {
  Buffer weights;            // [parameters] w, those that are trained
  std::int64_t count = 0;    // n
  std::int64_t of = -1;      // Network::changes() when its parameters were ū of these weights; −1: never
  bool begun = false;        // nt-asgd: the validations have got no better
  std::vector<double> last;  // nt-asgd: losses of the last validations, at most `patience`
  double best = std::numeric_limits<double>::infinity();  // and of the best one before

  /// The parameters are others now: w and ū are these.
  void restart(const Real* parameters);
  /// Takes w in.
  void add(const AveragingConfig& config, Real* mean);
  /// A validation that was due had this loss.
  void observe(const AveragingConfig& config, double loss);
};

}  // namespace unfold
