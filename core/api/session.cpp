#include "unfold/api/session.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "unfold/base/numeric.h"
#include "unfold/base/parallel.h"
#include "unfold/base/phrase.h"
#include "unfold/base/utf8.h"
#include "unfold/data/data_loader.h"
#include "unfold/inspect/gradient_flow.h"
#include "unfold/io/checkpoint.h"
#include "unfold/io/extend.h"
#include "unfold/kernels/kernels.h"

namespace unfold {
namespace {

#if defined(__EMSCRIPTEN__)
constexpr double most_bytes = 3.5e9;  // of the 4 GB that 32-bit WebAssembly can address
#else
constexpr double most_bytes = 64e9;
#endif

/// What makes a network smaller whose examples are long.
std::string remedy(const Config& config, Index longest) {
  if (config.task.learns_text() || longest <= TaskConfig::usual_length) return "";
  return phrase(" (the longest example has {} steps: lower batchSize, or cut with task.maxLength and task.truncate)",
                {longest});
}

constexpr int most_vocabulary = 65534;

}  // namespace

void check_size(const Config& config, const NetworkSizes& sizes, Index T, Index S, Index text_tokens) {
  const Estimate size = estimate(config, sizes, T, S, text_tokens);
  if (size.bytes > most_bytes)
    throw Error(ErrorCode::out_of_memory, "layers",
                phrase("a network that trains within {} MB{}",
                       {std::to_string(std::int64_t(most_bytes / 1e6)), remedy(config, std::max(T, S))}),
                phrase("{} MB", {std::to_string(std::int64_t(size.bytes / 1e6))}));
}

namespace {

/// Refuses a configuration whose network is far larger than the file that should hold it, before building it.
void check_parameters(const TensorFile& file, const Config& config, const NetworkSizes& sizes) {
  double bytes = 0;
  for (const TensorView& t : file.tensors)
    if (!t.name.starts_with("optimizer.") && !t.name.starts_with("state.")) bytes += double(t.data.size());
  const double expected = 4.0 * double(estimate(config, sizes, 1, 1, 0).parameters);
  if (expected > 2 * bytes)
    refuse_checkpoint("tensors",
                      phrase("{} bytes of parameters for the configuration", {std::to_string(std::int64_t(expected))}),
                      std::to_string(std::int64_t(bytes)));
}

/// A model that exists already takes examples of its own symbols and sizes: everything in memory is as large as these.
void check_examples(const CheckpointHeader& header, const Symbols& given, const NetworkSizes& wanted) {
  const NetworkSizes& own = header.sizes;
  const auto need = [](bool kept, Words expected, Words actual) {
    if (!kept) refuse_text("text", expected, actual);
  };
  need(given.inputs == header.symbols.inputs && given.targets == header.symbols.targets,
       "a dataset with the symbols of the model's vocabulary", "others");
  const auto sizes = [](const NetworkSizes& s) {
    return phrase("{} numbers a step, a context of {}, {} outputs", {s.numbers, s.context, s.outputs});
  };
  need(wanted.symbols == own.symbols && wanted.numbers == own.numbers && wanted.context == own.context &&
           wanted.outputs == own.outputs,
       sizes(own), sizes(wanted));
  need(wanted.lengths <= own.lengths, phrase("answers of at most {} symbols", {own.lengths - 1}),
       std::to_string(wanted.lengths - 1));
}

/// The caller has the loss of a tensor network, and trains it.
void check_learns(const Config& config) {
  if (config.task.info().data == TaskData::caller)
    refuse_config("task.name",
                  "a task that a model learns (createNetwork, in C++ TensorNetwork, makes networks of this one)",
                  "\"tensor\"");
}

}  // namespace

Session::Session(const Config& config, std::string text) : config_(config) {
  check_learns(config);
  if (text.empty() && config.dataset.name.empty()) refuse_text("text", "at least one character", "an empty text");
  if (config.task.learns_text())
    symbols_.vocabulary = Vocabulary::of(text, config.unit, config.vocabulary, config.validation_split);
  read(text);
  std::string().swap(text);  // its memory is for the network
  build(true);
}

Session::Session(std::span<const std::byte> checkpoint, std::string text, bool extends) {
  CheckpointHeader header;
  const TensorFile file = read_checkpoint(checkpoint, header);
  config_ = header.config;
  check_learns(config_);
  symbols_ = header.symbols;
  check_parameters(file, config_, header.sizes);
  resumed_ = header.progress;
  if (extends && !text.empty() && config_.dataset.name.empty()) {
    extend(file, header, text);
  } else {
    if (config_.task.learns_text() || !config_.dataset.name.empty()) {
      read(text);
    } else if (!text.empty()) {
      Dataset data = known_examples_of(text);
      adopt(header, data);
      take_examples(std::move(data));
    }
    std::string().swap(text);
    open(file, header);
  }
}

/// A model of the sizes and symbols that the checkpoint has.
void Session::open(const TensorFile& file, const CheckpointHeader& header) {
  if (loader_) check_examples(header, symbols_, sizes_);
  symbols_ = header.symbols;
  sizes_ = header.sizes;
  names_.inputs = symbols_.inputs;
  names_.targets = symbols_.targets;
  names_.words = symbols_.words;
  names_.numbers = sizes_.numbers;
  names_.outputs = sizes_.outputs / config_.task.loss.outputs();
  names_.context = sizes_.context;
  names_.columns = symbols_.columns;
  build(false);
  load_parameters(file, *network_);
  if (trainer_ && header.training) load_training(file, header, *trainer_);
}

/// One that goes on with other data.
void Session::extend(const TensorFile& file, const CheckpointHeader& header, std::string_view text) {
  Extension extension;
  if (config_.task.learns_text()) {
    const bool merges = config_.unit == Unit::bpe;  // which stay as they are
    extension = unfold::extend(header, merges ? Vocabulary() : Vocabulary::of(text, config_.unit, most_vocabulary));
    symbols_ = extension.symbols;
    read_text(text);
  } else {
    const Index longest = std::exchange(config_.task.max_length, config_.task.truncate ? config_.task.max_length : 0);
    Dataset data = known_examples_of(text);
    config_.task.max_length = std::max(config_.task.max_length, longest);
    extension = unfold::extend(header, data);
    take_examples(std::move(data));
    if (sizes_.lengths > header.sizes.lengths)
      refuse_text("text", phrase("answers of at most {} symbols", {header.sizes.lengths - 1}),
                  std::to_string(sizes_.lengths - 1));
    sizes_.lengths = header.sizes.lengths;
  }
  added_ = extension.added;
  build(true);
  load_extended(file, header, extension, *network_, trainer_.get());
}

/// Takes in the text, or the examples.
void Session::read(std::string_view text) {
  if (config_.task.learns_text()) return read_text(text);
  if (!config_.dataset.name.empty() || !text.empty()) take_examples(examples_of(text));
}

void Session::read_text(std::string_view text) {
  std::vector<std::uint32_t> lost;
  std::vector<std::uint8_t> lengths;  // of words and merges; characters and bytes need no room for them
  const Vocabulary& v = symbols_.vocabulary;
  const bool pieces = config_.unit != Unit::character && config_.unit != Unit::byte;
  tokens_ = v.encode(text, &lost, pieces ? &lengths : nullptr);
  replaced_ = std::int64_t(lost.size());
  const Index train = std::max<Index>(training_share(Index(tokens_.size()), config_.validation_split), 0);
  characters_[0] = characters_[1] = 0;
  const auto length = [&](std::size_t i) -> Index {
    if (pieces) return lengths[i];
    const Token t = tokens_[i];
    return !v.bytes() || std::size_t(t) >= v.symbols().size() || (v.symbols()[t] & 0xC0) != 0x80 ? 1 : 0;
  };
  for (Index i = 1; i < Index(tokens_.size()); ++i)  // the first token of a part is not predicted
    if (i != train) characters_[i < train ? 0 : 1] += length(std::size_t(i));
  sizes_.symbols = sizes_.outputs = symbols_.vocabulary.size();
}

Dataset Session::examples_of(std::string_view text) {
  if (!config_.dataset.name.empty()) return make_corpus(config_.dataset);
  Dataset data = read_dataset(text, config_, &symbols_.columns);
  const bool windows = config_.task.kind == TaskKind::regress && !config_.task.pooled();
  if (config_.task.max_length > 0 || windows) return data;
  Index longest = 0;
  for (const auto* part : {&data.train, &data.validation, &data.test})
    for (const Example& e : *part) longest = std::max({longest, data.steps(e), Index(e.target.size())});
  if (longest > TaskConfig::usual_length) config_.task.max_length = longest;
  return data;
}

/// With all symbols that they have: which of them are unknown, the model has learned already.
Dataset Session::known_examples_of(std::string_view text) {
  const Unknown unknown = std::exchange(config_.dataset.unknown, Unknown::error);
  Dataset data = examples_of(text);
  config_.dataset.unknown = unknown;
  return data;
}

void Session::take_examples(Dataset data) {
  const auto keep = [&](std::vector<Example>& part) { return std::exchange(part, {}); };
  std::vector<Example> parts[]{keep(data.train), keep(data.validation), keep(data.test)};
  names_ = data;
  data.train = std::move(parts[0]);
  data.validation = std::move(parts[1]);
  data.test = std::move(parts[2]);
  symbols_.inputs = names_.inputs;
  symbols_.targets = names_.targets;
  symbols_.words = names_.words;
  symbols_.columns = names_.columns;
  sizes_ = network_sizes(config_, data);
  examples_ = std::make_unique<ExampleLoader>(config_, std::move(data));
  loader_ = examples_.get();
}

void Session::build(bool initialized) {
  const bool reads = config_.task.learns_text();
  const Index T = reads || !loader_ ? config_.sequence_length : loader_->steps(),
              S = loader_ ? loader_->encoder_steps() : 0;
  check_size(config_, sizes_, T, S, Index(tokens_.size()));
  network_ = std::make_unique<Network>(config_, sizes_, initialized);
  if (!tokens_.empty()) trainer_ = std::make_unique<Trainer>(config_, *network_, tokens_);
  if (examples_) trainer_ = std::make_unique<Trainer>(config_, *network_, std::move(examples_));
}

void Session::check_text() const {
  if (!config_.task.learns_text())
    refuse_state("task", "next (this call is about the text that a model reads)", config_.task.name());
}

Trainer& Session::trainer() {
  if (!trainer_ && config_.task.learns_text())
    refuse_state("text", "the training text (open the checkpoint with it)", "none");
  if (!trainer_) refuse_state("dataset", "the examples it was trained on (open the checkpoint with them)", "none");
  return *trainer_;
}

void Session::update(const std::string& settings) {
  Config changed = config_;
  update_config(changed, settings);
  if (trainer_) trainer_->configure(changed);
  config_ = changed;
}

std::vector<std::string> Session::sample_start(const std::string& prompt, const SampleOptions& options,
                                               std::int64_t length) {
  check_text();
  std::vector<std::uint32_t> lost;
  std::vector<Token> tokens = symbols_.vocabulary.encode(prompt, &lost);
  const Vocabulary& vocabulary = symbols_.vocabulary;
  const Token unknown = vocabulary.has_unknown() ? Token(vocabulary.size() - 1) : no_token;
  if (tokens.empty()) {  // something has to come before the first symbol: a line break if the text has them
    tokens = vocabulary.encode("\n");
    if (tokens.empty() || tokens[0] == unknown) tokens = {Token(0)};
  }
  SampleOptions drawn = options;
  drawn.never = unknown;
  sampler_.reset();
  sampler_.emplace(*network_, drawn);
  sampler_->prompt(tokens);
  sample_left_ = length;
  sample_bytes_.clear();
  return vocabulary.names_of(lost, prompt);
}

bool Session::sample_next(int count, std::string& text) {
  if (!sampler_) refuse_state("sample", "a sample that was started", "none");
  const bool merges = config_.unit == Unit::bpe;
  std::string& out = merges ? sample_bytes_ : text;
  for (; count > 0 && sample_left_ > 0; --count, --sample_left_) symbols_.vocabulary.decode(sampler_->next(), out);
  if (merges) sample_bytes_.erase(0, append_readable(sample_bytes_, sample_left_ == 0, text));
  return sample_left_ > 0;
}

double Session::bits_per_character(Split split, double loss, Index predictions) const {
  return loss * double(predictions) / (numeric::ln2 * double(std::max<Index>(characters(split), 1)));
}

std::vector<std::byte> Session::save(bool training) const {
  return write_checkpoint(config_, symbols_, *network_, training ? trainer_.get() : nullptr);
}

}  // namespace unfold
