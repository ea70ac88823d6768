// What the optimizers of this folder have in common. Each is one class in one file, with its equation, its source and
// the bounds within which it keeps parameters and moments; optim.cpp drives them.
#pragma once

#include <array>

#include "unfold/base/real.h"
#include "unfold/config/config.h"

namespace unfold {

/// What one update is made with: the same for all of its blocks.
struct UpdateStep {
  UpdateStep(const OptimizerConfig& c, double eta, double lambda, std::int64_t t);

  const OptimizerConfig& config;
  double learning_rate;  // η, as the schedule has it
  double weight_decay;   // λ, as a group has it
  std::int64_t number;   // t, this update's, from 1
  Real rate;             // of p −= rate·d: η; Adam: η/(1−β₁ᵗ)
  Real decay;            // λ, which adds λp to g; AdamW: 0
  /// ε of a denominator. 0 is legal, as in PyTorch, where 0/0 then makes a parameter NaN; here the smallest normal
  /// number stands in for it, which disappears in every other denominator and makes a step of 0 of 0/0.
  Real epsilon;
  Real correction = 1;  // Adam: 1/√(1−β₂ᵗ)
  Real shrinkage = 1;   // Adam multiplies p by it: 1; AdamW: 1 − ηλ
};

/// Upper bounds of magnitudes: of all parameters, and of each moment. Infinity: unknown.
struct Bounds {
  double parameters = 0;
  std::array<double, 3> moments{};
};

/// The same elements of each vector that an update reads or writes: `size` each.
struct UpdateBlock {
  std::array<Real*, 5> data{};  // parameters, gradient, moments; null where there is none
  Index size = 0;

  Real* moment(std::size_t k) const { return data[k + 2]; }
};

/// The loop that all rules share, one pass: p[i] ← f(i, p[i], g[i] + λ·p[i]), where f updates the moments. The previous
/// parameters go where the gradient was.
template <class F>
void update_each(const UpdateStep& step, const UpdateBlock& block, const F f) {
  Real *const p = block.data[0], *const g = block.data[1];
  const Index n = block.size;
  const Real decay = step.decay;
  for (Index i = 0; i < n; ++i) {
    const Real previous = p[i];
    p[i] = f(i, previous, g[i] + decay * previous);
    g[i] = previous;
  }
}

/// One optimizer. Elementwise, so that a vector can be cut anywhere.
class UpdateRule {
 public:
  /// How many vectors as long as the parameters it remembers, at most 3.
  virtual int moments(const OptimizerConfig& config) const = 0;
  /// Completes what all blocks of an update share.
  virtual void prepare(UpdateStep&) const {}
  /// Bounds after an update, from those before it and a bound of the gradient's elements, weight decay included.
  virtual Bounds bounds(const UpdateStep& step, const Bounds& before, double gradient) const = 0;
  /// Updates parameters and moments of a block, by update_each.
  virtual void update(const UpdateStep& step, const UpdateBlock& block) const = 0;

 protected:
  ~UpdateRule() = default;  // rules are constants
};

const UpdateRule& sgd_rule();
const UpdateRule& momentum_rule();
const UpdateRule& nesterov_rule();
const UpdateRule& rmsprop_rule();
const UpdateRule& adagrad_rule();
const UpdateRule& adadelta_rule();
const UpdateRule& adam_rule();
const UpdateRule& adamw_rule();

/// The rule of a kind.
const UpdateRule& rule_of(OptimizerKind kind);

}  // namespace unfold
