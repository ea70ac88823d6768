#include "trainer.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "parallel.h"

namespace unfold {

Index training_share(Index count, double validation) {
  if (validation <= 0) return count;
  return std::min(Index(double(count) * (1 - validation)), count - 2);
}

namespace {

Index checked_share(const Config& config, Index count) {
  const Index train = training_share(count, config.validation);
  const Index needed = Index(config.batch) * (config.window + 1) + 1;
  if (train < needed)
    throw Error(ErrorCode::invalid_text, "text",
                "at least " + std::to_string(needed) + " training characters for batch " +
                    std::to_string(config.batch) + " × window " + std::to_string(config.window) +
                    " (lower one of them, or give more text)",
                std::to_string(std::max<Index>(train, 0)));
  return train;
}

}  // namespace

Trainer::Trainer(const Config& config, Network& network, const std::vector<Token>& tokens)
    : config_(config),
      network_(network),
      tokens_(tokens),
      train_count_(checked_share(config, Index(tokens.size()))),
      streams_(tokens.data(), train_count_, config.batch),
      coverage_(tokens.data() + train_count_, std::max<Index>(Index(tokens.size()) - train_count_, 1), config.batch),
      workspace_(network, config.window, config.batch, true),
      optimizer_(config.optimizer, network.table().size()),
      schedule_(config.schedule),
      gradient_(network.table().size()),
      targets_(std::size_t(config.window) * std::size_t(config.batch)),
      losses_(targets_.size()) {
  workspace_.dropping().seed = config.seed;
  workspace_.dropping().variational = config.variational;
  workspace_.set_dropout(network, config.dropout);
}

/// Forward and loss of the window in the workspace; returns the sum of losses. Summed in one fixed order.
double Trainer::window_loss(Real scale) {
  network_.forward(workspace_);
  softmax_cross_entropy(workspace_.logits(), network_.symbols(), Index(targets_.size()), targets_.data(), scale,
                        losses_.data());
  double sum = 0;
  for (const double loss : losses_) sum += loss;
  return sum;
}

StepReport Trainer::step() {
  cancel_evaluation();
  const Index T = config_.window, K = Index(targets_.size());
  if (progress_.cursor + T > streams_.length()) {
    progress_.cursor = 0;
    ++progress_.epoch;
    workspace_.reset();
  }
  streams_.window(progress_.cursor, T, workspace_.tokens(0), targets_.data());
  workspace_.dropping().on = true;
  workspace_.dropping().pass = std::uint64_t(progress_.step);
  StepReport report{.epoch = progress_.epoch};
  report.loss = window_loss(Real(1.0 / double(K))) / double(K);
  parallel_for(gradient_.size(), 1024, double(gradient_.size()), [&](Index begin, Index end) {
    std::memset(static_cast<void*>(gradient_.data() + begin), 0, std::size_t(end - begin) * sizeof(Real));
  });
  network_.backward(workspace_, gradient_.data());
  const Norm norm = clip(config_.clip, gradient_.data(), gradient_.size());
  if (!std::isfinite(report.loss) || !std::isfinite(norm.value)) not_finite(report.loss, norm.value);
  report.gradient_norm = norm.value;
  report.clipped = norm.clipped;
  report.learning_rate = schedule_.rate(config_.optimizer.learning_rate, progress_.step);
  optimizer_.update(network_.parameters(), gradient_.data(), report.learning_rate);
  network_.touch();
  workspace_.carry();
  progress_.cursor += T;
  report.step = ++progress_.step;
  return report;
}

void Trainer::not_finite(double loss, double norm) {
  std::string worst = "loss";
  double largest = 0;
  for (const Parameter& p : network_.table())
    for (Index i = 0; i < p.size(); ++i) {
      const double g = std::fabs(double(gradient_.data()[p.offset + i]));
      if (std::isfinite(g) && g <= largest) continue;
      worst = p.name;
      largest = g;
      if (!std::isfinite(g)) break;
    }
  throw Error(ErrorCode::non_finite, "step " + std::to_string(progress_.step + 1),
              "a finite loss and gradient (lower the learning rate, or clip)",
              "loss " + std::to_string(loss) + ", gradient norm " + std::to_string(norm) + ", largest in " + worst);
}

bool Trainer::evaluation_due() const {
  return config_.evaluate_every > 0 && validation_tokens() > 1 && progress_.step > 0 &&
         progress_.step % config_.evaluate_every == 0 && progress_.evaluated != progress_.step;
}

Evaluation Trainer::evaluate() {
  if (validation_tokens() < 2)
    throw Error(ErrorCode::invalid_state, "validation", "a validation split of at least 2 characters",
                std::to_string(validation_tokens()));
  if (!evaluation_) {
    evaluation_ = Pass{.state = fresh_state()};
  }
  Pass& pass = *evaluation_;
  workspace_.read_state(training_state_);
  workspace_.set_state(pass.state);
  workspace_.dropping().on = false;
  coverage_.window(pass.cursor, config_.window, workspace_.tokens(0), targets_.data());
  pass.sum += window_loss(0);
  for (const Token target : targets_) pass.predictions += target != no_token;
  workspace_.carry();
  workspace_.read_state(pass.state);  // of the same size: nothing is allocated, nothing can fail half-way
  workspace_.set_state(training_state_);
  pass.cursor += config_.window;

  Evaluation result{.done = pass.cursor >= coverage_.length(),
                    .fraction = std::min(1.0, double(pass.cursor) / double(coverage_.length())),
                    .loss = pass.sum / double(std::max<std::int64_t>(pass.predictions, 1)),
                    .predictions = pass.predictions};
  if (!result.done) return result;
  evaluation_.reset();
  const bool due = evaluation_due();
  if (due) progress_.evaluated = progress_.step;
  if (!std::isfinite(result.loss))
    throw Error(ErrorCode::non_finite, "validation", "a finite loss (lower the learning rate, or clip)",
                std::to_string(result.loss));
  if (due) schedule_.observe(result.loss);
  progress_.validation_loss = result.loss;
  return result;
}

State Trainer::fresh_state() {
  State fresh = workspace_.state();
  std::fill(fresh.values.begin(), fresh.values.end(), Real(0));
  std::fill(fresh.tokens.begin(), fresh.tokens.end(), no_token);
  fresh.clock = 0;
  return fresh;
}

void Trainer::configure(const Config& config) {
  config_ = config;
  optimizer_.configure(config.optimizer);
  schedule_.configure(config.schedule);
  workspace_.set_dropout(network_, config.dropout);
}

void Trainer::restore(const Progress& progress, const State& state) {
  cancel_evaluation();
  progress_ = progress;
  workspace_.set_state(state);
}

}  // namespace unfold
