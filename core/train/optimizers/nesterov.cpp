// Nesterov's accelerated gradient, in the form of Sutskever et al. 2013, as PyTorch has it:
//   v ← μ·v + g
//   p −= η·(g + μ·v)
#include "unfold/train/optimizers/update_rule.h"

namespace unfold {
namespace {

class Nesterov final : public UpdateRule {
 public:
  int moments(const OptimizerConfig&) const override { return 1; }

  Bounds bounds(const UpdateStep& step, const Bounds& before, double gradient) const override {
    const double v = step.config.momentum * before.moments[0] + gradient;
    return {.parameters = before.parameters + 2 * step.learning_rate * v, .moments{v}};
  }

  void update(const UpdateStep& step, const UpdateBlock& block) const override {
    const Real rate = step.rate, mu = Real(step.config.momentum);
    Real* const v = block.moment(0);
    update_each(step, block, [=](Index i, Real p, Real g) {
      v[i] = mu * v[i] + g;
      return p - rate * (g + mu * v[i]);
    });
  }
};

}  // namespace

const UpdateRule& nesterov_rule() {
  static constexpr Nesterov rule;
  return rule;
}

}  // namespace unfold
