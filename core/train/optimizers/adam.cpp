#include "unfold/train/optimizers/adam.h"

#include <algorithm>
#include <cmath>

#include "unfold/base/numeric.h"

namespace unfold {
namespace {

class PlainAdam final : public Adam {};

}  // namespace

// The first moment's correction goes into the rate.
void Adam::prepare(UpdateStep& step) const {
  const OptimizerConfig& c = step.config;
  step.rate = Real(step.learning_rate / (1 - numeric::power(c.beta1, step.number)));
  step.correction = Real(1 / std::sqrt(1 - numeric::power(c.beta2, step.number)));
}

Bounds Adam::bounds(const UpdateStep& step, const Bounds& before, double gradient) const {
  const double m = std::max(before.moments[0], gradient);
  return {.parameters = before.parameters + double(step.rate) * m / step.config.epsilon, .moments{m}};
}

void Adam::direct(const UpdateStep& step, UpdateBlock& b) const {
  const Real b1 = Real(step.config.beta1), b2 = Real(step.config.beta2);
  ArrayView &m = b.m0, &s = b.m1;
  m = b1 * m + (1 - b1) * b.g;
  s = b2 * s + (1 - b2) * (b.g * b.g);
  b.g = m / (s.sqrt() * step.correction + step.epsilon);
}

const UpdateRule& adam_rule() {
  static constexpr PlainAdam rule;
  return rule;
}

}  // namespace unfold
