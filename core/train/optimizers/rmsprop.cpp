// RMSprop (Tieleman & Hinton 2012), optionally centered and with momentum (Graves 2013):
//   s ← ρ·s + (1−ρ)·g²
//   d = g/(√s + ε)                centered: m ← ρ·m + (1−ρ)·g;  d = g/(√(s − m²) + ε)
//   p −= η·d                      μ > 0:    v ← μ·v + d;        p −= η·v
#include <algorithm>
#include <cmath>

#include "unfold/train/optimizers/update_rule.h"

namespace unfold {
namespace {

class RmsProp final : public UpdateRule {
 public:
  int moments(const OptimizerConfig& c) const override { return c.centered || c.momentum > 0 ? 3 : 1; }

  Bounds bounds(const UpdateStep& step, const Bounds& before, double gradient) const override {
    const double v = step.config.momentum * before.moments[2] + gradient / step.config.epsilon;
    return {.parameters = before.parameters + step.learning_rate * v, .moments{0, 0, v}};
  }

  void update(const UpdateStep& step, const UpdateBlock& block) const override {
    const OptimizerConfig& c = step.config;
    const Real rate = step.rate, rho = Real(c.decay), mu = Real(c.momentum), eps = step.epsilon;
    const bool centered = c.centered;
    Real *const s = block.moment(0), *const m = block.moment(1), *const v = block.moment(2);
    update_each(step, block, [=](Index i, Real p, Real g) {
      s[i] = rho * s[i] + (1 - rho) * (g * g);
      Real variance = s[i];
      if (centered) {
        m[i] = rho * m[i] + (1 - rho) * g;
        variance -= m[i] * m[i];
      }
      Real d = g / (std::sqrt(std::max(variance, Real(0))) + eps);  // rounding, or a file, can make it negative
      if (mu > 0) d = v[i] = mu * v[i] + d;
      return p - rate * d;
    });
  }
};

}  // namespace

const UpdateRule& rmsprop_rule() {
  static constexpr RmsProp rule;
  return rule;
}

}  // namespace unfold
