// What a trainer learns from. A feed fills the windows of a workspace and, once the network has run, says how good its
// answers were.
#pragma once

#include <memory>
#include <string>

#include "unfold/data/dataset.h"
#include "unfold/data/tokens.h"
#include "unfold/model/network.h"

namespace unfold {

/// Where training stands, besides parameters, moments and state; all of it goes into a checkpoint.
struct Progress {
  std::int64_t step = 0, epoch = 0, cursor = 0, evaluated = 0;
  double validation_loss = -1;
};

/// The answers of one window.
struct Answers {
  double loss = 0;               // summed over what counts: nats, or squared errors
  std::int64_t predictions = 0;  // how many count
  /// Right answers: labels, or whole sequences under teacher forcing, which are just those that greedy decoding gets
  /// right. Of notes: those in both, among those in either.
  std::int64_t right = 0, asked = 0;
};

/// Which examples.
enum class Split { train, validation, test };

class Feed {
 public:
  virtual ~Feed() = default;
  /// Steps of the main stream and of the encoder, and columns, that a workspace needs.
  virtual Index steps() const = 0;
  virtual Index encoder_steps() const { return 0; }
  Index columns() const { return columns_; }

  /// Fills the next window of training; begins a new epoch where one is due.
  virtual void load(Workspace& w, Progress& progress) = 0;
  /// The window was learnt: on to the next.
  virtual void advance(Workspace& w, Progress& progress) = 0;
  /// Passes over the training data, the present one as a fraction.
  virtual double epochs(const Progress& progress) const = 0;
  /// How much there is to train on and to measure: characters, or examples.
  virtual Index size(Split split) const = 0;
  /// A mark of the data, by which a checkpoint knows it again.
  virtual std::string mark() const = 0;

  /// Measuring: fills the window at `cursor` of a split; the next one is at what this returns.
  virtual Index load(Workspace& w, Split split, Index cursor) = 0;
  /// Cursors of a split go up to here.
  virtual Index length(Split split) const = 0;

  /// After forward: the answers of the window filled last. With `learn`, the workspace then holds the gradient of
  /// their mean (for answers that count), else probabilities.
  virtual Answers answers(const Network& network, Workspace& w, bool learn) = 0;

 protected:
  explicit Feed(Index columns) : columns_(columns) {}
  Index columns_;
};

/// Contiguous streams of a text: "next".
class TextFeed final : public Feed {
 public:
  /// `tokens` (the whole text) must outlive the feed. Throws Error{invalid_text} if it is too short for
  /// batch × (window+1).
  TextFeed(const Config& config, const std::vector<Token>& tokens);
  TextFeed(const TextFeed&) = delete;
  TextFeed& operator=(const TextFeed&) = delete;
  Index steps() const override { return window_; }
  void load(Workspace& w, Progress& progress) override;
  void advance(Workspace& w, Progress& progress) override;
  double epochs(const Progress& progress) const override;
  Index size(Split split) const override;
  std::string mark() const override;
  Index load(Workspace& w, Split split, Index cursor) override;
  Index length(Split split) const override;
  Answers answers(const Network& network, Workspace& w, bool learn) override;

 private:
  const std::vector<Token>& tokens_;
  Index window_, train_count_;
  Streams streams_;
  Coverage coverage_;
  std::vector<Token> targets_;
  std::vector<double> losses_;
};

/// Batches of whole sequences, padded to the longest: every other task.
class ExampleFeed final : public Feed {
 public:
  ExampleFeed(const Config& config, Dataset data);
  const Dataset& data() const { return data_; }
  Index steps() const override { return steps_; }
  Index encoder_steps() const override { return encoder_steps_; }
  void load(Workspace& w, Progress& progress) override;
  void advance(Workspace& w, Progress& progress) override;
  double epochs(const Progress& progress) const override;
  Index size(Split split) const override { return Index(of(split).size()); }
  std::string mark() const override;
  Index load(Workspace& w, Split split, Index cursor) override;
  Index length(Split split) const override { return size(split); }
  Answers answers(const Network& network, Workspace& w, bool learn) override;
  /// Fills the window with these examples, at most columns().
  void fill(Workspace& w, std::span<const Example* const> examples);

 private:
  const std::vector<Example>& of(Split split) const {
    return split == Split::train ? data_.train : split == Split::validation ? data_.validation : data_.test;
  }
  void shuffle(std::int64_t epoch);
  void fill_main(Workspace& w, Index column, const Example& e);

  Config config_;
  Dataset data_;
  Index steps_ = 1, encoder_steps_ = 0;
  std::vector<std::uint32_t> order_;
  std::int64_t shuffled_ = -1;
  std::vector<const Example*> chosen_;
  Index T_ = 0;
  std::vector<Index> lengths_, encoder_lengths_;
  std::vector<Token> targets_, length_targets_;
  std::vector<Real> values_, halts_;
  std::vector<std::uint8_t> counts_, wrong_;
  std::vector<double> losses_;
};

/// Sizes of the network that a dataset wants.
NetworkSizes network_sizes(const Config& config, const Dataset& data);
/// Steps of an example in the main stream and in the encoder.
Index main_steps(const TaskConfig& task, const Dataset& data, const Example& e);
Index encoder_steps(const TaskConfig& task, const Dataset& data, const Example& e);

/// Training tokens of a text of `count` tokens: the first 1 − validation of it.
Index training_share(Index count, double validation);

}  // namespace unfold
