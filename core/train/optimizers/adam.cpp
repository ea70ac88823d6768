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

void Adam::update(const UpdateStep& step, const UpdateBlock& block) const {
  const Real b1 = Real(step.config.beta1), b2 = Real(step.config.beta2);
  const Real rate = step.rate, eps = step.epsilon, correction = step.correction, shrinkage = step.shrinkage;
  Real *const m = block.moment(0), *const s = block.moment(1);
  update_each(step, block, [=](Index i, Real p, Real g) {
    m[i] = b1 * m[i] + (1 - b1) * g;
    s[i] = b2 * s[i] + (1 - b2) * (g * g);
    return shrinkage * p - rate * (m[i] / (std::sqrt(s[i]) * correction + eps));
  });
}

const UpdateRule& adam_rule() {
  static constexpr PlainAdam rule;
  return rule;
}

}  // namespace unfold
