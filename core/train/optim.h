// Optimisers, learning-rate schedules and gradient clipping, with PyTorch's hyper-parameters and meanings.
#pragma once

#include <array>
#include <limits>
#include <string>
#include <vector>

#include "unfold/base/buffer.h"
#include "unfold/config/config.h"

namespace unfold {

struct UpdateLoop;

/// Updates one flat vector of parameters.
///   sgd       p −= η·g
///   momentum  v ← μv + g;  p −= η·v                    nesterov: p −= η·(g + μv)      (Sutskever 2013)
///   rmsprop   s ← ρs + (1−ρ)g²;  p −= η·g/(√s + ε)     centered: √(s − m²), m ← ρm + (1−ρ)g   (Graves 2013)
///   adagrad   s ← s + g²;  p −= η·g/(√s + ε)           (Duchi 2011)
///   adadelta  s ← ρs + (1−ρ)g²;  d = g·√(u+ε)/√(s+ε);  u ← ρu + (1−ρ)d²;  p −= η·d     (Zeiler 2012)
///   adam      m ← β₁m + (1−β₁)g;  s ← β₂s + (1−β₂)g²;  p −= η·m̂/(√ŝ + ε)   (Kingma & Ba 2015)
///   adamw     p ← p·(1 − ηλ) first, then adam           (Loshchilov & Hutter 2019)
/// Weight decay λ adds λp to g in all but adamw.
class Optimizer {
 public:
  Optimizer(const OptimizerConfig& config, Index size);

  /// A gradient of a larger norm, or a weight beyond the other bound, counts as overflow. Within them no sum and no
  /// square of any method overflows float32, so the moments stay finite.
  static constexpr double largest_gradient = 1e15;
  static constexpr Real largest_weight = Real(1e12);

  /// One update with learning rate η. The number of updates so far counts for Adam's bias correction. The former
  /// parameters are left in `gradient`. False: a weight or a moment would overflow, and nothing has changed. With a
  /// bound for the gradient's `norm` an update that is far from that is not tried beforehand.
  bool update(Real* parameters, Real* gradient, double learning_rate,
              double norm = std::numeric_limits<double>::infinity());

  /// To be called when parameters were changed by others since the last update, or moments.
  void unsure();

  /// Changes numbers (not the method) while training.
  void configure(const OptimizerConfig& config) { config_ = config; }

  /// The moments, for checkpoints: up to three vectors as long as the parameters.
  std::vector<Buffer>& moments() { return moments_; }
  const std::vector<Buffer>& moments() const { return moments_; }
  std::int64_t updates = 0;

 private:
  bool make(const UpdateLoop& loop, Real* p, Real* g, const std::array<double, 4>& reach);
  template <class F>
  bool each(Real* p, Real* g, const std::array<double, 4>& reach, const F& f);
  bool apply(Real* parameters, Real* gradient, double learning_rate, double norm);

  OptimizerConfig config_;
  std::vector<Buffer> moments_;
  std::array<double, 4> largest_;  // magnitudes that parameters and moments have at most
  Index size_;
};

/// What happened to a gradient.
struct Norm {
  double value;  // before clipping; not finite if an element is not
  bool clipped;
};

/// Clips by value (clamp to ±value), then by global norm (g·norm/(‖g‖ + 1e-6)), 0 meaning off; the factor is at most 1,
/// as in PyTorch. The norm is summed in double over fixed blocks, so it does not depend on threads.
Norm clip(const ClipConfig& config, Real* gradient, Index size);

/// Learning rate as a function of the step, and of the validation losses for `plateau`.
///   step         η·factor^⌊t/every⌋             exponential  η·factor^(t/every)
///   cosine       minimum + (η−minimum)(1+cos(π·t/steps))/2, then minimum
///   plateau      η·factor^k, k = how often `patience` further validations brought nothing better
/// Each is multiplied by min(1, (t+1)/warmup) while t < warmup, and never falls under `minimum`.
class Schedule {
 public:
  explicit Schedule(const ScheduleConfig& config) : config_(config) {}
  double rate(double base, std::int64_t step) const;
  /// A validation loss was measured.
  void observe(double loss);
  void configure(const ScheduleConfig& config) { config_ = config; }

  struct Plateau {
    double best = 1e300;
    int bad = 0, reductions = 0;
  } plateau;

 private:
  ScheduleConfig config_;
};

}  // namespace unfold
