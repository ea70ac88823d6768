// Updates of the parameters, and gradient clipping, with PyTorch's hyper-parameters and meanings.
//
//   Optimizer optimizer(config.optimizer, size);
//   const Norm norm = clip(config.clip, gradient, size);
//   const bool fits = optimizer.update(parameters, gradient, learning_rate);
#pragma once

#include <limits>
#include <vector>

#include "unfold/base/buffer.h"
#include "unfold/config/config.h"
#include "unfold/model/parameters.h"
#include "unfold/train/optimizers/update_rule.h"

namespace unfold {

/// How many vectors as long as the parameters an optimizer remembers, at most 3.
int moments(const OptimizerConfig& config);

/// Updates one flat vector of parameters by the rule of its kind; train/optimizers/ has the equations. Weight decay λ
/// adds λp to g in all but adamw.
class Optimizer {
 public:
  Optimizer(const OptimizerConfig& config, Index size);
  /// The same for the parameters of a network, with the groups of the configuration. Throws Error{invalid_config} if
  /// one of them matches nothing.
  Optimizer(const OptimizerConfig& config, const ParameterTable& table);

  /// A gradient of a larger norm, or a weight beyond the other bound, counts as overflow. Within them no sum and no
  /// square of any rule overflows float32, so the moments stay finite.
  static constexpr double largest_gradient = 1e15;
  static constexpr Real largest_weight = Real(1e12);

  /// One update with learning rate η. The number of updates so far counts for Adam's bias correction. Leaves the
  /// previous parameters in `gradient`, so that the update can be rolled back. False: a weight or a moment would
  /// overflow, and nothing has changed. With a bound for the gradient's `norm` an update that is far from that needs
  /// no dry run.
  bool update(Real* parameters, Real* gradient, double learning_rate,
              double norm = std::numeric_limits<double>::infinity());

  /// To be called when others changed parameters or moments since the last update.
  void invalidate_bounds();

  /// Changes numbers (not the kind) while training; throws as the constructor does, and then changes nothing.
  void configure(const OptimizerConfig& config, const ParameterTable& table);
  void configure(const OptimizerConfig& config) {
    segments_ = {{.end = size_, .weight_decay = config.weight_decay}};
    config_ = config;
  }

  /// The moments, for checkpoints: up to three vectors as long as the parameters.
  std::vector<Buffer>& moments() { return moments_; }
  const std::vector<Buffer>& moments() const { return moments_; }
  std::int64_t updates = 0;

 private:
  /// Neighbouring elements that are updated alike.
  struct Segment {
    Index begin = 0, end = 0;
    double rate = 1, weight_decay = 0;  // on η; λ
  };
  static std::vector<Segment> segments(const OptimizerConfig& config, const ParameterTable& table);
  UpdateStep step_of(const Segment& segment, double learning_rate) const;
  /// Elements [begin, begin + n) of all vectors that an update reads or writes.
  UpdateBlock block(Real* parameters, Real* gradient, Index begin, Index n);
  Bounds dry_run(const UpdateStep& step, const Segment& segment, Real* parameters, Real* gradient);

  OptimizerConfig config_;
  std::vector<Segment> segments_;
  const UpdateRule& rule_;
  std::vector<Buffer> moments_;
  Bounds bounds_;  // of parameters and moments as they are
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

}  // namespace unfold
