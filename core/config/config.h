// The one configuration schema. C++, package, page, checkpoints and links all speak it, as JSON; this file's
// parser is the one validator. Unknown fields are errors; every error names field, expectation and value.
//
//     #include <nlohmann/json.hpp>
//     unfold::Config config = unfold::parse_config(R"({"layers": [{"cell": "gru", "units": 64}], "seed": 7})");
//     config.dropout = 0.2;                                // a plain struct
//     std::puts(unfold::to_json(config).dump(2).c_str());  // every field, also those that were left out
//     try {
//       unfold::parse_config(R"({"layers": [{"cell": "gru", "units": 0}]})");
//     } catch (const unfold::Error& error) {
//       std::puts(error.what());  // also in parts: error.field is "layers[0].units"
//     }
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "unfold/base/error.h"
#include "unfold/base/json.h"
#include "unfold/base/real.h"
#include "unfold/config/cell_info.h"
#include "unfold/config/task.h"

namespace unfold {

/// What an edge reads. context: what another stream left behind, or a given vector; attention: the weighted mean of
/// the encoder's states; remaining: the steps that are left (TaskConfig::termination "count").
/// product: a∘b of two edges of its own; concat: several sources, one below the other; edge: what an earlier edge of
/// the layer gives, a product or its last hidden layer.
enum class Source { input, layer, self, output, context, attention, remaining, product, concat, edge };
enum class Join { first, last, all };
enum class Bias { none, one, two };
enum class Initializer { xavier, he, orthogonal, identity, uniform, sparse, zero };

/// (source, delay, block): where a signal comes from, how late, and through which transformation.
struct EdgeConfig {
  Source from = Source::self;
  int layer = 0;  // if from == layer; an upper one or the layer itself only with a delay ≥ 1; else of an edge
  int delay = 0;  // steps; ≥ 1 from the layer itself and from the output
  std::vector<Index> hidden;  // sizes of the block's hidden layers; empty: one matrix
  Activation activation = Activation::tanh;
  bool shortcut = false;            // full matrices from the source into every later layer of the block
  Join join = Join::last;           // at which of the block's layers the layer's inputs enter (recurrent edges)
  int blocks = 1;                   // the recurrent matrix of each gate is block-diagonal, with that many blocks
  std::vector<EdgeConfig> factors;  // of a product two edges, of a concatenation its parts
  bool every_gate = true;           // of the cell's gates; else `gates`, by their names in the cell's order
  std::vector<std::string> gates;   // none of them: the edge is there for others, which read its product
  Activation squash = Activation::identity;  // of the source, before anything else
  bool matrix = true;                        // false: what the edge gives is added to each gate as it is
  Index size = 0;                            // of a factor: rows of its matrix; 0: the source itself
  Activation output = Activation::identity;  // of a factor with a matrix
  bool bias = true;                          // of that matrix, where the layer has biases
  /// Whether it enters a gate of the cell.
  bool enters(std::string_view gate) const {
    return every_gate || std::find(gates.begin(), gates.end(), gate) != gates.end();
  }
};

/// h ← α∘h₋ + (1−α)∘v for each unit (Mozer 1992; Jaeger 2007); α fixed from `from` to `to` over the units, or
/// learned as σ(a) with that start.
struct LeakConfig {
  double from = 0, to = 0;
  bool learned = false;
  bool on() const { return learned || from != 0 || to != 0; }
  /// α of a unit of a layer of `units`.
  double share(Index unit, Index units) const {
    return from + (to - from) * (units > 1 ? double(unit) / double(units - 1) : 0);
  }
};

struct LayerConfig {
  std::string cell = "lstm";
  Index units = 128;
  CellSettings settings;
  Bias bias = Bias::two;
  int direction = 1;     // −1: from the last step to the first (Schuster & Paliwal 1997)
  bool initial = false;  // the first state is computed from the context: h₀ = tanh(W·c + b), c₀ = W'·c + b'
  std::vector<EdgeConfig> edges;
  bool default_edges = true;
  int state_from = -1;  // the layer whose states this one continues: a lower one's of the same step, an upper one's of
                        // the step before; −1: its own
  LeakConfig leak;
  bool residual = false;         // upper layers read h + (what this layer's lower neighbour gives)
  bool layer_norm = false;       // z ← γ∘normalised(W·x + U·h₋) + b for each gate (Ba et al. 2016)
  double zoneout = 0;            // probability that a unit keeps its previous state for a step (Krueger et al. 2017)
  double zoneout_cell = 0;       // the same for the cell state
  double recurrent_dropout = 0;  // on h₋, one mask a window (Gal & Ghahramani 2016)
  std::vector<int> clock;        // periods of equal groups of units (Koutník 2014); empty: every unit, every step
};

struct InitializationConfig {
  Initializer input = Initializer::xavier, recurrent = Initializer::orthogonal, readout = Initializer::xavier;
  double gain = 1;
  int nonzeros = 15;              // sparse: per unit
  double spectral_radius = 0.95;  // sparse
  /// Longest lag Tₘ of chrono initialisation (Tallec & Ollivier 2018), 0: off. Of each unit, with u ~ U[1, Tₘ − 1], the
  /// bias of the gate that keeps the state is ln u, that of the gate that writes −ln u (CellInfo::time_gates).
  double chrono = 0;
};

/// The layers that read the source of a translation.
struct EncoderConfig {
  std::vector<LayerConfig> layers;
  bool on() const { return !layers.empty(); }
};

/// Attention of the decoder's last layer over the encoder's states m_s: softmax over s of the scores, and their mean.
///   additive        vᵀ·tanh(W·h_t + U·m_s)     (Bahdanau, Cho & Bengio 2015)
///   multiplicative  (W·h_t)ᵀ·(U·m_s)           (Luong, Pham & Manning 2015)
struct AttentionConfig {
  bool on = false, additive = true;
  Index size = 0;             // rows of W and U; 0: as wide as the decoder's last layer
  bool input_feeding = true;  // the decoder's first layer reads it one step later (input feeding)
};

/// Where the context enters by default: the first layer at every step, the first state of every layer, or both.
enum class ContextUse { none, input, initial, both };

/// Scheduled sampling (Bengio et al. 2015): each input symbol is the true one with probability ε(i) in training step
/// i, else drawn from the network's own answer.
///   linear           ε = max(minimum, start − i/k)
///   exponential      ε = max(minimum, start·(1 − 1/k)ⁱ)
///   inverse-sigmoid  ε = max(minimum, start·k/(k + e^{i/k}))
enum class ScheduledSamplingKind {
  none,
  linear,
  exponential,
  inverse_sigmoid
};  // none: always the true one (teacher forcing)
struct ScheduledSamplingConfig {
  ScheduledSamplingKind kind = ScheduledSamplingKind::none;
  double k = 1000, start = 1, minimum = 0;
  bool on() const { return kind != ScheduledSamplingKind::none; }
};

/// train/optimizers/ has an equation for each, and says which numbers it reads.
enum class OptimizerKind { sgd, momentum, nesterov, rmsprop, adagrad, adadelta, adam, adamw };
/// Parameters with settings of their own.
struct GroupConfig {
  static constexpr double inherited = -1;
  std::string match;                // their names; * stands for any characters
  double learning_rate = 1;         // a factor on the optimizer's
  double weight_decay = inherited;  // or theirs
};
struct OptimizerConfig {
  OptimizerKind kind = OptimizerKind::adam;
  double learning_rate = 2e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, momentum = 0, decay = 0.99, weight_decay = 0;
  bool centered = false;
  std::vector<GroupConfig> groups;  // of a parameter that several match, the last counts
};

/// train/schedule.h has the equations.
enum class ScheduleKind { constant, step, exponential, cosine, plateau };
struct ScheduleConfig {
  ScheduleKind kind = ScheduleKind::constant;
  int warmup = 0, every = 1000, steps = 10000, patience = 1;
  double factor = 0.5, minimum = 0;
};

/// Their names in a configuration, each list in the order of its enumerators.
inline constexpr std::array<const char*, 8> optimizer_names{"sgd",     "momentum", "nesterov", "rmsprop",
                                                            "adagrad", "adadelta", "adam",     "adamw"};
inline constexpr std::array<const char*, 5> schedule_names{"constant", "step", "exponential", "cosine", "plateau"};
inline constexpr std::array<const char*, 3> averaging_names{"none", "ema", "nt-asgd"};
inline constexpr std::array<const char*, 4> sampling_names{"none", "linear", "exponential", "inverse-sigmoid"};
inline const char* name_of(OptimizerKind kind) { return optimizer_names[std::size_t(kind)]; }
inline const char* name_of(ScheduleKind kind) { return schedule_names[std::size_t(kind)]; }
inline const char* name_of(ScheduledSamplingKind kind) { return sampling_names[std::size_t(kind)]; }

/// Regularisers besides dropout; 0: off. train/regularizers.h has the equations.
struct RegularizationConfig {
  double weight_noise = 0;         // σ of the noise on every parameter (Graves 2011)
  double weight_drop = 0;          // probability that a recurrent weight is 0 (Wan et al. 2013; Merity et al. 2018)
  double activation = 0;           // α, on the square of what the last layer gives (Merity et al. 2017)
  double temporal_activation = 0;  // β, on the square of the change of its state from step to step (the same)
  double input_dropout = 0;        // probability that an input is 0 (Gal & Ghahramani 2016)
  double max_norm = 0;             // c, of each row of a matrix (Srivastava et al. 2014)

