#include "unfold/train/trainer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "unfold/base/parallel.h"
#include "unfold/base/profile.h"
#include "unfold/train/regularizers.h"

namespace unfold {

Trainer::Trainer(const Config& config, Network& network, std::unique_ptr<DataLoader> loader)
    : config_(config),
      network_(network),
      loader_(std::move(loader)),
      workspace_(network, loader_->steps(), loader_->columns(), true, loader_->encoder_steps(), loader_->tile_loss()),
      optimizer_(config.optimizer, network.table()),
      schedule_(config.schedule),
      gradient_(network.table().size()) {
  workspace_.dropping().seed = config.seed;
  workspace_.dropping().variational = config.variational_dropout;
  workspace_.dropping().input = config.regularization.input_dropout;
  workspace_.choosing().seed = config.seed;
  workspace_.set_dropout(config.dropout);
  allocate(config);
}

void Trainer::allocate(const Config& config) {
  const auto need = [](bool wanted, Buffer& buffer, Index size) {
    if (wanted && buffer.size() == 0) buffer = Buffer(size);
  };
  const Index size = network_.table().size();
  const bool perturbs = config.regularization.perturbs();
  need(keeps_best(config), best_.values, size);
  need(perturbs, perturbed_, size);
  need(config.averaging.on(), average_.weights, size);
  need(perturbs || config.averaging.on(), packed_, network_.plan().packed);
}

StepReport Trainer::step() {
  for (;;)
    if (const std::optional<StepReport> report = advance()) return *report;
}

/// Begin; for each window pieces of forward, loss, pieces of backward; update.
std::optional<StepReport> Trainer::advance() {
  if (aside_) drop_step();
  try {
    if (next_ == 0)
      begin_step();
    else if (next_ <= forward_)
      network_.run(pieces_[next_ - 1], workspace_, nullptr);
    else if (next_ == forward_ + 1 && loader_->reads_on(ahead_))
      read_on();
    else if (next_ == forward_ + 1)
      learn();
    else if (next_ <= pieces_.size() + 1)
      network_.run(pieces_[next_ - 2], workspace_, gradient_.data());
    else if (++window_ < config_.accumulate)
      load_window();
    else
      return finish_step();
    ++next_;
  } catch (...) {  // the step begins anew
    drop_step();
    throw;
  }
  return std::nullopt;
}

void Trainer::begin_step() {
  cancel_evaluation();
  if (config_.accumulate > 1) workspace_.read_state(start_);
  ahead_ = progress_;
  metrics_ = {};
  report_ = {.step = progress_.step + 1,
             .learning_rate = schedule_.rate(config_.optimizer.learning_rate, progress_.step)};
  load_window();
  report_.epoch = ahead_.epoch;
}

void Trainer::load_window() {
  if (window_ > 0) loader_->advance(workspace_, ahead_);
  fill_window();
}

void Trainer::read_on() {
  loader_->advance(workspace_, ahead_);
  fill_window();
}

void Trainer::fill_window() {
  loader_->load(workspace_, ahead_);
  workspace_.dropping().on = true;
  workspace_.dropping().pass = draw().pass + std::uint64_t(window_);
  workspace_.choosing().pass = workspace_.dropping().pass;
  workspace_.choosing().epsilon = teacher_forcing_rate(config_.scheduled_sampling, progress_.step);
  drop_numbers(network_, workspace_);
  prepare_weights();
  next_ = 0;
  pieces_.clear();
  network_.slices(workspace_, false, pieces_);
  forward_ = pieces_.size();
  network_.slices(workspace_, true, pieces_);
}

Dropping Trainer::draw() const {
  return {.seed = config_.seed, .pass = std::uint64_t(progress_.step) * std::uint64_t(config_.accumulate)};
}

void Trainer::prepare_weights() {
  const bool averages = config_.averaging.on(), perturbs = config_.regularization.perturbs();
  if (!averages && !perturbs) return network_.prepare(workspace_);
  const Real* weights = perturbs ? perturbed_.data() : average_.weights.data();
  if (window_ == 0) {
    if (averages && average_.of != network_.changes()) average_.restart(network_.parameters());  // others changed them
    average_.of = network_.changes();
    if (perturbs) perturb(config_.regularization, network_, draw(), trained(), perturbed_.data());
    network_.pack(weights, packed_.data());
  }
  network_.prepare(workspace_, weights, packed_.data());
}

/// Loss and its gradient, between forward and backward.
void Trainer::learn() {
  const Metrics metrics = loader_->measure(network_, workspace_, true);
  metrics_.loss += metrics.loss;
  metrics_.predictions += metrics.predictions;
  metrics_.correct += metrics.correct;
  metrics_.total += metrics.total;
  report_.loss = metrics_.mean_loss();
  report_.accuracy = metrics_.accuracy();
  if (window_ == 0) {
    rolled_back_ = !std::isfinite(report_.loss) && roll_back();
    can_roll_back_ = false;
    parallel_for(gradient_.size(), 1024, double(gradient_.size()), [&](Index begin, Index end) {
      std::memset(static_cast<void*>(gradient_.data() + begin), 0, std::size_t(end - begin) * sizeof(Real));
    });
  }
  workspace_.clear_gradients();
  penalize_activations(config_, network_, workspace_);
}

StepReport Trainer::finish_step() {
  StepReport& report = report_;
  const Norm norm = [&] {
    const Timed timed(Phase::optimizer);
    complete_gradient();
    return clip(config_.clip, gradient_.data(), gradient_.size());
  }();
  report.gradient_norm = norm.value;
  report.clipped = norm.clipped;
  // Clipping keeps a gradient within any bound; what was larger before it is no reason to stop.
  const bool small = std::isfinite(norm.value) && (norm.clipped || norm.value <= Optimizer::largest_gradient);
  if (!std::isfinite(report.loss) || !small) not_finite(report, rolled_back_);
  const Timed timed(Phase::optimizer);
  if (network_.changes() != changes_) optimizer_.invalidate_bounds();
  const double left = norm.clipped && config_.clip.norm > 0 ? config_.clip.norm : norm.value;
  if (!optimizer_.update(trained(), gradient_.data(), report.learning_rate, left)) not_finite(report, false);
  if (config_.regularization.max_norm > 0) limit_norms(config_.regularization.max_norm, network_.table(), trained());
  if (config_.averaging.on()) average_.add(config_.averaging, network_.parameters());
  can_roll_back_ = true;
  best_.present = false;
  network_.touch();
  changes_ = average_.of = network_.changes();
  loader_->advance(workspace_, ahead_);
  ahead_.step = progress_.step + 1;
  progress_ = ahead_;
  next_ = 0;
  window_ = 0;
  return report;
}

/// The mean over the windows of the step, of the weights as they are without masks.
void Trainer::complete_gradient() {
  Real* g = gradient_.data();
  if (const Real share = Real(1.0 / double(config_.accumulate)); config_.accumulate > 1)
    parallel_for(gradient_.size(), 1024, double(gradient_.size()), [=](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) g[i] *= share;
    });
  mask_gradient(config_.regularization, network_, draw(), g);
}

