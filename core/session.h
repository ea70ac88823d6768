// One model with its text: what the command line and the WebAssembly bindings drive. JSON and bytes in and
// out; throws Error.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "config.h"
#include "sampler.h"
#include "trainer.h"

namespace unfold {

/// Parameters and memory of a configuration, before anything of it is allocated. V = 0: not known yet.
struct Estimate {
  Index parameters = 0;
  double bytes = 0;  // of training: parameters ×4 (with Adam), packed weights, activations
};
Estimate estimate(const Config& config, Index V, Index text_tokens);

class Session {
 public:
  /// A fresh model for a text (UTF-8, or bytes).
  Session(const Config& config, std::string_view text);
  /// A model from a checkpoint; with its text it can be trained further, bit for bit as if never stopped.
  Session(std::span<const std::byte> checkpoint, std::string_view text);

  const Config& config() const { return config_; }
  const Vocabulary& vocabulary() const { return vocabulary_; }
  Network& network() { return *network_; }
  bool can_train() const { return trainer_ != nullptr; }
  /// Throws Error{invalid_state} if there is no text.
  Trainer& trainer();

  /// Settings that may change while training, see update_config.
  void update(const std::string& settings);

  /// Starts sampling: the seed defaults to the configuration's. Symbols of `prime` that the vocabulary does not
  /// have are left out and returned.
  std::vector<std::string> sample_start(const std::string& prime, const SampleOptions& options, std::int64_t length);
  /// Appends up to `count` symbols, fewer at the end; returns false when `length` is reached.
  bool sample_next(int count, std::string& text);

  /// The checkpoint; without `training`, only what sampling needs.
  std::vector<std::byte> save(bool training) const;

  /// Losses on the validation text of simple predictors: {uniform, markov: [order 0 (unigram), 1, … highest]}.
  Json baselines(int highest);
  /// See gradient_flow.h; on the start of the validation text (or of the text).
  Json gradient_flow(Index lags);

  /// Configuration, sizes, vocabulary, progress.
  Json info() const;

 private:
  void build(bool initialized);

  Config config_;
  Vocabulary vocabulary_;
  std::vector<Token> tokens_;
  std::int64_t replaced_ = 0;  // characters of the text that the cap made unknown
  std::unique_ptr<Network> network_;
  std::unique_ptr<Trainer> trainer_;
  Progress resumed_;  // of a checkpoint opened without its text
  std::optional<Sampler> sampler_;
  std::int64_t sample_left_ = 0;
};

}  // namespace unfold
