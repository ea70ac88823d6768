// One model with its text (or its examples): what the command line and the WebAssembly bindings drive. JSON and bytes
// in and out; throws Error.
//
// A network that reverses words, on examples that the engine makes:
//
//     unfold::Session session(unfold::parse_config(R"({"dataset": {"name": "reversal", "difficulty": 3},
//                                                      "encoder": [{"units": 24}], "layers": [{"units": 24}]})"),
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

#include <limits>
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
#include "unfold/train/dynamic.h"
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

/// {step, loss, present: whether they are the network's weights}, or null before the first validation that was due.
Json best_json(const BestWeights& best);

/// A model and what it is trained on. Every method may throw Error: the code and the cases stand at each. Pointers and
/// references stay valid as long as the session. One thread at a time.
class Session {
 public:
  /// A new model. `text` is UTF-8 (bytes, if the configuration says so) that a network of the task "next" learns, or
  /// the examples of another task in its format (read_dataset); empty, if the configuration names a generated dataset.
  /// Throws Error{invalid_text} for a text that is too short or has the wrong format, Error{invalid_config} for the
  /// task "tensor", Error{out_of_memory} before anything large is allocated.
  Session(const Config& config, std::string text);
  /// A model from a checkpoint. With the text that it was trained on, training goes on bit for bit as if it had never
  /// stopped; without (empty), the model predicts and samples. Throws Error{invalid_checkpoint}; Error{invalid_text} if
  /// the text is another one, unless the session is to `extend` the model: then it goes on with the new text, whose own
  /// symbols and labels get rows (see info()'s `added`), from the first of its examples.
  Session(std::span<const std::byte> checkpoint, std::string text, bool extend = false);

  const Config& config() const { return config_; }
  /// Symbols of the task "next".
  const Vocabulary& vocabulary() const { return symbols_.vocabulary; }
  /// Names and sizes of the examples of other tasks, without the examples.
  const Dataset& names() const { return names_; }
  Network& network() { return *network_; }
  bool can_train() const { return trainer_ != nullptr; }
  /// Throws Error{invalid_state} if the session has neither text nor examples.
  Trainer& trainer();

  /// Changes settings during training, see update_config. Throws Error{invalid_config} and changes nothing.
  void update(const std::string& settings);

  /// Starts to write `length` tokens after `prompt`, by a network of the task "next". The prompt is read as the text
  /// was: one that ends within a word ends with the tokens of its beginning. Symbols of `prompt` that are not in the
  /// vocabulary are left out, or read as the unknown symbol, and returned, each once, as UTF-8. Throws
  /// Error{invalid_argument} for the options, Error{invalid_state} for another task.
  std::vector<std::string> sample_start(const std::string& prompt, const SampleOptions& options, std::int64_t length);
  /// Appends up to `count` tokens to `text`, as UTF-8 (of the unit byte as bytes), where bytes of bpe wait until they
  /// are a code point, and become U+FFFD if they never do; false once `length` are written. Throws
  /// Error{invalid_state} if nothing was started.
  bool sample_next(int count, std::string& text);

  /// Code points of the text that the predictions of a split stand for, each token but its first: of the unit character
  /// as many as predictions.
  Index characters(Split split) const { return characters_[split == Split::train ? 0 : 1]; }
  /// The mean loss of a split's `predictions`, in bits per character.
  double bits_per_character(Split split, double loss, Index predictions) const;

  /// The checkpoint: a safetensors file. Without `training`, only what predicting and sampling need. Throws
  /// Error{non_finite} if a weight is not finite.
  std::vector<std::byte> save(bool training) const;

  /// Logits [V × (T·N)] of T steps of N columns, from `state` (an empty one: the zero state), which becomes the state
  /// after them. `tokens` is [T·N], time-major. Dropout is off, and nothing of the session changes. Throws
  /// Error{invalid_argument} if N does not divide the number of tokens or the state has another size,
  /// Error{invalid_state} for a task other than "next".
  std::vector<Real> logits(const std::vector<Token>& tokens, Index N, State& state);

  /// Dynamic evaluation (train/dynamic.h) of a split of the text, a window a call: what was found so far. `options` are
  /// {optimizer: "sgd" or "rms", learningRate, decay, sequenceLength}, read by the first call. The model's weights stay
  /// as they are. Throws Error{invalid_argument} for the options, Error{invalid_state} for a task other than "next",
  /// without a text or an empty split, Error{non_finite} where it diverges.
  Evaluation evaluate_dynamic(Split split, const Json& options);
  /// Drops one half done.
  void cancel_dynamic() { dynamic_.reset(); }
  /// Losses of simple predictors on the validation text, in nats per symbol: {uniform, markov: [order 0 (unigram), 1,
  /// … max_order]}; `markov` is empty without a validation text. Throws Error{invalid_state} without a text.
  Json baselines(int max_order);
  /// The same in slices: begins, then goes on for about `count` tokens at a time; nullopt until all is counted.
  void baselines_start(int max_order);
  std::optional<Json> baselines_next(Index count);
  /// How the model and simple forecasts do on a split that training has not seen, at one step and at `steps`; see
  /// backtest.h. Of regress, where the next row is predicted. Throws Error{invalid_state} for another task, without
  /// examples or an empty split.
  Json backtest(Split split, Index steps);
  /// Norms of ∂L_t/∂h_{t−k}, [layers][lags + 1], on the start of the validation text (or of the text); see
  /// gradient_flow.h. Throws Error{invalid_argument} if the text is shorter than lags + 2, Error{invalid_state} without
  /// a text.
  Json gradient_flow(Index lags);

