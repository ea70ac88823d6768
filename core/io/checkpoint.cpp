#include "unfold/io/checkpoint.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "unfold/base/hash.h"
#include "unfold/base/json_list.h"
#include "unfold/base/phrase.h"
#include "unfold/data/scaling.h"
#include "unfold/io/vocabulary_json.h"

namespace unfold {
namespace {

std::string checksum(const TensorFile& file) {
  Hash hash;
  for (const TensorView& t : file.tensors) {
    hash.add(t.name.data(), t.name.size());
    hash.add(t.data.data(), t.data.size());
  }
  for (const auto& [key, value] : file.metadata)
    if (key != "checksum") {
      hash.add(key.data(), key.size());
      hash.add(value.data(), value.size());
    }
  return hash.text();
}

/// Tensors as float32, whatever Real is; keeps the copies alive.
class Writer {
 public:
  /// Refuses numbers that are not finite: such a file could not be opened again.
  void add(const std::string& name, std::vector<std::int64_t> shape, const Real* data, Index size) {
    if (!std::all_of(data, data + size, [](Real x) { return std::isfinite(x); }))
      throw Error(ErrorCode::non_finite, name, "finite numbers", "NaN or infinity (nothing was saved)");
    copies_.emplace_back(data, data + size);
    file.tensors.push_back({name, std::move(shape), std::as_bytes(std::span(copies_.back()))});
  }
  TensorFile file;

