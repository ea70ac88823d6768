// Adagrad (Duchi, Hazan & Singer 2011):
//   s ← s + g²
//   p −= η·g/(√s + ε)
#include "unfold/train/optimizers/update_rule.h"

namespace unfold {
namespace {

class Adagrad final : public UpdateRule {
 public:
  int moments(const OptimizerConfig&) const override { return 1; }

  Bounds bounds(const UpdateStep& step, const Bounds& before, double gradient) const override {
    return {.parameters = before.parameters + step.learning_rate * gradient / step.config.epsilon};
  }

  void direct(const UpdateStep& step, UpdateBlock& b) const override {
    ArrayView& s = b.m0;
    s += b.g * b.g;
    b.g = b.g / (s.sqrt() + step.epsilon);
  }
};

}  // namespace

const UpdateRule& adagrad_rule() {
  static constexpr Adagrad rule;
  return rule;
}

}  // namespace unfold
