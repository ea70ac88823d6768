// Truncated back-propagation through time (Werbos 1990; Williams & Peng 1990): window after window of what a data
// loader gives, forward, loss, backward, clip, update.
#pragma once

#include <functional>
#include <optional>

#include "unfold/data/data_loader.h"
#include "unfold/train/averaging.h"
#include "unfold/train/best_weights.h"
#include "unfold/train/optim.h"
#include "unfold/train/schedule.h"

namespace unfold {

/// What one training step did. Losses are means over all predictions of the window: nats, or the loss of numbers.
struct StepReport {
  std::int64_t step = 0;
  std::int64_t epoch = 0;
  double loss = 0, gradient_norm = 0, learning_rate = 0;
  bool clipped = false;
  double accuracy = -1;  // share of correct predictions, see Metrics; −1: the task has none
};

/// What a pass over a split has found so far.
struct Evaluation {
  bool done = false;    // the whole split was measured
  double fraction = 0;  // of the split that was
  double loss = 0;      // nats (or the loss of numbers) per prediction, over all so far
  std::int64_t predictions = 0;
  double accuracy = -1;
  Confusion confusion;            // of labels
  std::vector<double> rmse, mae;  // of regress: of each column that is predicted, in the file's units
};

class Trainer {
 public:
  Trainer(const Config& config, Network& network, std::unique_ptr<DataLoader> loader);
  /// On a text, see TextLoader.
  Trainer(const Config& config, Network& network, const std::vector<Token>& tokens)
      : Trainer(config, network, std::make_unique<TextLoader>(config, tokens)) {}

  /// One update: forward, loss and backward for `accumulate` windows, clip, update. If loss, gradient or an updated
  /// weight overflows, throws NonFinite, and the weights are the last ones that gave a finite loss: where the loss is
  /// not finite, the previous update is rolled back. The next step goes on from there.
  StepReport step();
  /// The same a piece of a few milliseconds at a time: a report when the step is done. Meanwhile the network may be
  /// read, but not the state that a checkpoint holds; evaluate, configure and restore drop the step.
  std::optional<StepReport> advance();
  bool under_way() const { return next_ > 0 || aside_; }
  /// Whether what is under way is a window of an evaluation.
  bool evaluating() const { return aside_; }
  /// Forgets a step, or a window of an evaluation, that is not done: the next one begins where it began.
  void drop_step();
  /// Whether validations come due: every `evaluateEvery` steps, where there is something to measure.
  bool validates() const { return config_.evaluate_every > 0 && validation_tokens() >= smallest(); }
  /// Whether a validation is due before the next step (every `evaluateEvery` steps).
  bool evaluation_due() const;
  /// Measures a whole split, and ends a pass over it that is half done. A validation that was due counts for `plateau`.
  Evaluation evaluate(Split split = Split::validation);
  /// The same a piece of a few milliseconds at a time: a result when another window is measured. Asking for another
  /// split begins that one's pass.
  std::optional<Evaluation> advance_evaluation(Split split = Split::validation);
  /// Drops a validation half done.
  void cancel_evaluation();

  /// What a validation that was due has found best so far.
  const BestWeights& best() const { return best_; }
  BestWeights& best() { return best_; }
  /// Validations without a better loss that end a run: those of the configuration. Where it names none, usual_patience
  /// of a run that is `endless` and learns from data of one's own; what a generated dataset asks for is often learned
  /// after a long plateau. 0: the run does not end by itself.
  int patience(bool endless) const;
  /// Whether a run is to end here, see patience().
  bool stops_early(bool endless) const;
  /// Average weights (Config::averaging): what is trained, while the network's parameters are the average.
  const Average& average() const { return average_; }
  Average& average() { return average_; }
  /// Makes the best weights the present ones; the optimizer's moments stay. False where no validation was due yet.
  bool restore_best();

  void configure(const Config& config);

  DataLoader& loader() { return *loader_; }
  const DataLoader& loader() const { return *loader_; }
  Index train_tokens() const { return loader_->size(Split::train); }
  Index validation_tokens() const { return loader_->size(Split::validation); }
  const Progress& progress() const { return progress_; }
  double epochs() const { return loader_->epochs(progress_); }
  Optimizer& optimizer() { return optimizer_; }
  const Optimizer& optimizer() const { return optimizer_; }
  Schedule& schedule() { return schedule_; }
  const Schedule& schedule() const { return schedule_; }
  const Network& network() const { return network_; }
  Workspace& workspace() { return workspace_; }
  const Workspace& workspace() const { return workspace_; }
  void restore(const Progress& progress, const State& state);

 private:
  struct Pass {
    Split split = Split::validation;
    Index cursor = 0, next = 0;  // of the window, and of the one after
    Metrics metrics;
    State state;
  };
  State fresh_state();
  /// What a validation needs: two characters (the first has no past), or an example.
  Index smallest() const { return config_.task.learns_text() ? 2 : 1; }
  void begin_step();
  /// Fills the next window of the step.
  void load_window();
  /// Fills the one after a window in which nothing is to be learned.
  void read_on();
  void fill_window();
  void learn();
  /// The weights that are trained: the network's, or those whose average the network has.
  Real* trained() { return config_.averaging.on() ? average_.weights.data() : network_.parameters(); }
  /// Memory for what a configuration needs beside the network's.
  void allocate(const Config& config);
  /// Prepares the window for training, with the weights as they are perturbed in this step.
  void prepare_weights();
  void complete_gradient();
  /// What draws the masks of the weights in this step, and of its first window.
  Dropping draw() const;
  StepReport finish_step();
  void begin_window(Split split);
  Evaluation finish_window();
  void record(const Evaluation& result, Split split);
  /// Undoes the last update, if the parameters of before are still known.
  bool roll_back();
  [[noreturn]] void not_finite(const StepReport& report, bool rolled_back);

  Config config_;
  Network& network_;
  std::unique_ptr<DataLoader> loader_;
  Workspace workspace_;
  Optimizer optimizer_;
  Schedule schedule_;
  Progress progress_;
  BestWeights best_;
  Average average_;
  Buffer perturbed_;  // [parameters], see train/regularizers.h
  Buffer packed_;     // weights that are not the network's, packed
  Buffer gradient_;   // between an update and the next backward: the parameters before
  bool can_roll_back_ = false;
  std::int64_t changes_ = -1;           // of the network, after the last update
  std::vector<Network::Slice> pieces_;  // of the step: forward, then backward; or of a window of an evaluation
  std::size_t next_ = 0, forward_ = 0;  // what advance() does next, and how many pieces are forward
  StepReport report_;                   // of the step under way
  Progress ahead_;                      // where the loader stands in it
  Metrics metrics_;                     // of its windows so far
  int window_ = 0;                      // how many of them are done
  State start_;                         // where there are several, the state before the first
  bool rolled_back_ = false;
  std::optional<Pass> evaluation_;
  State training_state_;  // of the workspace, while that one runs a window of an evaluation
  bool aside_ = false;    // whether it does
};

}  // namespace unfold
