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

  void update(const UpdateStep& step, const UpdateBlock& block) const override {
    const Real rate = step.rate, rho = Real(step.config.decay);
    const Real eps = Real(step.config.epsilon), divisor_eps = step.epsilon;
    Real *const s = block.moment(0), *const u = block.moment(1);
    update_each(step, block, [=](Index i, Real p, Real g) {
      s[i] = rho * s[i] + (1 - rho) * (g * g);
      const Real d = g * (std::sqrt(u[i] + eps) / std::sqrt(s[i] + divisor_eps));
      u[i] = rho * u[i] + (1 - rho) * (d * d);
      return p - rate * d;
    });
  }
};

}  // namespace

const UpdateRule& adadelta_rule() {
  static constexpr Adadelta rule;
  return rule;
}

}  // namespace unfold
