// Stochastic gradient descent (Robbins & Monro 1951):
//   p −= η·g
#include "unfold/train/optimizers/update_rule.h"

namespace unfold {
namespace {

class Sgd final : public UpdateRule {
 public:
  int moments(const OptimizerConfig&) const override { return 0; }

  Bounds bounds(const UpdateStep& step, const Bounds& before, double gradient) const override {
    return {.parameters = before.parameters + step.learning_rate * gradient};
  }

  void update(const UpdateStep& step, const UpdateBlock& block) const override {
    const Real rate = step.rate;
    update_each(step, block, [=](Index, Real p, Real g) { return p - rate * g; });
  }
};

}  // namespace

const UpdateRule& sgd_rule() {
  static constexpr Sgd rule;
  return rule;
}

}  // namespace unfold
