#include "unfold/train/optimizers/adam.h"

#include <algorithm>
#include <cmath>

#include "unfold/base/numeric.h"

namespace unfold {
namespace {

/// η/(1−β₁ᵗ), so that m needs no correction of its own.
Real corrected_rate(const UpdateStep& step) {
  return Real(step.learning_rate / (1 - numeric::power(step.config.beta1, step.number)));
}

class PlainAdam final : public Adam {};

}  // namespace

Bounds Adam::bounds(const UpdateStep& step, const Bounds& before, double gradient) const {
  const double m = std::max(before.moments[0], gradient);
  return {.parameters = before.parameters + double(corrected_rate(step)) * m / step.config.epsilon, .moments{m}};
}

void Adam::update(const UpdateStep& step, UpdateBlock& b) const {
  const OptimizerConfig& c = step.config;
  const Real b1 = Real(c.beta1), b2 = Real(c.beta2), eps = step.epsilon(), rate = corrected_rate(step);
  const Real correction = Real(1 / std::sqrt(1 - numeric::power(c.beta2, step.number)));
  ArrayView &m = b.m0, &s = b.m1;
  m = b1 * m + (1 - b1) * b.g;
  s = b2 * s + (1 - b2) * (b.g * b.g);
  b.p -= rate * (m / (s.sqrt() * correction + eps));
}

const UpdateRule& adam_rule() {
  static constexpr PlainAdam rule;
  return rule;
}

}  // namespace unfold
