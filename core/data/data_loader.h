// Data loaders: they fill the windows of a workspace for the trainer and, once the network has run, measure its
// predictions.
#pragma once

#include <memory>
#include <string>

#include "unfold/data/task_head.h"
#include "unfold/data/tokens.h"
#include "unfold/model/network.h"

namespace unfold {

/// Where training stands, besides parameters, moments and state; all of it goes into a checkpoint.
struct Progress {
  std::int64_t step = 0, epoch = 0, cursor = 0, evaluated = 0;
  std::int64_t window = 0;      // of the batch at the cursor, where examples are read in several (task.carryState)
  double validation_loss = -1;  // as long as none was measured: a loss of numbers may be negative, too
  bool known() const { return evaluated > 0 || validation_loss >= 0; }
};

/// Which examples.
enum class Split { train, validation, test };

class DataLoader {
 public:
  virtual ~DataLoader() = default;
  /// Steps of the main stream and of the encoder, and columns, that a workspace needs.
  virtual Index steps() const = 0;
  virtual Index encoder_steps() const { return 0; }
  Index columns() const { return columns_; }

  /// Fills the next window of training; begins a new epoch where one is due.
  virtual void load(Workspace& w, Progress& progress) = 0;
  /// Whether nothing is to be answered in the window filled last, which only carries the state to the next one.
  virtual bool reads_on(const Progress&) const { return false; }
  /// The window has been learned: on to the next.
  virtual void advance(Workspace& w, Progress& progress) = 0;
  /// Epochs so far, the current one as a fraction.
  virtual double epochs(const Progress& progress) const = 0;
  /// How much there is to train on and to measure: characters, or examples.
  virtual Index size(Split split) const = 0;
  /// A fingerprint of the data, by which a checkpoint recognizes it.
  virtual std::string fingerprint() const = 0;

  /// Evaluation: fills the window at `cursor` of a split; returns the cursor of the next one.
  virtual Index load(Workspace& w, Split split, Index cursor) = 0;
  /// Cursors of a split go up to here.
  virtual Index length(Split split) const = 0;

  /// After forward: the predictions of the window filled last, measured. With `learn`, the workspace then holds the
  /// gradient of their mean loss (over those that count), else probabilities.
  virtual Metrics measure(const Network& network, Workspace& w, bool learn) = 0;
  /// Who measures a tile of answers, if the task can: measure() then adds up.
  virtual TileLoss* tile_loss() { return nullptr; }

 protected:
  explicit DataLoader(Index columns) : columns_(columns) {}
  Index columns_;
};

/// Contiguous sequences of a text: "next".
class TextLoader final : public DataLoader, public TileLoss {
 public:
  /// `tokens` (the whole text) must outlive the loader. Throws Error{invalid_text} if it is too short for
  /// batch × (window+1).
  TextLoader(const Config& config, const std::vector<Token>& tokens);
  TextLoader(const TextLoader&) = delete;
  TextLoader& operator=(const TextLoader&) = delete;
  Index steps() const override { return window_; }
  void load(Workspace& w, Progress& progress) override;
  void advance(Workspace& w, Progress& progress) override;
  double epochs(const Progress& progress) const override;
  Index size(Split split) const override;
  std::string fingerprint() const override;
  Index load(Workspace& w, Split split, Index cursor) override;
  Index length(Split split) const override;
  Metrics measure(const Network& network, Workspace& w, bool learn) override;
  TileLoss* tile_loss() override { return this; }
  void measure_tile(Real* answers, Index rows, Index first, Index count, bool learn) override;

 private:
  const std::vector<Token>& tokens_;
  Index window_;
  double smoothing_;
  Index train_count_;
  Streams streams_;
  Coverage training_, validation_;
  std::vector<Token> targets_;
  std::vector<double> losses_;
};

/// Batches of whole sequences, padded to the longest: every other task. With task.carryState they go through several
/// windows of sequenceLength steps, until the longest has ended; pooled, they end together, in the last one.
class ExampleLoader final : public DataLoader {
 public:
  ExampleLoader(const Config& config, Dataset data);
  const Dataset& data() const { return data_; }
  const std::vector<Example>& examples(Split split) const {
    return split == Split::train ? data_.train : split == Split::validation ? data_.validation : data_.test;
  }
  Index steps() const override { return steps_; }
  Index encoder_steps() const override { return encoder_steps_; }
  void load(Workspace& w, Progress& progress) override;
  bool reads_on(const Progress& progress) const override;
  void advance(Workspace& w, Progress& progress) override;
  double epochs(const Progress& progress) const override;
  Index size(Split split) const override { return Index(examples(split).size()); }
  std::string fingerprint() const override;
  Index load(Workspace& w, Split split, Index cursor) override;
  Index length(Split split) const override { return size(split) * windows_; }
  Metrics measure(const Network& network, Workspace& w, bool learn) override;
  /// Fills the window with these examples, at most columns(), or with what they have in that window.
  void fill(Workspace& w, std::span<const Example* const> examples, Index window = 0);

 private:
  void shuffle(std::int64_t epoch);
  void read_row(const Real* row, Real* to) const;
  /// Puts the unknown symbol in place of some that were loaded.
  void drop_symbols(Workspace& w, std::int64_t step) const;
  void fill_column(Workspace& w, Index n, const Example& e);
  Index steps_of(const Example& e) const { return head_.steps(config_.task, data_, e); }
  /// Of the sequence that is cut into windows.
  Index read_steps(const Example& e) const;
  Index window_steps() const { return config_.task.pooled() ? encoder_steps_ : steps_; }
  /// Of these examples.
  Index windows_of(std::span<const Example* const> examples) const;
  Example part_of(const Example& e, Index window, Index windows) const;

  Config config_;
  const TaskHead& head_;
  Dataset data_;
  Index steps_ = 1, encoder_steps_ = 0;
  Index windows_ = 1;  // of the longest example
  double unknown_rate_ = 0;
  std::vector<std::uint32_t> order_;
  std::int64_t shuffled_ = -1;
  std::vector<const Example*> chosen_;
  std::vector<Index> encoder_lengths_;
  Scales inputs_;
  Targets targets_;
};

/// Sizes of the network that a dataset wants. Throws Error{invalid_argument} for a task without examples.
NetworkSizes network_sizes(const Config& config, const Dataset& data);

/// Training tokens of a text of `count` tokens: the first 1 − validation of it.
Index training_share(Index count, double validation);

}  // namespace unfold