 private:
  std::vector<std::vector<float>> copies_;
};

std::vector<std::int64_t> shape_of(const Parameter& p) {
  return p.vector ? std::vector<std::int64_t>{p.rows} : std::vector<std::int64_t>{p.rows, p.cols};
}

std::string shape_text(const std::vector<std::int64_t>& shape) { return json_text(list_json(shape)); }

void copy(const TensorFile& file, const std::string& name, const std::vector<std::int64_t>& shape, Real* to) {
  const TensorView* t = file.find(name);
  if (!t) refuse_checkpoint(name, "a tensor of shape " + shape_text(shape), "none");
  if (t->shape != shape) refuse_checkpoint(name, "shape " + shape_text(shape), shape_text(t->shape));
  for (std::size_t i = 0; i < t->data.size() / 4; ++i) {
    float value;
    std::memcpy(&value, t->data.data() + 4 * i, 4);
    if (!std::isfinite(value)) refuse_checkpoint(name, "finite numbers", phrase("NaN or infinity at element {}", {i}));
    to[i] = value;
  }
}

const std::string& metadata(const TensorFile& file, const std::string& key) {
  const auto at = file.metadata.find(key);
  if (at == file.metadata.end()) refuse_checkpoint("__metadata__." + key, "a value", "nothing");
  return at->second;
}

std::int64_t whole(const Json& json, const char* key, double most = 9e15) {
  const Json* at = find_member(json, key);
  if (!at || !at->is_number_integer() || at->get<double>() < 0 || at->get<double>() > most)
    refuse_checkpoint(std::string("progress.") + key, "a whole number from 0 to " + json_text(most),
                      at ? json_text(*at) : "nothing");
  return at->get<std::int64_t>();
}

double number(const Json& json, const char* key) {
  const Json* at = find_member(json, key);
  if (!at || !at->is_number())
    refuse_checkpoint(std::string("progress.") + key, "a number", at ? json_text(*at) : "nothing");
  return at->get<double>();
}

/// What a task's tokens and labels are called, and the sizes of its network.
std::string names_text(const Symbols& symbols, const NetworkSizes& sizes) {
  Json json = object({{"inputs", list_json(symbols.inputs)},
                      {"targets", list_json(symbols.targets)},
                      {"symbols", sizes.symbols},
                      {"numbers", sizes.numbers},
                      {"outputs", sizes.outputs},
                      {"context", sizes.context},
                      {"lengths", sizes.lengths}});
  if (symbols.words) put(json, {{"words", true}});
  if (!symbols.columns.empty()) put(json, {{"columns", columns_json(symbols.columns)}});
  return json_text(json);
}

/// Nothing in a file is to be trusted: names are of any length in it, and a scale of 0 would divide.
void parse_columns(const Json& json, CheckpointHeader& header) {
  const auto need = [](bool kept) {
    if (!kept) refuse_checkpoint("symbols.columns", "columns with name, use and scale, as many as numbers", "others");
  };
  Index inputs = 0, targets = 0;
  need(json.is_array() && json.size() <= 2 * 4096);
  for (const Json& one : json) {
    const auto is = [&](const char* key, bool (Json::*kind)() const noexcept) {
      const Json* value = find_member(one, key);
      return value && (value->*kind)();
    };
    need(one.is_object() && is("name", &Json::is_string) && is("input", &Json::is_boolean) &&
         is("target", &Json::is_boolean) && is("mean", &Json::is_number) && is("scale", &Json::is_number) &&
         is("log", &Json::is_boolean));
    const Column& c = header.symbols.columns.emplace_back(Column{.name = member(one, "name").get<std::string>(),
                                                                 .input = member(one, "input").get<bool>(),
                                                                 .target = member(one, "target").get<bool>(),
                                                                 .mean = member(one, "mean").get<double>(),
                                                                 .scale = member(one, "scale").get<double>(),
                                                                 .log = member(one, "log").get<bool>()});
    need(c.name.size() <= 1000 && std::fabs(c.mean) <= 1e15 && c.scale >= 1e-30 && c.scale <= 1e16);
    inputs += c.input;
    targets += c.target;
  }
  const bool regress = header.config.task.kind == TaskKind::regress;
  need(inputs == header.sizes.numbers &&
       targets * header.config.task.loss.outputs() == (regress ? header.sizes.outputs : 0));
}

void parse_names(const std::string& text, CheckpointHeader& header) {
  const Json json = parse_json(text, ErrorCode::invalid_checkpoint, "symbols");
  const auto names = [&](const char* key, std::vector<std::string>& to) {
    const Json* at = find_member(json, key);
    if (!at || !at->is_array()) refuse_checkpoint(std::string("symbols.") + key, "a list of names", "something else");
    for (const Json& name : *at) {
      if (!name.is_string() || to.size() >= 65000)
        refuse_checkpoint(std::string("symbols.") + key, "up to 65000 names", json_text(name));
      to.push_back(name.get<std::string>());
    }
  };
  const auto size = [&](const char* key) {
    const Json* at = find_member(json, key);
    if (!at || !at->is_number_unsigned() || at->get<std::uint64_t>() > 65536)
      refuse_checkpoint(std::string("symbols.") + key, "a size from 0 to 65536", at ? json_text(*at) : "nothing");
    return Index(at->get<std::uint64_t>());
  };
  names("inputs", header.symbols.inputs);
  names("targets", header.symbols.targets);
  const Json* words = find_member(json, "words");
  header.symbols.words = words && words->is_boolean() && words->get<bool>();
  header.sizes = {.symbols = size("symbols"),
                  .numbers = size("numbers"),
                  .outputs = size("outputs"),
                  .context = size("context"),
                  .lengths = size("lengths")};
  if (const Json* columns = find_member(json, "columns"))
    parse_columns(*columns, header);
  else if (header.sizes.numbers > 0 && header.config.task.kind == TaskKind::regress)
    header.config.dataset.scaling = Scaling::none;  // an earlier version wrote the file
  const Dataset data{.inputs = header.symbols.inputs,
                     .targets = header.symbols.targets,
                     .numbers = header.sizes.numbers,
                     .outputs = header.sizes.outputs / header.config.task.loss.outputs(),
                     .context = header.sizes.context};
  const NetworkSizes expected = network_sizes(header.config, data);
  const TaskConfig& task = header.config.task;
  const NetworkSizes& own = header.sizes;
  const bool fits = own.symbols == expected.symbols && own.numbers == expected.numbers &&
                    own.outputs == expected.outputs && own.context == task.context && own.outputs > 0 &&
                    own.symbols + own.numbers > 0 && (task.info().numbers || !data.targets.empty()) &&
                    (own.lengths > 0) == (expected.lengths > 0);
  if (!fits) refuse_checkpoint("symbols", "sizes that the task and its names have", "others");
}

}  // namespace

std::vector<std::byte> write_checkpoint(const Config& config, const Symbols& symbols, const Network& network,
                                        const Trainer* trainer) {
  Writer writer;
  for (const Parameter& p : network.table()) writer.add(p.name, shape_of(p), network.parameters() + p.offset, p.size());
  auto& meta = writer.file.metadata;
  meta["format"] = "unfold";
  meta["version"] = "1";
  meta["config"] = json_text(to_json(config));
  std::string& graph = meta["graph"] = network.plan().to_text();  // for readers that have no engine
  if (const Json scaling = scaling_json(symbols.columns, config.task.loss); !scaling.empty())
    graph.insert(graph.size() - 1, ",\"scaling\":" + json_text(scaling));
  if (config.task.learns_text())
    meta["vocabulary"] = vocabulary_text(symbols.vocabulary);
  else
    meta["symbols"] = names_text(symbols, network.sizes());
  if (trainer) {
    const auto& moments = trainer->optimizer().moments();
    for (std::size_t i = 0; i < moments.size(); ++i)
      writer.add(phrase("optimizer.moment{}", {i}), {moments[i].size()}, moments[i].data(), moments[i].size());
    const State state = trainer->workspace().state();
    writer.add("state.values", {Index(state.values.size())}, state.values.data(), Index(state.values.size()));
    const Progress& p = trainer->progress();
    const Schedule::Plateau& plateau = trainer->schedule().plateau;
    const BestWeights& best = trainer->best();
    if (best.known() && !best.present)
      writer.add("state.best", {best.values.size()}, best.values.data(), best.values.size());
    Json progress = object({{"step", p.step},
                            {"epoch", p.epoch},
                            {"cursor", p.cursor},
                            {"evaluated", p.evaluated},
                            {"validationLoss", p.validation_loss},
                            {"updates", trainer->optimizer().updates},
                            {"clock", state.clock},
                            {"inputs", list_json(state.tokens)},
                            {"best", plateau.best},
                            {"bad", plateau.bad},
                            {"reductions", plateau.reductions},
                            {"text", trainer->loader().fingerprint()}});
    if (best.known())
      put(progress,
          {{"bestWeights",
            object({{"step", best.step}, {"loss", best.loss}, {"bad", best.bad}, {"present", best.present}})}});
    meta["progress"] = json_text(progress);
  }
  meta["checksum"] = checksum(writer.file);
  return write_safetensors(writer.file);
}

TensorFile read_checkpoint(std::span<const std::byte> bytes, CheckpointHeader& header) {
  TensorFile file = read_safetensors(bytes);
  if (metadata(file, "format") != "unfold") refuse_checkpoint("__metadata__.format", "\"unfold\"", "another");
  if (metadata(file, "version") != "1")
    refuse_checkpoint("__metadata__.version", "1 (a newer Unfold may read it)", metadata(file, "version"));
  if (metadata(file, "checksum") != checksum(file))
    refuse_checkpoint("checksum", metadata(file, "checksum"), checksum(file));
  header.config = parse_config(metadata(file, "config"));
  if (header.config.task.learns_text()) {
    header.symbols.vocabulary = parse_vocabulary(metadata(file, "vocabulary"), header.config.unit);
    const Index V = header.symbols.vocabulary.size();
    header.sizes = {.symbols = V, .outputs = V};
  } else {
    parse_names(metadata(file, "symbols"), header);
  }
  header.training = file.metadata.contains("progress");
  if (header.training) {
    const Json p = parse_json(metadata(file, "progress"), ErrorCode::invalid_checkpoint, "progress");
    header.progress = {.step = whole(p, "step"),
                       .epoch = whole(p, "epoch"),
                       .cursor = whole(p, "cursor"),
                       .evaluated = whole(p, "evaluated"),
                       .validation_loss = number(p, "validationLoss")};
  }
  return file;
}

void load_parameters(const TensorFile& file, Network& network) {
  for (const Parameter& p : network.table()) copy(file, p.name, shape_of(p), network.parameters() + p.offset);
  for (const TensorView& t : file.tensors)
    if (network.table().find(t.name) < 0 && !t.name.starts_with("optimizer.") && !t.name.starts_with("state."))
      refuse_checkpoint(t.name, "a tensor of this network", "an unknown name");
  network.touch();
}

std::int64_t updates_of(const TensorFile& file) {
  return whole(parse_json(metadata(file, "progress"), ErrorCode::invalid_checkpoint, "progress"), "updates");
}

namespace {

/// Of the best validation, where the file has seen one.
void load_best(const TensorFile& file, const Json& progress, Trainer& trainer) {
  const Json* at = find_member(progress, "bestWeights");
  if (!at) return;
  BestWeights& best = trainer.best();
  const Json* present = find_member(*at, "present");
  if (!present || !present->is_boolean() || whole(*at, "step") > trainer.progress().step)
    refuse_checkpoint("progress.bestWeights", "the step and the loss of a validation", "others");
  best.step = whole(*at, "step");
  best.loss = number(*at, "loss");
  best.bad = int(whole(*at, "bad", 1e9));
  best.present = present->get<bool>();
  const Network& network = trainer.network();
  if (best.values.size() == 0) best.values = Buffer(network.table().size());  // of a run that validates no more
  if (best.present)
    std::copy(network.parameters(), network.parameters() + best.values.size(), best.values.data());
  else
    copy(file, "state.best", {best.values.size()}, best.values.data());
}

}  // namespace

void load_training(const TensorFile& file, const CheckpointHeader& header, Trainer& trainer) {
  const Json p = parse_json(metadata(file, "progress"), ErrorCode::invalid_checkpoint, "progress");
  const Json* text = find_member(p, "text");
  if (!text || !text->is_string()) refuse_checkpoint("progress.text", "the mark of a text", "something else");
  if (!is_text(*text, trainer.loader().fingerprint()))
    throw Error(ErrorCode::invalid_text, "text", "the text that this run was trained on", "another text");
  if (header.progress.cursor > trainer.loader().size(Split::train))
    refuse_checkpoint("progress.cursor", "a place in the text", "one beyond it");
  auto& moments = trainer.optimizer().moments();
  for (std::size_t i = 0; i < moments.size(); ++i)
    copy(file, phrase("optimizer.moment{}", {i}), {moments[i].size()}, moments[i].data());
  State state = trainer.workspace().state();
  copy(file, "state.values", {Index(state.values.size())}, state.values.data());
  state.clock = whole(p, "clock");
  const Json* inputs = find_member(p, "inputs");
  if (!inputs || !inputs->is_array() || inputs->size() != state.tokens.size())
    refuse_checkpoint("progress.inputs", phrase("{} tokens", {state.tokens.size()}), "others");
  for (std::size_t i = 0; i < state.tokens.size(); ++i) {
    if (!(*inputs)[i].is_number_unsigned() || (*inputs)[i].get<std::uint64_t>() > no_token)
      refuse_checkpoint("progress.inputs", "tokens", json_text((*inputs)[i]));
    state.tokens[i] = Token((*inputs)[i].get<std::uint64_t>());
  }
  trainer.optimizer().updates = whole(p, "updates");
  trainer.schedule().plateau = {
      .best = number(p, "best"), .bad = int(whole(p, "bad", 1e9)), .reductions = int(whole(p, "reductions", 1e9))};
  trainer.restore(header.progress, state);
  load_best(file, p, trainer);
}

}  // namespace unfold
