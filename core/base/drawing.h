// Drawing from a distribution, given a number that is uniform in [0, 1).
#pragma once

#include <algorithm>
#include <cmath>

#include "unfold/base/numeric.h"
#include "unfold/base/real.h"

namespace unfold {

/// Index i of 0 … count−1 with probability weight(i)/sum: the first at which the running sum exceeds uniform·sum.
/// Where rounding leaves none, the last of positive weight; 0 if there is no such.
template <class Weight>
Index draw_index(Index count, double sum, double uniform, const Weight& weight) {
  double left = uniform * sum;
  Index last = 0;
  for (Index i = 0; i < count; ++i) {
    const double share = weight(i);
    left -= share;
    if (share > 0) last = i;
    if (left < 0) return i;
  }
  return last;
}

/// ln σ(x).
inline double log_sigmoid(double x) { return std::min(x, 0.0) - numeric::log(1 + numeric::exp(-std::fabs(x))); }

/// True with probability σ(logit).
inline bool draw_bit(double logit, double uniform) {
  return numeric::log(std::max(uniform, 1e-300)) < log_sigmoid(logit);
}

}  // namespace unfold
