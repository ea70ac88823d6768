// Adam (Kingma & Ba 2015), with ε beside the corrected root, as PyTorch has it. In update t:
//   m ← β₁·m + (1−β₁)·g
//   s ← β₂·s + (1−β₂)·g²
//   p −= η·m̂/(√ŝ + ε)              m̂ = m/(1−β₁ᵗ),  ŝ = s/(1−β₂ᵗ)
#pragma once

#include "unfold/train/optimizers/update_rule.h"

namespace unfold {

class Adam : public UpdateRule {
 public:
  int moments(const OptimizerConfig&) const override { return 2; }
  void prepare(UpdateStep& step) const override;
  Bounds bounds(const UpdateStep& step, const Bounds& before, double gradient) const override;
  void update(const UpdateStep& step, const UpdateBlock& block) const override;

 protected:
  ~Adam() = default;
};

}  // namespace unfold
