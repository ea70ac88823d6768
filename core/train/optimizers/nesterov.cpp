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

  void direct(const UpdateStep& step, UpdateBlock& b) const override {
    ArrayView& v = b.m0;
    const Real mu = Real(step.config.momentum);
    v = mu * v + b.g;
    b.g = b.g + mu * v;
  }
};

}  // namespace

const UpdateRule& nesterov_rule() {
  static constexpr Nesterov rule;
  return rule;
}

}  // namespace unfold
