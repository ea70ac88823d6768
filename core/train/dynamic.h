// Dynamic evaluation: learning while reading (Mikolov et al. 2010; Krause et al. 2018). A text is read as one sequence,
// in short windows. The loss of each is measured; then its gradient g changes a copy w of the network's weights w₀:
//   sgd  w ← w − η·g + λ·(w₀ − w)
//   rms  w ← w − η·g/(√ŝ + ε) + λ·(w₀ − w),  ŝ the mean of g² so far, as Adam corrects it
#pragma once

#include <span>

#include "unfold/train/trainer.h"

namespace unfold {

struct DynamicOptions {
  bool rms = false;
  static constexpr double rms_rate = 1e-3;
  double learning_rate = 0.1;  // η
  double decay = 0;            // λ, 0 to 1
  int sequence_length = 20;    // steps of a window
};

class DynamicEvaluation {
 public:
  /// Of `tokens`, at least two, which must outlive it as the network must. Throws Error{out_of_memory}.
  DynamicEvaluation(const Config& config, const Network& network, std::span<const Token> tokens,
                    const DynamicOptions& options);
  /// Another window: what was found so far. The network is not changed. Throws Error{non_finite} where it diverges.
  Evaluation advance();

 private:
  void run(bool back);
  void learn();

  const ClipConfig clip_;
  const DynamicOptions options_;
  const Network& network_;
  Coverage text_;
  Workspace workspace_;
  Optimizer optimizer_;
  Buffer weights_, packed_, gradient_, trained_;  // trained_: w₀, where λ > 0
  std::vector<Network::Slice> slices_;
  std::vector<Token> targets_;
  std::vector<double> losses_;
  Index cursor_ = 0;
  double sum_ = 0;
  std::int64_t predictions_ = 0;
};

}  // namespace unfold
