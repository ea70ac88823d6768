// Gradient descent with momentum (Polyak 1964), as PyTorch has it:
//   v ← μ·v + g
//   p −= η·v
#include "unfold/train/optimizers/update_rule.h"

namespace unfold {
namespace {

class Momentum final : public UpdateRule {
 public:
  int moments(const OptimizerConfig&) const override { return 1; }

  Bounds bounds(const UpdateStep& step, const Bounds& before, double gradient) const override {
    const double v = step.config.momentum * before.moments[0] + gradient;
    return {.parameters = before.parameters + 2 * step.learning_rate * v, .moments{v}};
  }

  void direct(const UpdateStep& step, UpdateBlock& b) const override {
    ArrayView& v = b.m0;
    v = Real(step.config.momentum) * v + b.g;
    b.g = v;
  }
};

}  // namespace

const UpdateRule& momentum_rule() {
  static constexpr Momentum rule;
  return rule;
}

}  // namespace unfold
