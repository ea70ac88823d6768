// Adadelta (Zeiler 2012):
//   s ← ρ·s + (1−ρ)·g²
//   d = g·√(u + ε)/√(s + ε)
//   u ← ρ·u + (1−ρ)·d²
//   p −= η·d
#include <cmath>

#include "unfold/train/optimizers/update_rule.h"

namespace unfold {
namespace {

class Adadelta final : public UpdateRule {
 public:
  int moments(const OptimizerConfig&) const override { return 2; }

  Bounds bounds(const UpdateStep& step, const Bounds& before, double gradient) const override {
    const double u = before.moments[1], d = gradient * std::sqrt(u / step.config.epsilon + 1);
    return {.parameters = before.parameters + step.learning_rate * d, .moments{0, u + d * d}};
  }

  void direct(const UpdateStep& step, UpdateBlock& b) const override {
    const Real rho = Real(step.config.decay), eps = Real(step.config.epsilon);
    ArrayView &s = b.m0, &u = b.m1, &d = b.g;
    s = rho * s + (1 - rho) * (b.g * b.g);
    d = b.g * ((u + eps).sqrt() / (s + step.epsilon).sqrt());
    u = rho * u + (1 - rho) * (d * d);
  }
};

}  // namespace

const UpdateRule& adadelta_rule() {
  static constexpr Adadelta rule;
  return rule;
}

}  // namespace unfold
