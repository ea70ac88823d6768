// Adagrad (Duchi, Hazan & Singer 2011):
//   s ← s + g²
//   p −= η·g/(√s + ε)
#include <cmath>

#include "unfold/train/optimizers/update_rule.h"

namespace unfold {
namespace {

class Adagrad final : public UpdateRule {
 public:
  int moments(const OptimizerConfig&) const override { return 1; }

  Bounds bounds(const UpdateStep& step, const Bounds& before, double gradient) const override {
    return {.parameters = before.parameters + step.learning_rate * gradient / step.config.epsilon};
  }

  void update(const UpdateStep& step, const UpdateBlock& block) const override {
    const Real rate = step.rate, eps = step.epsilon;
    Real* const s = block.moment(0);
    update_each(step, block, [=](Index i, Real p, Real g) {
      s[i] += g * g;
      return p - rate * (g / (std::sqrt(s[i]) + eps));
    });
  }
};

}  // namespace

const UpdateRule& adagrad_rule() {
  static constexpr Adagrad rule;
  return rule;
}

}  // namespace unfold
