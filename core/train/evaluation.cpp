// Passes over a split: the part of the trainer that measures.
#include <algorithm>
#include <cmath>

#include "unfold/train/trainer.h"

namespace unfold {

namespace {

void add(std::vector<double>& sums, const std::vector<double>& more) {
  sums.resize(more.size());
  for (std::size_t k = 0; k < more.size(); ++k) sums[k] += more[k];
}

}  // namespace

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
                    .loss = pass.metrics.mean_loss(),
                    .predictions = pass.metrics.predictions,
                    .accuracy = pass.metrics.accuracy(),
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
  if (due) average_.observe(config_.averaging, result.loss);
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

}  // namespace unfold
