// What the optimizers of this folder have in common. Each is one class in one file, with its equation, its source and
// the bounds within which it keeps parameters and moments; optim.cpp drives them.
#pragma once

#include <array>

#include "unfold/base/eigen.h"
#include "unfold/config/config.h"

namespace unfold {

/// What one update is made with.
struct UpdateStep {
  const OptimizerConfig& config;
  double learning_rate;  // η, as the schedule has it
  std::int64_t number;   // this update's, from 1, for Adam's bias correction

  Real rate() const { return Real(learning_rate); }
  /// ε of a denominator. 0 is legal, as in PyTorch, where 0/0 then makes a parameter NaN; here the smallest normal
  /// number stands in for it, which disappears in every other denominator and makes a step of 0 of 0/0.
  Real epsilon() const;
};

/// Upper bounds of magnitudes: of all parameters, and of each moment. Infinity: unknown.
struct Bounds {
  double parameters = 0;
  std::array<double, 3> moments{};
};

/// The same n elements of each vector. A rule reads the gradient, weight decay included, and may write over it.
struct UpdateBlock {
  ArrayView p, g, m0, m1, m2;  // parameters, gradient, moments (as many as the rule has)
};

/// One optimizer. Elementwise, so that a vector can be cut anywhere.
class UpdateRule {
 public:
  /// How many vectors as long as the parameters it remembers, at most 3.
  virtual int moments(const OptimizerConfig& config) const = 0;
  /// Whether weight decay stays out of the gradient.
  virtual bool decoupled() const { return false; }
  /// Bounds after an update, from those before it and a bound of the gradient's elements, weight decay included.
  virtual Bounds bounds(const UpdateStep& step, const Bounds& before, double gradient) const = 0;
  /// Updates the parameters and moments of a block.
  virtual void update(const UpdateStep& step, UpdateBlock& block) const = 0;

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
