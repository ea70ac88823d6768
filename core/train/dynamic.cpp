#include "unfold/train/dynamic.h"

#include <algorithm>
#include <cmath>

#include "unfold/base/phrase.h"
#include "unfold/model/loss.h"

namespace unfold {
namespace {

OptimizerConfig optimizer_of(const DynamicOptions& options) {
  return {.kind = options.rms ? OptimizerKind::adam : OptimizerKind::sgd,
          .learning_rate = options.learning_rate,
          .beta1 = 0};
}

}  // namespace

DynamicEvaluation::DynamicEvaluation(const Config& config, const Network& network, std::span<const Token> tokens,
                                     const DynamicOptions& options)
    : clip_(config.clip),
      options_(options),
      network_(network),
      text_(tokens.data(), Index(tokens.size()), 1),
      workspace_(network, options.sequence_length, 1, true),
      optimizer_(optimizer_of(options), network.table().size()),
      weights_(network.table().size()),
      packed_(network.plan().packed),
      gradient_(network.table().size()),
      targets_(std::size_t(options.sequence_length)),
      losses_(targets_.size()) {
  std::copy_n(network.parameters(), weights_.size(), weights_.data());
  if (options.decay == 0) return;
  trained_ = Buffer(weights_.size());
  std::copy_n(network.parameters(), weights_.size(), trained_.data());
}

void DynamicEvaluation::run(bool back) {
  slices_.clear();
  network_.slices(workspace_, back, slices_);
  for (const Network::Slice& slice : slices_) network_.run(slice, workspace_, back ? gradient_.data() : nullptr);
}

Evaluation DynamicEvaluation::advance() {
  const auto T = Index(targets_.size());
  text_.window(cursor_, T, workspace_.tokens(0), targets_.data());
  network_.pack(weights_.data(), packed_.data());
  network_.prepare(workspace_, weights_.data(), packed_.data());
  run(false);
  const auto count = T - std::count(targets_.begin(), targets_.end(), no_token);
  softmax_cross_entropy(workspace_.logits(), network_.outputs(), T, targets_.data(),
                        Real(1.0 / double(std::max<Index>(count, 1))), losses_.data());
  for (const double loss : losses_) sum_ += loss;
  predictions_ += count;
  learn();
  workspace_.carry();
  cursor_ += T;
  return {.done = cursor_ >= text_.length(),
          .fraction = std::min(1.0, double(cursor_) / double(text_.length())),
          .loss = sum_ / double(std::max<std::int64_t>(predictions_, 1)),
          .predictions = predictions_};
}

void DynamicEvaluation::learn() {
  std::fill_n(gradient_.data(), gradient_.size(), Real(0));
  workspace_.clear_gradients();
  run(true);
  const Norm norm = clip(clip_, gradient_.data(), gradient_.size());
  if (!std::isfinite(sum_) || !std::isfinite(norm.value) ||
      !optimizer_.update(weights_.data(), gradient_.data(), options_.learning_rate))
    throw Error(ErrorCode::non_finite, "dynamic.learningRate", "a rate at which the loss stays finite",
                shortly(options_.learning_rate));
  const Real decay = Real(options_.decay);
  const Real* trained = trained_.data();
  Real* w = weights_.data();
  for (Index i = 0; i < trained_.size(); ++i) w[i] += decay * (trained[i] - w[i]);
}

}  // namespace unfold
