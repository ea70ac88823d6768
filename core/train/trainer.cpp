#include "unfold/train/trainer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "unfold/base/parallel.h"
#include "unfold/base/profile.h"

namespace unfold {

Trainer::Trainer(const Config& config, Network& network, std::unique_ptr<DataLoader> loader)
    : config_(config),
      network_(network),
      loader_(std::move(loader)),
      workspace_(network, loader_->steps(), loader_->columns(), true, loader_->encoder_steps()),
      optimizer_(config.optimizer, network.table().size()),
      schedule_(config.schedule),
      gradient_(network.table().size()) {
  workspace_.dropping().seed = config.seed;
  workspace_.dropping().variational = config.variational_dropout;
  workspace_.choosing().seed = config.seed;
  workspace_.set_dropout(config.dropout);
  if (keeps_best(config)) best_.values = Buffer(network.table().size());
}

namespace {

double mean(const Metrics& a) { return a.loss / double(std::max<std::int64_t>(a.predictions, 1)); }
void add(std::vector<double>& sums, const std::vector<double>& more) {
  sums.resize(more.size());
  for (std::size_t k = 0; k < more.size(); ++k) sums[k] += more[k];
}
double accuracy(const Metrics& a) { return a.total > 0 ? double(a.correct) / double(a.total) : -1; }

}  // namespace

StepReport Trainer::step() {
  for (;;)
    if (const std::optional<StepReport> report = advance()) return *report;
}

/// Begin, pieces of forward, loss, pieces of backward, update.
std::optional<StepReport> Trainer::advance() {
  if (aside_) drop_step();
  const std::size_t now = std::exchange(next_, 0);  // if anything throws, the step begins anew
  if (now == 0)
    begin_step();
  else if (now <= forward_)
    network_.run(pieces_[now - 1], workspace_, nullptr);
  else if (now == forward_ + 1)
    learn();
  else if (now <= pieces_.size() + 1)
    network_.run(pieces_[now - 2], workspace_, gradient_.data());
  else
    return finish_step();
  next_ = now + 1;
  return std::nullopt;
}

void Trainer::begin_step() {
  cancel_evaluation();
  loader_->load(workspace_, progress_);
  workspace_.dropping().on = true;
  workspace_.dropping().pass = std::uint64_t(progress_.step);
  workspace_.choosing().pass = std::uint64_t(progress_.step);
  workspace_.choosing().epsilon = teacher_forcing_rate(config_.scheduled_sampling, progress_.step);
  report_ = {.step = progress_.step + 1,
             .epoch = progress_.epoch,
             .learning_rate = schedule_.rate(config_.optimizer.learning_rate, progress_.step)};
  network_.prepare(workspace_);
  pieces_.clear();
  network_.slices(workspace_, false, pieces_);
  forward_ = pieces_.size();
  network_.slices(workspace_, true, pieces_);
}

/// Loss and its gradient, between forward and backward.
void Trainer::learn() {
  const Metrics metrics = loader_->measure(network_, workspace_, true);
  report_.loss = mean(metrics);
  report_.accuracy = accuracy(metrics);
  rolled_back_ = !std::isfinite(report_.loss) && roll_back();
  can_roll_back_ = false;
  parallel_for(gradient_.size(), 1024, double(gradient_.size()), [&](Index begin, Index end) {
    std::memset(static_cast<void*>(gradient_.data() + begin), 0, std::size_t(end - begin) * sizeof(Real));
  });
  workspace_.clear_gradients();
}

StepReport Trainer::finish_step() {
  StepReport& report = report_;
  const Norm norm = [&] {
    const Timed timed(Phase::optimizer);
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
  if (!optimizer_.update(network_.parameters(), gradient_.data(), report.learning_rate, left))
    not_finite(report, false);
  can_roll_back_ = true;
  best_.present = false;
  network_.touch();
  changes_ = network_.changes();
  loader_->advance(workspace_, progress_);
  ++progress_.step;
  return report;
}

bool Trainer::roll_back() {
  if (!can_roll_back_) return false;
  can_roll_back_ = false;
  std::copy(gradient_.data(), gradient_.data() + gradient_.size(), network_.parameters());
  best_.present = false;
  network_.touch();
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

bool Trainer::evaluation_due() const {
  return validates() && progress_.step > 0 && progress_.step % config_.evaluate_every == 0 &&
         progress_.evaluated != progress_.step;
}

/// One window of a pass; the training state is put aside meanwhile.
void Trainer::begin_window(Split split) {
  const Index count = loader_->size(split), least = split == Split::validation ? smallest() : 1;
  if (count < least)
    throw Error(ErrorCode::invalid_state, split == Split::validation ? "validationSplit" : "split",
                config_.task.learns_text() ? "a validation split of at least 2 characters" : "a split with examples",
                std::to_string(count));
  drop_step();
  if (!evaluation_ || evaluation_->split != split) evaluation_ = Pass{.split = split, .state = fresh_state()};
  workspace_.read_state(training_state_);
  aside_ = true;
  workspace_.set_state(evaluation_->state);
  workspace_.dropping().on = false;
  evaluation_->next = loader_->load(workspace_, split, evaluation_->cursor);
  network_.prepare(workspace_);
  pieces_.clear();
  network_.slices(workspace_, false, pieces_);
}

Evaluation Trainer::finish_window() {
  Pass& pass = *evaluation_;
  const Metrics a = loader_->measure(network_, workspace_, false);
  pass.metrics.loss += a.loss;
  pass.metrics.predictions += a.predictions;
  pass.metrics.correct += a.correct;
  pass.metrics.total += a.total;
  pass.metrics.confusion.add(a.confusion);
  add(pass.metrics.squares, a.squares);
  add(pass.metrics.absolutes, a.absolutes);
  add(pass.metrics.counted, a.counted);
  pass.cursor = pass.next;
  workspace_.carry();
  workspace_.read_state(pass.state);  // of the same size: nothing is allocated, nothing can fail half-way
  drop_step();
  const Index length = loader_->length(pass.split);
  Evaluation result{.done = pass.cursor >= length,
                    .fraction = std::min(1.0, double(pass.cursor) / double(length)),
                    .loss = mean(pass.metrics),
                    .predictions = pass.metrics.predictions,
                    .accuracy = accuracy(pass.metrics),
                    .confusion = pass.cursor >= length ? pass.metrics.confusion : Confusion{},
                    .rmse = pass.metrics.squares,
                    .mae = pass.metrics.absolutes};
  for (std::size_t k = 0; k < result.rmse.size(); ++k) {
    const double count = std::max(pass.metrics.counted[k], 1.0);
    result.rmse[k] = std::sqrt(result.rmse[k] / count);
    result.mae[k] /= count;
  }
  return result;
}

/// A whole pass is done.
void Trainer::record(const Evaluation& result, Split split) {
  evaluation_.reset();
  if (split != Split::validation) return;
  const bool due = evaluation_due();
  if (due) progress_.evaluated = progress_.step;
  if (!std::isfinite(result.loss))
    throw Error(ErrorCode::non_finite, "validation", "a finite loss (lower the learning rate, or clip)",
                shortly(result.loss));
  if (due) schedule_.observe(result.loss);
  if (due) best_.observe(progress_.step, result.loss, config_.early_stopping.min_delta, network_.parameters());
  progress_.validation_loss = result.loss;
}

Evaluation Trainer::evaluate(Split split) {
  for (;;) {
    const std::optional<Evaluation> result = advance_evaluation(split);
    if (result && result->done) return *result;
  }
}

std::optional<Evaluation> Trainer::advance_evaluation(Split split) {
  try {
    if (!aside_ || evaluation_->split != split) {
      begin_window(split);
      return std::nullopt;
    }
    if (next_ < pieces_.size()) {
      network_.run(pieces_[next_++], workspace_, nullptr);
      return std::nullopt;
    }
    Evaluation result = finish_window();
    if (result.done) record(result, split);
    return result;
  } catch (...) {
    drop_step();
    throw;
  }
}

void Trainer::drop_step() {
  next_ = 0;
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
  if (keeps_best(config) && best_.values.size() == 0) best_.values = Buffer(network_.table().size());
  config_ = config;
  optimizer_.configure(config.optimizer);
  schedule_.configure(config.schedule);
  workspace_.set_dropout(config.dropout);
}

void Trainer::restore(const Progress& progress, const State& state) {
  drop_step();
  cancel_evaluation();
  progress_ = progress;
  workspace_.set_state(state);
}

}  // namespace unfold
