#include "unfold/model/loss.h"

#include <algorithm>
#include <cmath>

#include "unfold/base/eigen.h"
#include "unfold/base/numeric.h"
#include "unfold/base/parallel.h"
#include "unfold/base/profile.h"
#include "unfold/kernels/kernels.h"

namespace unfold {

void softmax_cross_entropy(Real* logits, Index V, Index rows, Index K, const Token* targets, Real scale,
                           double* losses) {
  const Timed timed(Phase::softmax);
  parallel_for(K, 1, 30.0 * double(V * K), [&](Index begin, Index end) {
    for (Index k = begin; k < end; ++k) {
      Real* x = logits + k * rows;
      const bool counts = targets && targets[k] != no_token;
      losses[k] = kernels::softmax(x, V, counts ? Index(targets[k]) : -1);
      if (scale == 0) continue;
      if (!counts) {
        array(x, V) = 0;
        continue;
      }
      x[targets[k]] -= 1;
      array(x, V) *= scale;
    }
  });
}

void softmax_cross_entropy(Real* logits, Index V, Index K, const Token* targets, Real scale, double* losses) {
  softmax_cross_entropy(logits, V, V, K, targets, scale, losses);
}

namespace {

Index count_known(const Real* targets, Index O) {
  return std::count_if(targets, targets + O, [](Real t) { return !std::isnan(t); });
}

/// Σ (y − t)²/n over the n targets that are there (the others are NaN); their gradient is written over y.
double masked_error(Real* y, Index O, const Real* targets, Index there, Real scale) {
  double loss = 0;
  for (Index o = 0; o < O; ++o) {
    const bool known = !std::isnan(targets[o]);
    const Real difference = known ? y[o] - targets[o] : Real(0);
    loss += double(difference) * double(difference);
    if (scale != 0) y[o] = 2 * difference * (scale / Real(there));
  }
  return loss / double(there);
}

}  // namespace

void squared_error(Real* y, Index O, Index K, const Real* targets, const std::uint8_t* counts, Real scale,
                   double* losses) {
  parallel_for(K, 1, 4.0 * double(O * K), [&](Index begin, Index end) {
    for (Index k = begin; k < end; ++k) {
      ArrayView x = array(y + k * O, O);
      losses[k] = 0;
      if (!counts[k]) {
        if (scale != 0) x = 0;
        continue;
      }
      if (const Index there = count_known(targets + k * O, O); there < O) {
        losses[k] = masked_error(y + k * O, O, targets + k * O, there, scale);
        continue;
      }
      const auto difference = x - array(targets + k * O, O);
      for (Index o = 0; o < O; ++o) losses[k] += double(difference[o]) * double(difference[o]);
      losses[k] /= double(O);
      if (scale != 0) x = 2 * difference * (scale / Real(O));
    }
  });
}

// −t·ln σ(x) − (1−t)·ln(1−σ(x)) = max(x, 0) − x·t + ln(1 + e^{−|x|})
void binary_cross_entropy(Real* x, Index O, Index rows, Index K, const Real* targets, const std::uint8_t* counts,
                          Real scale, double* losses) {
  parallel_for(K, 1, 60.0 * double(O * K), [&](Index begin, Index end) {
    for (Index k = begin; k < end; ++k) {
      Real* at = x + k * rows;
      losses[k] = 0;
      if (!counts[k]) {
        if (scale != 0) array(at, O) = 0;
        continue;
      }
      for (Index o = 0; o < O; ++o) {
        const double logit = double(at[o]), t = double(targets[k * O + o]);
        losses[k] += std::max(logit, 0.0) - logit * t + numeric::log(1 + numeric::exp(-std::fabs(logit)));
      }
      kernels::sigmoid(at, O);
      if (scale != 0) array(at, O) = (array(at, O) - array(targets + k * O, O)) * scale;
    }
  });
}

}  // namespace unfold