  bool perturbs() const { return weight_noise > 0 || weight_drop > 0; }
  friend bool operator==(const RegularizationConfig&, const RegularizationConfig&) = default;
};

/// Averages of the weights (Polyak & Juditsky 1992; train/averaging.h): a running mean, or, once the validations get no
/// better, the mean of all that follow (Merity et al. 2018).
enum class AveragingKind { none, ema, nt_asgd };
struct AveragingConfig {
  AveragingKind kind = AveragingKind::none;
  double decay = 0.999;  // ema
  int patience = 5;      // nt-asgd
  bool on() const { return kind != AveragingKind::none; }
};

struct ClipConfig {
  double norm = 5, value = 0;  // 0: off
};

/// When a run ends by itself, see train/best_weights.h.
struct EarlyStoppingConfig {
  static constexpr int automatic = -1;
  int patience = automatic;  // validations without a better loss; 0: never
  double min_delta = 0;      // how much lower a better loss is at least
  bool usual() const { return patience == automatic && min_delta == 0; }
};

/// What a token of a text is: a Unicode code point, a byte, a word, what stands between blanks, or bytes that were
/// merged (byte-pair encoding). See data/tokens.h.
enum class Unit { character, byte, word, whitespace, bpe };
inline constexpr std::array<const char*, 5> unit_names{"character", "byte", "word", "whitespace", "bpe"};
inline const char* name_of(Unit unit) { return unit_names[std::size_t(unit)]; }

struct Config {
  std::uint64_t seed = 1;
  TaskConfig task;
  DatasetConfig dataset;
  Unit unit = Unit::character;
  int vocabulary = 8192;
  double validation_split = 0.1;
  int embedding = 0;          // size of learned symbol vectors; 0: one-hot symbols
  bool tie_weights = false;   // the readout uses the embedding's matrix (Press & Wolf 2017)
  bool free_running = false;  // edges from the output read softmax(o), not the target (teacher forcing)
  EncoderConfig encoder;
  AttentionConfig attention;
  ContextUse context = ContextUse::both;
  ScheduledSamplingConfig scheduled_sampling;
  /// In training, some rows of numbers are the network's own answers.
  bool feeds_rows() const { return task.predicts_rows() && (task.feedback_steps > 0 || scheduled_sampling.on()); }
  std::vector<LayerConfig> layers;
  std::vector<EdgeConfig> readout;  // sources: layers, or the input
  bool default_readout = true;
  InitializationConfig initialization;
  int sequence_length = 64, batch_size = 32;
  OptimizerConfig optimizer;
  ScheduleConfig schedule;
  ClipConfig clip;
  double dropout = 0;                // on what a layer gives to upper layers and the readout
  bool variational_dropout = false;  // one dropout mask for all steps of a window (Gal & Ghahramani 2016)
  RegularizationConfig regularization;
  AveragingConfig averaging;
  int accumulate = 1;  // windows of an update
  int evaluate_every = 500;
  EarlyStoppingConfig early_stopping;

