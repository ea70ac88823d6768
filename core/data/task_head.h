// What a task that learns from examples does: how its examples are read from a text, how they fill a window, its loss
// and metrics, and what it predicts. One class a task, in generate/tasks/.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "unfold/base/json.h"
#include "unfold/base/rng.h"
#include "unfold/data/confusion.h"
#include "unfold/data/dataset.h"
#include "unfold/data/scaling.h"
#include "unfold/model/network.h"

namespace unfold {

/// Loss and metrics of the predictions of one window.
struct Metrics {
  /// Summed over what counts: nats, or losses of numbers (model/loss.h). These are in the file's units where there is
  /// one column to predict, else of the scaled columns, whose variance in the training part is 1 (see Scales).
  double loss = 0;
  std::int64_t predictions = 0;  // how many count
  /// Correct predictions: labels, or whole sequences under teacher forcing, which are just those that greedy decoding
  /// gets right. Of notes: those in both, among those in either.
  std::int64_t correct = 0, total = 0;
  Confusion confusion;  // of labels, where nothing is learned
  /// Of regress, where nothing is learned from it: sums over the predictions, for each column, in the file's units.
  std::vector<double> squares, absolutes, counted;

  double mean_loss() const { return loss / double(std::max<std::int64_t>(predictions, 1)); }
  /// -1: the task has none.
  double accuracy() const { return total > 0 ? double(correct) / double(total) : -1; }
};

/// The targets of a window of T steps of N columns; element t·N + n is step t of column n. A task uses what it
/// needs.
struct Targets {
  Index steps = 1, columns = 0;         // T, N
  std::vector<Index> lengths;           // [N]; 0: no example stands in this column
  std::vector<Token> tokens;            // [T·N]; no_token: this step does not count
  std::vector<Token> sequence_lengths;  // [T·N]; of step 0 alone, where the length is predicted first
  std::vector<Real> values;             // [O × T·N]
  std::vector<Real> halts;              // [T·N]; 1: the sequence ends with this step
  std::vector<std::uint8_t> counts;     // [T·N]; 1: the step has an answer
  std::vector<Real> weights;            // of each label; empty: all weigh 1
  std::vector<std::uint8_t> wrong;      // [N], scratch
  std::vector<double> losses;           // [T·N], scratch
  Scales scales;                        // of the columns in `values`, which are scaled already

  /// Room for windows of T steps and O values a step.
  Targets(Index T, Index N, Index O);
  /// Empties the first T steps.
  void clear(Index T);
  std::size_t at(Index t, Index n) const { return std::size_t(t * columns + n); }
};

/// A trained network, and what its symbols and numbers mean.
struct Predictor {
  Network& network;
  const Config& config;
  const Dataset& names;  // names and sizes, without examples
};

/// What a request may ask of a prediction.
struct PredictOptions {
  int beam_width = 1;
  double length_penalty = 0;
  std::optional<double> temperature;  // none: the task's default
  std::uint64_t seed = 1;
  Index steps = 0;           // to be forecast beyond the input
  std::vector<Real> future;  // what these steps read of the columns that are not predicted, row after row
};

class TaskHead {
 public:
  virtual ~TaskHead() = default;

  /// The examples of a text; the format stands at the task's class. Throws Error{invalid_text}.
  virtual Dataset read(std::string_view text, const Config& config) const = 0;
  /// The same for a model that exists and reads a table: by the names of its columns.
  virtual Dataset read_known(std::string_view text, const Config& config, const std::vector<Column>* known) const;
  /// See preview.
  virtual Json preview(std::string_view text, const Config& config) const;

  /// Sizes of the network that the data want.
  virtual NetworkSizes sizes(const TaskConfig& task, const Dataset& data) const = 0;
  /// Steps of an example in the main stream, and in the encoder.
  virtual Index steps(const TaskConfig& task, const Dataset& data, const Example& e) const;
  virtual Index encoder_steps(const TaskConfig& task, const Dataset& data, const Example& e) const;

  /// Writes what is to be answered in column n, and what the main stream reads besides the example's input.
  virtual void fill(const TaskConfig& task, const Dataset& data, const Example& e, Index n, Workspace& w,
                    Targets& targets) const = 0;
  /// After forward: loss and metrics. With `learn`, the workspace then holds the gradient of the mean loss (over
  /// answers that count), else probabilities.
  virtual Metrics measure(const TaskConfig& task, const Network& network, Workspace& w, Targets& targets,
                          bool learn) const = 0;
  /// What a mistake of each label weighs while learning; empty: the same.
  virtual std::vector<Real> label_weights(const TaskConfig&, const Dataset&) const { return {}; }
  /// See trivial_loss.
  virtual double trivial_loss(const TaskConfig& task, const std::vector<Example>& train,
                              const std::vector<Example>& measured, const Dataset& data) const = 0;

  /// Whether a request has an input.
  virtual bool reads_input() const { return true; }
  /// Takes `target` of a request into the example, whose input is read already. Throws Error{invalid_argument}.
  virtual void parse_target(const Predictor& p, const Json& target, Example& e) const = 0;
  /// Puts an example's answer into `json`, as parse_target and its fields have it.
  virtual void show_target(const Predictor& p, const Example& e, Json& json) const = 0;
  /// Puts what the network predicts into `json`; see predict.h. `has_target`: the example's own answer has been
  /// measured.
  virtual void predict(const Predictor& p, const Example& e, const PredictOptions& options, bool has_target,
                       Json& json) const = 0;
};

/// {format: "lines", rows, first: lines, notes: []}.
Json preview_lines(std::string_view text);

/// The same with what its examples are: {…, symbols, lengths: {min, median, max}, separator?, header?, columns?,
/// labels?}.
Json preview_examples(std::string_view text, const Config& config, const Dataset& data);

/// Notes how many sequences were cut to task.max_length.
void say_truncated(Dataset& data, const TaskConfig& task);

/// Null for `next` and `tensor`, which have no examples.
const TaskHead* find_task_head(TaskKind kind);
/// Throws Error{invalid_argument} instead.
const TaskHead& task_head(const TaskConfig& task);

}  // namespace unfold
