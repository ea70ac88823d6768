// Adam with decoupled weight decay (Loshchilov & Hutter 2019):
//   p ← p·(1 − η·λ), then as Adam, whose moments see nothing of λ
#include <cmath>

#include "unfold/train/optimizers/adam.h"

namespace unfold {
namespace {

class AdamW final : public Adam {
 public:
  void prepare(UpdateStep& step) const override {
    Adam::prepare(step);
    step.decay = 0;
    step.shrinkage = Real(1 - step.learning_rate * step.weight_decay);
  }

  Bounds bounds(const UpdateStep& step, const Bounds& before, double gradient) const override {
    Bounds shrunk = before;
    shrunk.parameters *= std::fabs(double(step.shrinkage));
    return Adam::bounds(step, shrunk, gradient);
  }
};

}  // namespace

const UpdateRule& adamw_rule() {
  static constexpr AdamW rule;
  return rule;
}

}  // namespace unfold