  bool has_context() const { return encoder.on() || task.context > 0; }
};

/// Parses and validates. Throws Error{invalid_config}.
Config parse_config(const Json& given);
/// The same from text; also refuses text that is not one JSON object, too deep or with a key twice.
Config parse_config_text(std::string_view text);
/// A literal, a std::string or a std::string_view is JSON text. JSON converts from each of them, so an overload for
/// strings alone would be ambiguous.
template <class Text>
  requires(!std::same_as<Text, Json> && std::convertible_to<const Text&, std::string_view>)
Config parse_config(const Text& text) {
  return parse_config_text(text);
}
/// Whether an optimizer can go on with the moments that one of another configuration has left.
bool same_moments(const OptimizerConfig& a, const OptimizerConfig& b);
/// The canonical form: every field present, shorthands expanded. parse_config(to_json(c)) gives c again.
Json to_json(const Config& config);
/// Applies settings that may change during training: optimizer.learningRate (and its other numbers), schedule,
/// clip, dropout, regularization, averaging (its numbers), accumulate, scheduledSampling, evaluateEvery, earlyStopping.
/// Throws Error{invalid_config} and leaves `config` as it was.
void update_config(Config& config, const std::string& text);
/// Names, choices, limits and defaults, for menus and documentation.
Json schema();

}  // namespace unfold