bool Trainer::roll_back() {
  if (!can_roll_back_) return false;
  can_roll_back_ = false;
  std::copy(gradient_.data(), gradient_.data() + gradient_.size(), network_.parameters());
  if (config_.averaging.on()) average_.restart(network_.parameters());  // the average had the update in it
  best_.present = false;
  network_.touch();
  average_.of = network_.changes();
  return true;
}

void Trainer::not_finite(const StepReport& report, bool rolled_back) {
  Overflow overflow;
  for (const Parameter& p : network_.table()) overflow.search(p.name, gradient_.data() + p.offset, p.size());
  overflow.step = report.step;
  overflow.loss = report.loss;
  overflow.gradient_norm = report.gradient_norm;
  overflow.learning_rate = report.learning_rate;
  overflow.rolled_back = rolled_back;
  throw NonFinite(overflow);
}

void Trainer::drop_step() {
  next_ = 0;
  if (std::exchange(window_, 0) > 0 && config_.accumulate > 1) workspace_.set_state(start_);
  if (!std::exchange(aside_, false)) return;
  workspace_.set_state(training_state_);
}

void Trainer::cancel_evaluation() {
  if (aside_) drop_step();
  evaluation_.reset();
}

State Trainer::fresh_state() {
  State fresh = workspace_.state();
  std::fill(fresh.values.begin(), fresh.values.end(), Real(0));
  std::fill(fresh.tokens.begin(), fresh.tokens.end(), no_token);
  std::fill(fresh.inputs.begin(), fresh.inputs.end(), Real(0));
  fresh.clock = 0;
  return fresh;
}

int Trainer::patience(bool endless) const {
  const int given = config_.early_stopping.patience;
  if (given != EarlyStoppingConfig::automatic) return given;
  return endless && config_.dataset.name.empty() ? usual_patience : 0;
}

bool Trainer::stops_early(bool endless) const {
  const int most = patience(endless);
  return most > 0 && best_.bad >= most;
}

bool Trainer::restore_best() {
  if (!best_.known()) return false;
  drop_step();
  cancel_evaluation();
  if (!std::exchange(best_.present, true)) {
    std::copy(best_.values.data(), best_.values.data() + best_.values.size(), network_.parameters());
    network_.touch();
    can_roll_back_ = false;
  }
  progress_.validation_loss = best_.loss;
  best_.bad = 0;  // a run that goes on from here may try as long again
  return true;
}

void Trainer::configure(const Config& config) {
  drop_step();
  optimizer_.configure(config.optimizer, network_.table());
  allocate(config);
  config_ = config;
  schedule_.configure(config.schedule);
  workspace_.set_dropout(config.dropout);
  workspace_.dropping().input = config.regularization.input_dropout;
}

void Trainer::restore(const Progress& progress, const State& state) {
  drop_step();
  cancel_evaluation();
  progress_ = progress;
  workspace_.set_state(state);
}

}  // namespace unfold
