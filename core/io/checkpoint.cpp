#include "unfold/io/checkpoint.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "unfold/base/hash.h"
#include "unfold/base/json_list.h"
#include "unfold/base/phrase.h"
#include "unfold/data/scaling.h"
#include "unfold/io/checkpoint_parts.h"
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

std::vector<std::int64_t> shape_of(const Parameter& p) {
  return p.vector ? std::vector<std::int64_t>{p.rows} : std::vector<std::int64_t>{p.rows, p.cols};
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
  TensorWriter writer;
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
    meta["progress"] = json_text(write_training(writer, network, *trainer));
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
    refuse_checkpoint("checksum", metadata(file, "checksum") + ", that of the contents",
                      checksum(file) + ": the file is damaged");
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
                       .window = find_member(p, "window") ? whole(p, "window", TaskConfig::most_steps) : 0,
                       .validation_loss = number(p, "validationLoss")};
  }
  return file;
}

void load_parameters(const TensorFile& file, Network& network) {
  for (const Parameter& p : network.table()) copy_tensor(file, p.name, shape_of(p), network.parameters() + p.offset);
  for (const TensorView& t : file.tensors)
    if (network.table().find(t.name) < 0 && !t.name.starts_with("optimizer.") && !t.name.starts_with("state."))
      refuse_checkpoint(t.name, "a tensor of this network", "an unknown name");
  network.touch();
}

}  // namespace unfold
