// What a session says of its network, its text and its examples.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "unfold/api/describe.h"
#include "unfold/api/session.h"
#include "unfold/base/json_list.h"
#include "unfold/base/json_reader.h"
#include "unfold/base/numeric.h"
#include "unfold/base/parallel.h"
#include "unfold/base/phrase.h"
#include "unfold/base/utf8.h"
#include "unfold/data/table.h"
#include "unfold/data/table_examples.h"
#include "unfold/generate/backtest.h"
#include "unfold/generate/predict.h"
#include "unfold/inspect/gradient_flow.h"
#include "unfold/kernels/kernels.h"

namespace unfold {
namespace {

constexpr double most_inspected = 1 << 26;  // numbers: 256 MB

void check_range(const char* field, Index value, Index low, Index high) {
  if (value < low || value > high)
    refuse_argument(field, phrase("a whole number from {} to {}", {low, high}), std::to_string(value));
}

}  // namespace

std::vector<Real> Session::logits(const std::vector<Token>& tokens, Index N, State& state) {
  check_text();
  const Index K = Index(tokens.size());
  if (N < 1 || K < N || K % N != 0) refuse_argument("columns", "a divisor of the number of tokens", std::to_string(N));
  Workspace workspace(*network_, K / N, N, false);
  const State forgotten = workspace.state();
  const auto check = [](const char* field, std::size_t expected, std::size_t actual) {
    if (expected != actual) refuse_argument(field, phrase("{} numbers", {expected}), std::to_string(actual));
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

namespace {

constexpr const char* dynamic_optimizers[]{"sgd", "rms"};

DynamicOptions parse_dynamic(const Json& json) {
  Reader in(json, "dynamic", ErrorCode::invalid_argument);
  DynamicOptions options;
  options.rms = in.choice("optimizer", dynamic_optimizers, "sgd") == "rms";
  if (options.rms) options.learning_rate = DynamicOptions::rms_rate;
  in.number("learningRate", options.learning_rate, 0, 1e6);
  in.number("decay", options.decay, 0, 1);
  in.integer("sequenceLength", options.sequence_length, 1, 65536);
  in.finish();
  return options;
}

}  // namespace

Evaluation Session::evaluate_dynamic(Split split, const Json& options) {
  check_text();
  if (!dynamic_) {
    const Index train = trainer().train_tokens(), count = Index(tokens_.size());
    const Index first = split == Split::train ? 0 : train, last = split == Split::train ? train : count;
    if (split == Split::test || last - first < 2)
      refuse_state("split", "a train or validation split of at least 2 characters", std::to_string(last - first));
    dynamic_.emplace(config_, *network_, std::span(tokens_).subspan(std::size_t(first), std::size_t(last - first)),
                     parse_dynamic(options));
  }
  try {
    const Evaluation result = dynamic_->advance();
    if (result.done) dynamic_.reset();
    return result;
  } catch (...) {
    dynamic_.reset();
    throw;
  }
}

Json Session::baselines(int max_order) {
  baselines_start(max_order);
  for (;;)
    if (const std::optional<Json> losses = baselines_next(1 << 20)) return *losses;
}

void Session::baselines_start(int max_order) {
  check_text();
  const Index train = trainer().train_tokens(), held = trainer_->validation_tokens();
  markov_.reset();
  markov_.emplace(tokens_.data(), train, tokens_.data() + train, held, symbols_.vocabulary.size(),
                  held < 2 ? -1 : max_order);
}

std::optional<Json> Session::baselines_next(Index count) {
  if (!markov_) refuse_state("baselines", "baselines that were started", "none");
  if (!markov_->advance(count)) return std::nullopt;
  Json losses =
      object({{"uniform", numeric::log(double(symbols_.vocabulary.size()))}, {"markov", list_json(markov_->losses())}});
  markov_.reset();
  return losses;
}

Json Session::backtest(Split split, Index steps) {
  if (!loader_) refuse_state("text", "the examples (open the checkpoint with them)", "none");
  return unfold::backtest({*network_, config_, names_}, loader_->data(), loader_->examples(split), steps);
}

Json Session::rows(std::string_view text, Index future, Index last) const {
  if (names_.columns.empty()) refuse_state("task", "a model that reads the columns of a table", config_.task.name());
  if (future < 0 || future > 65536) refuse_argument("steps", "0 to 65536", std::to_string(future));
  if (last < 1) refuse_argument("last", "1 or more", std::to_string(last));
  return table_rows(text, config_, names_.columns, future, last);
}

Json Session::graph() const {
  Json graph = describe(config_, network_->sizes());
  if (const Json scaling = scaling_json(names_.columns, config_.task.loss); !scaling.empty())
    put(graph, {{"scaling", scaling}});
  return graph;
}

Json Session::gradient_flow(Index lags) {
  check_text();
  const Index train = trainer().train_tokens(), count = Index(tokens_.size());
  const Index from = count - train >= lags + 2 ? train : 0;
  if (lags < 1 || from + lags + 2 > count)
    refuse_argument("lags", "from 1 to the length of the text", std::to_string(lags));
  Json flow = Json::array();
  for (const std::vector<double>& layer : unfold::gradient_flow(*network_, tokens_.data() + from, lags))
    flow.push_back(list_json(layer));
  return flow;
}

std::vector<Token> Session::readable(const std::string& text, std::vector<std::string>* unknown) const {
  check_text();
  std::vector<std::uint32_t> lost;
  std::vector<Token> tokens = symbols_.vocabulary.encode(text, &lost);
  if (unknown) *unknown = symbols_.vocabulary.names_of(lost, text);
  if (tokens.empty())
    refuse_text("text", "at least one character of the model's vocabulary", text.empty() ? "an empty text" : "none");
  const double each = inspection_size(*network_, config_, 1);
  if (each * double(tokens.size()) > most_inspected)
    refuse_text("text", phrase("at most {} characters for a network of this size", {Index(most_inspected / each)}),
                std::to_string(tokens.size()));
  return tokens;
}

Session::Reading Session::inspect(const std::string& text) {
  Reading reading;
  reading.tokens = readable(text, &reading.unknown);
  reading.inspection = unfold::inspect(*network_, config_, reading.tokens);
  return reading;
}

std::vector<double> Session::saliency(const std::string& text, Index at) {
  const std::vector<Token> tokens = readable(text);
  check_range("at", at, 1, Index(tokens.size()) - 1);
  return unfold::saliency(*network_, tokens, at);
}

Json Session::preactivations(const std::string& text, Index layer, Index at) {
  const std::vector<Token> tokens = readable(text);
  check_range("layer", layer, 0, Index(config_.layers.size()) - 1);
  check_range("at", at, 0, Index(tokens.size()) - 1);
  Json all = Json::array();
  for (const Term& term : unfold::preactivations(*network_, tokens, std::size_t(layer), at))
    all.push_back(object({{"name", term.name}, {"apart", term.apart}, {"values", list_json(term.values)}}));
  return all;
}

Json Session::histograms(int bins) const {
  check_range("bins", bins, 1, 1000);
  Json all = Json::array();
  for (const TensorStats& s : unfold::histograms(*network_, bins))
    all.push_back(object({{"name", s.name},
                          {"shape", list_json(std::initializer_list<Index>{s.rows, s.cols})},
                          {"low", s.low},
                          {"high", s.high},
                          {"mean", s.mean},
                          {"deviation", s.deviation},
                          {"counts", list_json(s.counts)}}));
  return all;
}

Json Session::predict(const Json& request) {
  if (config_.task.learns_text())
    refuse_state("task", "a task with examples (next writes with sample)", config_.task.name());
  return unfold::predict({*network_, config_, names_}, request);
}

Json Session::example(Split split, Index index) {
  if (!loader_) refuse_state("text", "the examples (open the checkpoint with them)", "none");
  const std::vector<Example>& list = loader_->examples(split);
  if (index < 0 || index >= Index(list.size()))
    refuse_argument("index", phrase("a number below {}", {list.size()}), std::to_string(index));
  return show_example({*network_, config_, names_}, list[std::size_t(index)]);
}

namespace {

Json symbols_json(const Vocabulary& vocabulary) {
  Json symbols = Json::array();
  for (int v = 0; v < vocabulary.size(); ++v) {
    std::string text, readable;
    if (vocabulary.bytes() && v < int(vocabulary.symbols().size()))  // one character a byte, Latin-1
      append_utf8(vocabulary.symbols()[std::size_t(v)], text);
    else
      vocabulary.decode(Token(v), text);
    append_readable(text, true, readable);  // a token of bpe may be a part of a character
    symbols.push_back(readable);
  }
  return symbols;
}

}  // namespace

Json best_json(const BestWeights& best) {
  if (!best.known()) return {};
  return object({{"step", best.step}, {"loss", best.loss}, {"present", best.present}});
}

Json Session::vocabulary_json(const Json& symbols) const {
  return object({{"size", symbols.size()},
                 {"symbols", symbols},
                 {"unknown", replaced_},
                 {"added", list_json(added_)},
                 {"unit", name_of(symbols_.vocabulary.unit())}});
}

Json Session::info() const {
  const Json symbols = config_.task.learns_text() ? symbols_json(symbols_.vocabulary) : list_json(names_.inputs);
  const Progress& progress = trainer_ ? trainer_->progress() : resumed_;
  const Index T = loader_ ? loader_->steps() : config_.sequence_length, S = loader_ ? loader_->encoder_steps() : 0;
  const Estimate size = estimate(config_, sizes_, T, S, Index(tokens_.size()));
  Json info = object({{"config", to_json(config_)},
                      {"parameters", network_->table().size()},
                      {"memoryBytes", std::int64_t(size.bytes)},
                      {"vocabulary", vocabulary_json(symbols)},
                      {"tokens", object({{"train", trainer_ ? trainer_->train_tokens() : 0},
                                         {"validation", trainer_ ? trainer_->validation_tokens() : 0}})},
                      {"step", progress.step},
                      {"epoch", trainer_ ? trainer_->epochs() : double(resumed_.epoch)},
                      maybe("validationLoss", progress.known(), progress.validation_loss),
                      {"stopsEarly", trainer_ && trainer_->validates() && trainer_->patience(true) > 0},
                      {"best", trainer_ ? best_json(trainer_->best()) : Json()},
                      {"threads", threads()},
                      {"build", kernels::active().name},
                      {"math", kernels::active().fast ? "fast" : "reproducible"},
                      {"canTrain", trainer_ != nullptr}});
  if (config_.task.learns_text()) {
    put(info, {{"characters", object({{"train", characters_[0]}, {"validation", characters_[1]}})}});
    return info;
  }
  const auto count = [&](Split split) { return trainer_ ? trainer_->loader().size(split) : 0; };
  Json data = object({{"inputs", list_json(names_.inputs)},
                      {"targets", list_json(names_.targets)},
                      {"numbers", sizes_.numbers},
                      {"outputs", sizes_.outputs / config_.task.loss.outputs()},
                      {"context", sizes_.context},
                      {"words", names_.words},
                      {"truncated", names_.truncated},
                      {"notes", list_json(names_.file.notes)},
                      {"steps", T},
                      {"encoderSteps", S},
                      {"train", count(Split::train)},
                      {"validation", count(Split::validation)},
                      {"test", count(Split::test)}});
  if (!names_.columns.empty()) {
    Json& columns = data["columns"] = columns_json(names_.columns);
    for (std::size_t i = 0; i < names_.columns.size(); ++i)
      if (const Column& c = names_.columns[i]; !c.target && is_date_feature(c.name)) columns[i]["date"] = true;
  }
  if (loader_) put(data, {{"trivialLoss", trivial_loss(loader_->data(), config_.task)}});
  put(info, {{"data", data}});
  return info;
}

}  // namespace unfold
