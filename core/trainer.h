// Truncated back-propagation through time over a text (Werbos 1990; Williams & Peng 1990): contiguous streams,
// windows of T steps, the state carried from window to window.
#pragma once

#include <functional>
#include <optional>

#include "network.h"
#include "optim.h"
#include "tokens.h"

namespace unfold {

/// What one training step did. Losses are nats per token, means over all T·N predictions of the window.
struct StepReport {
  std::int64_t step = 0;
  std::int64_t epoch = 0;
  double loss = 0, gradient_norm = 0, learning_rate = 0;
  bool clipped = false;
};

/// A pass over the whole validation text, done in slices.
struct Evaluation {
  bool done = false;
  double fraction = 0;
  double loss = 0;  // nats per token, over all predictions so far
  std::int64_t predictions = 0;
};

/// Where training stands, besides parameters, moments and state; all of it goes into a checkpoint.
struct Progress {
  std::int64_t step = 0, epoch = 0, cursor = 0, evaluated = 0;
  double validation_loss = -1;
};

class Trainer {
 public:
  /// `tokens` (the whole text) must outlive the trainer. Throws Error{invalid_text} if it is too short for
  /// batch × (window+1).
  Trainer(const Config& config, Network& network, const std::vector<Token>& tokens);

  /// One window: forward, loss, backward, clip, update. If loss or gradient is not finite, throws
  /// Error{non_finite} before any parameter changed.
  StepReport step();
  /// Whether a validation is due before the next step (every `evaluateEvery` steps).
  bool evaluation_due() const;
  /// Works on the due validation (or one on demand) for a window; the result counts for `plateau` if it was due.
  Evaluation evaluate();
  /// Drops a validation half done.
  void cancel_evaluation() { evaluation_.reset(); }

  void configure(const Config& config);

  Index train_tokens() const { return train_count_; }
  Index validation_tokens() const { return Index(tokens_.size()) - train_count_; }
  const Progress& progress() const { return progress_; }
  Optimizer& optimizer() { return optimizer_; }
  const Optimizer& optimizer() const { return optimizer_; }
  Schedule& schedule() { return schedule_; }
  const Schedule& schedule() const { return schedule_; }
  Workspace& workspace() { return workspace_; }
  const Workspace& workspace() const { return workspace_; }
  void restore(const Progress& progress, const State& state);

 private:
  struct Pass {
    Index cursor = 0;
    double sum = 0;
    std::int64_t predictions = 0;
    State state;
  };
  State fresh_state();
  double window_loss(Real scale);
  [[noreturn]] void not_finite(double loss, double norm);

  Config config_;
  Network& network_;
  const std::vector<Token>& tokens_;
  Index train_count_;
  Streams streams_;
  Coverage coverage_;
  Workspace workspace_;
  Optimizer optimizer_;
  Schedule schedule_;
  Progress progress_;
  Buffer gradient_;
  std::vector<Token> targets_;
  std::vector<double> losses_;
  std::optional<Pass> evaluation_;
  State training_state_;  // put aside while evaluating
};

/// Training tokens of a text of `count` tokens: the first 1 − validation of it.
Index training_share(Index count, double validation);

}  // namespace unfold
