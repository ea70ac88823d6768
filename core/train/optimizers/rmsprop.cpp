// RMSprop (Tieleman & Hinton 2012), optionally centered and with momentum (Graves 2013):
//   s ← ρ·s + (1−ρ)·g²
//   d = g/(√s + ε)                centered: m ← ρ·m + (1−ρ)·g;  d = g/(√(s − m²) + ε)
//   p −= η·d                      μ > 0:    v ← μ·v + d;        p −= η·v
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

  void direct(const UpdateStep& step, UpdateBlock& b) const override {
    const OptimizerConfig& c = step.config;
    const Real rho = Real(c.decay), mu = Real(c.momentum), eps = step.epsilon;
    ArrayView &s = b.m0, &m = b.m1, &v = b.m2, &d = b.g;
    s = rho * s + (1 - rho) * (b.g * b.g);
    if (c.centered) {
      m = rho * m + (1 - rho) * b.g;
      d = b.g / ((s - m * m).max(Real(0)).sqrt() + eps);  // rounding can make the variance negative
    } else {
      d = b.g / (s.max(Real(0)).sqrt() + eps);  // so can a file
    }
    if (mu > 0) d = v = mu * v + d;
  }
};

}  // namespace

const UpdateRule& rmsprop_rule() {
  static constexpr RmsProp rule;
  return rule;
}

}  // namespace unfold
