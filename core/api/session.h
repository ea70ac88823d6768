// One model with its text (or its examples): what the command line and the WebAssembly bindings drive. JSON and bytes
// in and out; throws Error.
//
// A network that reverses words, on examples that the engine makes:
//
//     unfold::Session session(unfold::parse_config(R"({"corpus": {"name": "reversal", "difficulty": 3},
//                                                      "encoder": [{"hidden": 24}], "layers": [{"hidden": 24}]})"),
//                             "");
//     for (int step = 0; step < 50; ++step) session.trainer().step();
//     const unfold::Json answer = session.predict({{"input", "abc"}});
//     std::printf("%s, with ln P = %.2f\n", answer["output"].dump().c_str(), answer["logProbability"].get<double>());
//     const std::vector<std::byte> file = session.save(true);  // and goes on from there, bit for bit:
//     unfold::Session resumed(file, "");
//     std::printf("loss %.3f\n", resumed.trainer().step().loss);
//
// core/examples/train_text.cpp does the same with a text.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>

#include "unfold/config/config.h"
#include "unfold/data/baseline.h"
#include "unfold/data/dataset.h"
#include "unfold/generate/sampler.h"
#include "unfold/inspect/inspect.h"
#include "unfold/io/checkpoint.h"
#include "unfold/train/trainer.h"

namespace unfold {

/// What the engine takes for itself: stack, memory reserve, scratch for products, the JSON of a configuration.
constexpr double engine_bytes = 5e6;

/// Parameters and memory of a configuration, before anything of it is allocated. V = 0: not known yet.
struct Estimate {
  Size parameters = 0;
  double bytes = 0;  // of training: parameters ×4 (with Adam), packed weights, activations, text, engine
};
Estimate estimate(const Config& config, Index V, Index text_tokens);
/// The same for a network of other sizes, T steps and S of its encoder.
Estimate estimate(const Config& config, const NetworkSizes& sizes, Index T, Index S, Index text_tokens);
/// Refuses a network that would not fit, before anything of it is allocated, with the figure.
void check_size(const Config& config, const NetworkSizes& sizes, Index T, Index S, Index text_tokens);

class Session {
 public:
  /// A fresh model for a text (UTF-8, or bytes), or for the examples that the task reads from one (read_dataset). A
  /// corpus needs none.
  Session(const Config& config, std::string text);
  /// A model from a checkpoint; with its text it can be trained further, bit for bit as if never stopped.
  Session(std::span<const std::byte> checkpoint, std::string text);

  const Config& config() const { return config_; }
  const Vocabulary& vocabulary() const { return symbols_.vocabulary; }
  /// Names and sizes of the task's data, without its examples.
  const Dataset& names() const { return names_; }
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

  /// Logits of T steps of N columns, V × (T·N), from `state` (empty: forgotten everything), which becomes the one
  /// after them. `tokens` is time-major, T·N. Nothing is dropped, nothing of the session changes.
  std::vector<Real> logits(const std::vector<Token>& tokens, Index N, State& state);

  /// Losses on the validation text of simple predictors: {uniform, markov: [order 0 (unigram), 1, … highest]}.
  Json baselines(int highest);
  /// The same in slices: begins it, or goes on for about `count` tokens; nothing until all is counted.
  void baselines_start(int highest);
  std::optional<Json> baselines_next(Index count);
  /// See gradient_flow.h; on the start of the validation text (or of the text).
  Json gradient_flow(Index lags);

  /// See inspect.h. The tokens are those of the text that the vocabulary has; the others are left out and returned.
  struct Reading {
    std::vector<Token> tokens;
    std::vector<std::string> unknown;
    Inspection inspection;
  };
  Reading inspect(const std::string& text);
  std::vector<double> connectivity(const std::string& text, Index at);
  /// {name, values: G·H numbers, apart} for each parameter that adds to the preactivations.
  Json terms(const std::string& text, Index layer, Index at);
  /// {name, shape, low, high, mean, deviation, counts} for each parameter.
  Json spreads(int bins) const;

  /// Example `index` of a split as JSON, and what the network answers; see predict.
  Json example(Split split, Index index);
  /// Answers {input: text or rows of numbers, context?, target?, beam?, lengthPenalty?, temperature?, seed?, steps?}:
  ///   generate, translate   {output, logProbability, alternatives: [{output, logProbability, score}], attention?}
  ///   classify              {output, probabilities}
  ///   tag                   {outputs, probabilities: a row a step}
  ///   regress, notes        {values: a row a step, forecast: rows of `steps` further ones}
  /// With a target, logProbability is that of the target.
  Json predict(const Json& request);

  /// Configuration, sizes, vocabulary, progress.
  Json info() const;

 private:
  void read(std::string_view text);
  void build(bool initialized);
  Example parse_example(const Json& request) const;
  Json answer(const Example& e, const Json& request);
  std::vector<Token> readable(const std::string& text, std::vector<std::string>* unknown = nullptr) const;

  Config config_;
  Symbols symbols_;
  NetworkSizes sizes_;
  std::vector<Token> tokens_;
  Dataset names_;
  std::unique_ptr<ExampleFeed> examples_;  // until the trainer takes them
  ExampleFeed* feed_ = nullptr;
  std::int64_t replaced_ = 0;  // characters of the text that the cap made unknown
  std::unique_ptr<Network> network_;
  std::unique_ptr<Trainer> trainer_;
  Progress resumed_;  // of a checkpoint opened without its text
  std::optional<Sampler> sampler_;
  std::int64_t sample_left_ = 0;
  std::optional<MarkovPass> markov_;
};

}  // namespace unfold
