#include "unfold/api/session.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "unfold/base/numeric.h"
#include "unfold/base/parallel.h"
#include "unfold/inspect/gradient_flow.h"
#include "unfold/io/checkpoint.h"
#include "unfold/kernels/kernels.h"

namespace unfold {
namespace {

#if defined(__EMSCRIPTEN__)
constexpr double most_bytes = 3.5e9;  // of the 4 GB that 32-bit WebAssembly can address
#else
constexpr double most_bytes = 64e9;
#endif

}  // namespace

void check_size(const Config& config, const NetworkSizes& sizes, Index T, Index S, Index text_tokens) {
  const Estimate size = estimate(config, sizes, T, S, text_tokens);
  if (size.bytes > most_bytes)
    throw Error(ErrorCode::out_of_memory, "layers",
                "a network that trains within " + std::to_string(std::int64_t(most_bytes / 1e6)) + " MB",
                std::to_string(std::int64_t(size.bytes / 1e6)) + " MB");
}

namespace {

/// Refuses a configuration whose network is far larger than the file that should hold it, before building it.
void check_parameters(const TensorFile& file, const Config& config, const NetworkSizes& sizes) {
  double bytes = 0;
  for (const TensorView& t : file.tensors)
    if (!t.name.starts_with("optimizer.") && !t.name.starts_with("state.")) bytes += double(t.data.size());
  const double expected = 4.0 * double(estimate(config, sizes, 1, 1, 0).parameters);
  if (expected > 2 * bytes)
    throw Error(ErrorCode::invalid_checkpoint, "tensors",
                std::to_string(std::int64_t(expected)) + " bytes of parameters for the configuration",
                std::to_string(std::int64_t(bytes)));
}

/// Each of the symbols once, as UTF-8.
std::vector<std::string> spelt(const std::vector<std::uint32_t>& symbols) {
  std::vector<std::string> all;
  std::set<std::uint32_t> seen;
  for (const std::uint32_t symbol : symbols)
    if (seen.insert(symbol).second) append_utf8(symbol, all.emplace_back());
  return all;
}

/// A model that exists already takes examples of its own symbols and sizes: everything in memory is as large as these.
void check_examples(const CheckpointHeader& header, const Symbols& given, const NetworkSizes& wanted) {
  const NetworkSizes& own = header.sizes;
  const auto need = [](bool kept, const std::string& expected, const std::string& actual) {
    if (!kept) throw Error(ErrorCode::invalid_text, "text", expected, actual);
  };
  need(given.inputs == header.symbols.inputs && given.targets == header.symbols.targets,
       "examples of the symbols that the model knows", "others");
  const auto sizes = [](const NetworkSizes& s) {
    return std::to_string(s.numbers) + " numbers a step, a context of " + std::to_string(s.context) + ", " +
           std::to_string(s.outputs) + " outputs";
  };
  need(wanted.symbols == own.symbols && wanted.numbers == own.numbers && wanted.context == own.context &&
           wanted.outputs == own.outputs,
       sizes(own), sizes(wanted));
  need(wanted.lengths <= own.lengths, "answers of at most " + std::to_string(own.lengths - 1) + " symbols",
       std::to_string(wanted.lengths - 1));
}

/// A network of numbers has no examples: whose loss it is, trains it.
void check_learns(const Config& config) {
  if (config.task.name == "tensor")
    throw Error(ErrorCode::invalid_config, "task.name",
                "a task that a model learns (createNetwork, in C++ TensorNetwork, makes networks of this one)",
                "\"tensor\"");
}

constexpr double most_inspected = 1 << 26;  // numbers: 256 MB

void check_range(const char* field, Index value, Index low, Index high) {
  if (value < low || value > high)
    throw Error(ErrorCode::invalid_argument, field,
                "a whole number from " + std::to_string(low) + " to " + std::to_string(high), std::to_string(value));
}

}  // namespace

Session::Session(const Config& config, std::string text) : config_(config) {
  check_learns(config);
  if (text.empty() && config.corpus.name.empty())
    throw Error(ErrorCode::invalid_text, "text", "at least one character", "an empty text");
  if (config.task.learns_text()) symbols_.vocabulary = Vocabulary::of(text, config.bytes, config.vocabulary);
  read(text);
  std::string().swap(text);  // its memory is for the network
  build(true);
}

Session::Session(std::span<const std::byte> checkpoint, std::string text) {
  CheckpointHeader header;
  const TensorFile file = read_checkpoint(checkpoint, header);
  config_ = header.config;
  check_learns(config_);
  symbols_ = header.symbols;
  check_parameters(file, config_, header.sizes);
  resumed_ = header.progress;
  read(text);
  std::string().swap(text);
  if (feed_) check_examples(header, symbols_, sizes_);
  symbols_ = header.symbols;
  sizes_ = header.sizes;
  names_.inputs = symbols_.inputs;
  names_.targets = symbols_.targets;
  names_.numbers = sizes_.numbers;
  names_.outputs = sizes_.outputs;
  names_.context = sizes_.context;
  build(false);
  load_parameters(file, *network_);
  if (trainer_ && header.training) load_training(file, header, *trainer_);
}

/// Takes in the text, or the examples.
void Session::read(std::string_view text) {
  if (config_.task.learns_text()) {
    std::vector<std::uint32_t> lost;
    tokens_ = symbols_.vocabulary.encode(text, &lost);
    replaced_ = std::int64_t(lost.size());
    sizes_.symbols = sizes_.outputs = symbols_.vocabulary.size();
    return;
  }
  if (config_.corpus.name.empty() && text.empty()) return;
  Dataset data = config_.corpus.name.empty() ? read_dataset(text, config_) : make_corpus(config_.corpus);
  names_ = {.inputs = data.inputs,
            .targets = data.targets,
            .numbers = data.numbers,
            .outputs = data.outputs,
            .context = data.context};
  symbols_.inputs = names_.inputs;
  symbols_.targets = names_.targets;
  sizes_ = network_sizes(config_, data);
  examples_ = std::make_unique<ExampleFeed>(config_, std::move(data));
  feed_ = examples_.get();
}

void Session::build(bool initialized) {
  const bool reads = config_.task.learns_text();
  const Index T = reads || !feed_ ? config_.window : feed_->steps(), S = feed_ ? feed_->encoder_steps() : 0;
  check_size(config_, sizes_, T, S, Index(tokens_.size()));
  network_ = std::make_unique<Network>(config_, sizes_, initialized);
  if (!tokens_.empty()) trainer_ = std::make_unique<Trainer>(config_, *network_, tokens_);
  if (examples_) trainer_ = std::make_unique<Trainer>(config_, *network_, std::move(examples_));
}

namespace {

void check_text(const Config& config) {
  if (!config.task.learns_text())
    throw Error(ErrorCode::invalid_state, "task", "next (this call is about the text that a model reads)",
                config.task.name);
}

}  // namespace

Trainer& Session::trainer() {
  if (!trainer_)
    throw Error(ErrorCode::invalid_state, "text", "the training text (open the checkpoint with it)", "none");
  return *trainer_;
}

void Session::update(const std::string& settings) {
  Config changed = config_;
  update_config(changed, settings);
  config_ = changed;
  if (trainer_) trainer_->configure(config_);
}

std::vector<std::string> Session::sample_start(const std::string& prime, const SampleOptions& options,
                                               std::int64_t length) {
  check_text(config_);
  std::vector<std::uint32_t> lost;
  std::vector<Token> tokens = symbols_.vocabulary.encode(prime, &lost);
  if (tokens.empty()) {  // something has to come before the first symbol: a line break if the text has them
    const Token line_break = symbols_.vocabulary.token('\n');
    tokens.push_back(line_break < symbols_.vocabulary.size() ? line_break : Token(0));
  }
  sampler_.reset();
  sampler_.emplace(*network_, options);
  sampler_->feed(tokens);
  sample_left_ = length;
  return spelt(lost);
}

bool Session::sample_next(int count, std::string& text) {
  if (!sampler_) throw Error(ErrorCode::invalid_state, "sample", "a sample that was started", "none");
  for (; count > 0 && sample_left_ > 0; --count, --sample_left_) symbols_.vocabulary.decode(sampler_->next(), text);
  return sample_left_ > 0;
}

std::vector<std::byte> Session::save(bool training) const {
  return write_checkpoint(config_, symbols_, *network_, training ? trainer_.get() : nullptr);
}

std::vector<Real> Session::logits(const std::vector<Token>& tokens, Index N, State& state) {
  check_text(config_);
  const Index K = Index(tokens.size());
  if (N < 1 || K < N || K % N != 0)
    throw Error(ErrorCode::invalid_argument, "columns", "a divisor of the number of tokens", std::to_string(N));
  Workspace workspace(*network_, K / N, N, false);
  const State forgotten = workspace.state();
  const auto check = [](const char* field, std::size_t expected, std::size_t actual) {
    if (expected != actual)
      throw Error(ErrorCode::invalid_argument, field, std::to_string(expected) + " numbers", std::to_string(actual));
  };
  if (!state.values.empty() || !state.tokens.empty()) {
    check("state.values", forgotten.values.size(), state.values.size());
    check("state.tokens", forgotten.tokens.size(), state.tokens.size());
    workspace.set_state(state);
  }
  std::copy(tokens.begin(), tokens.end(), workspace.tokens(0));
  network_->forward(workspace);
  std::vector<Real> logits(workspace.logits(), workspace.logits() + K * network_->symbols());
  workspace.carry();
  workspace.read_state(state);
  return logits;
}

Json Session::baselines(int highest) {
  baselines_start(highest);
  for (;;)
    if (const std::optional<Json> losses = baselines_next(1 << 20)) return *losses;
}

void Session::baselines_start(int highest) {
  check_text(config_);
  const Index train = trainer().train_tokens(), held = trainer_->validation_tokens();
  markov_.reset();
  markov_.emplace(tokens_.data(), train, tokens_.data() + train, held, symbols_.vocabulary.size(),
                  held < 2 ? -1 : highest);
}

std::optional<Json> Session::baselines_next(Index count) {
  if (!markov_) throw Error(ErrorCode::invalid_state, "baselines", "baselines that were started", "none");
  if (!markov_->advance(count)) return std::nullopt;
  Json losses =
      object({{"uniform", numeric::log(double(symbols_.vocabulary.size()))}, {"markov", Json(markov_->losses())}});
  markov_.reset();
  return losses;
}

Json Session::gradient_flow(Index lags) {
  check_text(config_);
  const Index train = trainer().train_tokens(), count = Index(tokens_.size());
  const Index from = count - train >= lags + 2 ? train : 0;
  if (lags < 1 || from + lags + 2 > count)
    throw Error(ErrorCode::invalid_argument, "lags", "from 1 to the length of the text", std::to_string(lags));
  return Json(unfold::gradient_flow(*network_, tokens_.data() + from, lags));
}

std::vector<Token> Session::readable(const std::string& text, std::vector<std::string>* unknown) const {
  check_text(config_);
  std::vector<std::uint32_t> lost;
  std::vector<Token> tokens = symbols_.vocabulary.encode(text, &lost);
  if (unknown) *unknown = spelt(lost);
  if (tokens.empty())
    throw Error(ErrorCode::invalid_text, "text", "at least one character that the model knows",
                text.empty() ? "an empty text" : "none");
  const double each = inspection_size(*network_, config_, 1);
  if (each * double(tokens.size()) > most_inspected)
    throw Error(ErrorCode::invalid_text, "text",
                "at most " + std::to_string(Index(most_inspected / each)) + " characters for a network of this size",
                std::to_string(tokens.size()));
  return tokens;
}

Session::Reading Session::inspect(const std::string& text) {
  Reading reading;
  reading.tokens = readable(text, &reading.unknown);
  reading.inspection = unfold::inspect(*network_, config_, reading.tokens);
  return reading;
}

std::vector<double> Session::connectivity(const std::string& text, Index at) {
  const std::vector<Token> tokens = readable(text);
  check_range("at", at, 1, Index(tokens.size()) - 1);
  return unfold::connectivity(*network_, tokens, at);
}

Json Session::terms(const std::string& text, Index layer, Index at) {
  const std::vector<Token> tokens = readable(text);
  check_range("layer", layer, 0, Index(config_.layers.size()) - 1);
  check_range("at", at, 0, Index(tokens.size()) - 1);
  Json all = Json::array();
  for (const Term& term : unfold::terms(*network_, tokens, std::size_t(layer), at))
    all.push_back(object({{"name", term.name}, {"apart", term.apart}, {"values", Json(term.values)}}));
  return all;
}

Json Session::spreads(int bins) const {
  check_range("bins", bins, 1, 1000);
  Json all = Json::array();
  for (const Spread& s : unfold::spreads(*network_, bins))
    all.push_back(object({{"name", s.name},
                          {"shape", Json(std::vector<Index>{s.rows, s.cols})},
                          {"low", s.low},
                          {"high", s.high},
                          {"mean", s.mean},
                          {"deviation", s.deviation},
                          {"counts", Json(s.counts)}}));
  return all;
}

Json Session::info() const {
  Json symbols = Json::array();
  for (int v = 0; v < symbols_.vocabulary.size(); ++v) {
    std::string text;
    if (symbols_.vocabulary.bytes() && v < int(symbols_.vocabulary.symbols().size()))  // one character a byte, Latin-1
      append_utf8(symbols_.vocabulary.symbols()[std::size_t(v)], text);
    else
      symbols_.vocabulary.decode(Token(v), text);
    symbols.push_back(text);
  }
  if (!config_.task.learns_text()) symbols = Json(names_.inputs);
  const Progress& progress = trainer_ ? trainer_->progress() : resumed_;
  const Index T = feed_ ? feed_->steps() : config_.window, S = feed_ ? feed_->encoder_steps() : 0;
  const Estimate size = estimate(config_, sizes_, T, S, Index(tokens_.size()));
  const Vocabulary& vocabulary = symbols_.vocabulary;
  Json info = object({{"config", to_json(config_)},
                      {"parameters", network_->table().size()},
                      {"memoryBytes", std::int64_t(size.bytes)},
                      {"vocabulary", object({{"size", symbols.size()},
                                             {"symbols", symbols},
                                             {"unknown", replaced_},
                                             {"unit", vocabulary.bytes() ? "byte" : "character"}})},
                      {"characters", object({{"train", trainer_ ? trainer_->train_tokens() : 0},
                                             {"validation", trainer_ ? trainer_->validation_tokens() : 0}})},
                      {"step", progress.step},
                      {"epoch", trainer_ ? trainer_->epochs() : double(resumed_.epoch)},
                      maybe("validationLoss", progress.validation_loss >= 0, progress.validation_loss),
                      {"threads", threads()},
                      {"build", kernels::active().name},
                      {"math", kernels::active().fast ? "fast" : "reproducible"},
                      {"canTrain", trainer_ != nullptr}});
  if (config_.task.learns_text()) return info;
  const auto count = [&](Split split) { return trainer_ ? trainer_->feed().size(split) : 0; };
  Json data = object({{"inputs", Json(names_.inputs)},
                      {"targets", Json(names_.targets)},
                      {"numbers", sizes_.numbers},
                      {"outputs", sizes_.outputs},
                      {"context", sizes_.context},
                      {"steps", T},
                      {"encoderSteps", S},
                      {"train", count(Split::train)},
                      {"validation", count(Split::validation)},
                      {"test", count(Split::test)}});
  if (feed_) put(data, {{"trivialLoss", trivial_loss(feed_->data(), config_.task)}});
  put(info, {{"data", data}});
  return info;
}

}  // namespace unfold