  /// What the network does while it reads a text, see inspect.h. `tokens` are the symbols of the text that are in the
  /// vocabulary; the others are left out and listed in `unknown`.
  struct Reading {
    std::vector<Token> tokens;
    std::vector<std::string> unknown;
    Inspection inspection;
  };
  /// These three throw Error{invalid_text} if no symbol of the text is in the vocabulary, or more than 256 MB would
  /// result; Error{invalid_argument} for `layer` or `at` out of range; Error{invalid_state} for a task other than
  /// "next".
  Reading inspect(const std::string& text);
  /// ‖∂L/∂x_s‖₂ for each s < `at`, where L is the loss of token `at`; 1 ≤ at < tokens.
  std::vector<double> saliency(const std::string& text, Index at);
  /// {name, values: G·H numbers, apart} for each parameter that adds to the preactivations of a layer at step `at`.
  Json preactivations(const std::string& text, Index layer, Index at);
  /// {name, shape: [rows, columns], low, high, mean, deviation, counts: `bins` numbers} for each parameter; 1 to 1000
  /// bins, else Error{invalid_argument}.
  Json histograms(int bins) const;

  /// Example `index` of a split as JSON, and what the network predicts for it; see show_example. Throws
  /// Error{invalid_state} without examples, Error{invalid_argument} for an index out of range.
  Json example(Split split, Index index);
  /// Answers a request; see predict.h for its fields and those of the answer. Throws Error{invalid_argument} for the
  /// request, Error{invalid_state} for the task "next".
  Json predict(const Json& request);

  /// The network's graph, see describe.h, with `scaling` {inputs, outputs} of columns {mean, scale, log} where numbers
  /// are scaled: u = v, or sign(v)·ln(1 + |v|) with `log`, and the network reads (u − mean)/scale.
  Json graph() const;

  /// The `last` rows of each series of a table, as `predict` takes them, see table_rows. Throws Error{invalid_text}
  /// with the line, Error{invalid_state} for a model that reads no numbers.
  Json rows(std::string_view text, Index future = 0, Index last = std::numeric_limits<Index>::max()) const;

  /// {config, parameters, memoryBytes, vocabulary, tokens, step, epoch, validationLoss, stopsEarly, best, threads,
  /// build, math, canTrain}, and `characters` for a text, or `data` (names, columns, sizes, numbers of examples,
  /// trivialLoss) for a task with examples.
  Json info() const;

 private:
  Json vocabulary_json(const Json& symbols) const;
  void read(std::string_view text);
  void read_text(std::string_view text);
  /// The examples of a text, or those that the configuration names.
  Dataset examples_of(std::string_view text);
  Dataset known_examples_of(std::string_view text);
  void take_examples(Dataset data);
  void open(const TensorFile& file, const CheckpointHeader& header);
  void extend(const TensorFile& file, const CheckpointHeader& header, std::string_view text);
  void build(bool initialized);
  /// Refuses a task that does not learn from a text.
  void check_text() const;
  std::vector<Token> readable(const std::string& text, std::vector<std::string>* unknown = nullptr) const;

  Config config_;
  Symbols symbols_;
  NetworkSizes sizes_;
  std::vector<Token> tokens_;
  Dataset names_;
  std::unique_ptr<ExampleLoader> examples_;  // until the trainer takes them
  ExampleLoader* loader_ = nullptr;
  std::int64_t replaced_ = 0;       // symbols of the text that became the unknown one
  Index characters_[2]{};           // code points that the predictions of training and of validation stand for
  std::vector<std::string> added_;  // symbols and labels that a model was extended by
  std::unique_ptr<Network> network_;
  std::unique_ptr<Trainer> trainer_;
  Progress resumed_;  // of a checkpoint opened without its text
  std::optional<Sampler> sampler_;
  std::int64_t sample_left_ = 0;
  std::string sample_bytes_;  // of bpe: the beginning of a code point whose other bytes are still to be written
  std::optional<MarkovPass> markov_;
  std::optional<DynamicEvaluation> dynamic_;
};

}  // namespace unfold
