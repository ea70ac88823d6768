#include "session.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "baseline.h"
#include "checkpoint.h"
#include "gradient_flow.h"
#include "kernels/kernels.h"
#include "parallel.h"

namespace unfold {
namespace {

#if defined(__EMSCRIPTEN__)
constexpr double most_bytes = 3.5e9;  // of the 4 GB that 32-bit WebAssembly can address
#else
constexpr double most_bytes = 64e9;
#endif

/// Refuses a network that would not fit, before anything of it is allocated.
void check_size(const Config& config, Index V, Index text_tokens) {
  const Estimate size = estimate(config, V, text_tokens);
  if (size.bytes > most_bytes)
    throw Error(ErrorCode::out_of_memory, "layers",
                "a network that trains within " + std::to_string(std::int64_t(most_bytes / 1e6)) + " MB",
                std::to_string(std::int64_t(size.bytes / 1e6)) + " MB");
}

/// Refuses a configuration whose network is far larger than the file that should hold it, before building it.
void check_parameters(const TensorFile& file, const Config& config, Index V) {
  double bytes = 0;
  for (const TensorView& t : file.tensors)
    if (!t.name.starts_with("optimizer.") && !t.name.starts_with("state.")) bytes += double(t.data.size());
  const double expected = 4.0 * double(estimate(config, V, 0).parameters);
  if (expected > 2 * bytes)
    throw Error(ErrorCode::invalid_checkpoint, "tensors",
                std::to_string(std::int64_t(expected)) + " bytes of parameters for the configuration",
                std::to_string(std::int64_t(bytes)));
}

}  // namespace

Session::Session(const Config& config, std::string_view text) : config_(config) {
  if (text.empty()) throw Error(ErrorCode::invalid_text, "text", "at least one character", "an empty text");
  vocabulary_ = Vocabulary::of(text, config.bytes, config.vocabulary);
  std::vector<std::uint32_t> lost;
  tokens_ = vocabulary_.encode(text, &lost);
  replaced_ = std::int64_t(lost.size());
  build(true);
}

Session::Session(std::span<const std::byte> checkpoint, std::string_view text) {
  CheckpointHeader header;
  const TensorFile file = read_checkpoint(checkpoint, header);
  config_ = header.config;
  vocabulary_ = header.vocabulary;
  check_parameters(file, config_, vocabulary_.size());
  resumed_ = header.progress;
  if (!text.empty()) {
    std::vector<std::uint32_t> lost;
    tokens_ = vocabulary_.encode(text, &lost);
    replaced_ = std::int64_t(lost.size());
  }
  build(false);
  load_parameters(file, *network_);
  if (trainer_ && header.training) load_training(file, header, tokens_, *trainer_);
}

void Session::build(bool initialized) {
  check_size(config_, vocabulary_.size(), Index(tokens_.size()));
  network_ = std::make_unique<Network>(config_, vocabulary_.size(), initialized);
  if (!tokens_.empty()) trainer_ = std::make_unique<Trainer>(config_, *network_, tokens_);
}

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
  std::vector<std::uint32_t> lost;
  std::vector<Token> tokens = vocabulary_.encode(prime, &lost);
  if (tokens.empty()) {  // something has to come before the first symbol: a line break if the text has them
    const Token line_break = vocabulary_.token('\n');
    tokens.push_back(line_break < vocabulary_.size() ? line_break : Token(0));
  }
  sampler_.reset();
  sampler_.emplace(*network_, options);
  sampler_->feed(tokens);
  sample_left_ = length;
  std::vector<std::string> unknown;
  for (const std::uint32_t symbol : lost) {
    std::string text;
    append_utf8(symbol, text);
    if (std::find(unknown.begin(), unknown.end(), text) == unknown.end()) unknown.push_back(text);
  }
  return unknown;
}

bool Session::sample_next(int count, std::string& text) {
  if (!sampler_) throw Error(ErrorCode::invalid_state, "sample", "a sample that was started", "none");
  for (; count > 0 && sample_left_ > 0; --count, --sample_left_) vocabulary_.decode(sampler_->next(), text);
  return sample_left_ > 0;
}

std::vector<std::byte> Session::save(bool training) const {
  return write_checkpoint(config_, vocabulary_, *network_, training ? trainer_.get() : nullptr, tokens_);
}

Json Session::baselines(int highest) {
  const Index train = trainer().train_tokens(), held = trainer_->validation_tokens();
  const Index V = vocabulary_.size();
  Json markov = held < 2 ? Json::array()
                         : Json(markov_losses(tokens_.data(), train, tokens_.data() + train, held, V, highest));
  return {{"uniform", numeric::log(double(V))}, {"markov", markov}};
}

Json Session::gradient_flow(Index lags) {
  const Index train = trainer().train_tokens(), count = Index(tokens_.size());
  const Index from = count - train >= lags + 2 ? train : 0;
  if (lags < 1 || from + lags + 2 > count)
    throw Error(ErrorCode::invalid_argument, "lags", "from 1 to the length of the text", std::to_string(lags));
  return Json(unfold::gradient_flow(*network_, tokens_.data() + from, lags));
}

Json Session::info() const {
  Json symbols = Json::array();
  for (int v = 0; v < vocabulary_.size(); ++v) {
    std::string text;
    if (vocabulary_.bytes() && v < int(vocabulary_.symbols().size()))  // one character a byte, Latin-1
      append_utf8(vocabulary_.symbols()[std::size_t(v)], text);
    else
      vocabulary_.decode(Token(v), text);
    symbols.push_back(text);
  }
  const Progress& progress = trainer_ ? trainer_->progress() : resumed_;
  const Estimate size = estimate(config_, vocabulary_.size(), Index(tokens_.size()));
  return {{"config", to_json(config_)},
          {"parameters", network_->table().size()},
          {"memoryBytes", std::int64_t(size.bytes)},
          {"vocabulary",
           {{"size", vocabulary_.size()},
            {"symbols", symbols},
            {"unknown", replaced_},
            {"unit", vocabulary_.bytes() ? "byte" : "character"}}},
          {"characters",
           {{"train", trainer_ ? trainer_->train_tokens() : 0},
            {"validation", trainer_ ? trainer_->validation_tokens() : 0}}},
          {"step", progress.step},
          {"epoch", progress.epoch},
          {"validationLoss", progress.validation_loss < 0 ? Json() : Json(progress.validation_loss)},
          {"threads", threads()},
          {"build", kernels::active().name},
          {"math", kernels::active().fast ? "fast" : "reproducible"},
          {"canTrain", trainer_ != nullptr}};
}

}  // namespace unfold
