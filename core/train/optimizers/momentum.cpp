// Gradient descent with momentum (Polyak 1964), and Nesterov's accelerated gradient in the form of Sutskever et al.
// 2013, both as PyTorch has them:
//   v ← μ·v + g
//   p −= η·v            (momentum)
//   p −= η·(g + μ·v)    (nesterov)
#include "unfold/train/optimizers/update_rule.h"

namespace unfold {
namespace {

class Momentum final : public UpdateRule {
 public:
  constexpr explicit Momentum(bool nesterov) : nesterov_(nesterov) {}

  int moments(const OptimizerConfig&) const override { return 1; }

  Bounds bounds(const UpdateStep& step, const Bounds& before, double gradient) const override {
    const double v = step.config.momentum * before.moments[0] + gradient;
    return {.parameters = before.parameters + 2 * step.learning_rate * v, .moments{v}};
  }

  void update(const UpdateStep& step, const UpdateBlock& block) const override {
    const Real rate = step.rate, mu = Real(step.config.momentum);
    Real* const v = block.moment(0);
    update_each(step, block, [=, nesterov = nesterov_](Index i, Real p, Real g) {
      v[i] = mu * v[i] + g;
      return p - rate * (nesterov ? g + mu * v[i] : v[i]);
    });
  }

 private:
  bool nesterov_;
};

}  // namespace

const UpdateRule& momentum_rule() {
  static constexpr Momentum rule(false);
  return rule;
}

const UpdateRule& nesterov_rule() {
  static constexpr Momentum rule(true);
  return rule;
}

}  // namespace unfold
