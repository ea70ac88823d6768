#include <nlohmann/json.hpp>

#include "unfold/base/json_list.h"
#include "unfold/base/phrase.h"
#include "unfold/io/checkpoint_parts.h"

namespace unfold {
namespace {

std::string shape_text(const std::vector<std::int64_t>& shape) { return json_text(list_json(shape)); }

/// The weights that are trained, where the network's are their average, and the losses that decide when it begins.
void add_average(TensorWriter& writer, const Network& network, const Average& average, Json& progress) {
  const bool known = average.of == network.changes();
  if (known) writer.add("state.weights", {average.weights.size()}, average.weights.data(), average.weights.size());
  Json json = object(
      {{"present", known}, {"count", average.count}, {"begun", average.begun}, {"last", list_json(average.last)}});
  if (std::isfinite(average.best)) put(json, {{"best", average.best}});
  put(progress, {{"average", json}});
}

}  // namespace

void copy_tensor(const TensorFile& file, const std::string& name, const std::vector<std::int64_t>& shape, Real* to) {
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

std::int64_t whole(const Json& json, const char* key, double most) {
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

Json write_training(TensorWriter& writer, const Network& network, const Trainer& trainer) {
  const auto& moments = trainer.optimizer().moments();
  for (std::size_t i = 0; i < moments.size(); ++i)
    writer.add(phrase("optimizer.moment{}", {i}), {moments[i].size()}, moments[i].data(), moments[i].size());
  const State state = trainer.workspace().state();
  writer.add("state.values", {Index(state.values.size())}, state.values.data(), Index(state.values.size()));
  const Progress& p = trainer.progress();
  if (p.window > 0 && !state.inputs.empty())
    writer.add("state.inputs", {Index(state.inputs.size())}, state.inputs.data(), Index(state.inputs.size()));
  const Schedule::Plateau& plateau = trainer.schedule().plateau;
  const BestWeights& best = trainer.best();
  if (best.known() && !best.present)
    writer.add("state.best", {best.values.size()}, best.values.data(), best.values.size());
  Json progress = object({{"step", p.step},
                          {"epoch", p.epoch},
                          {"cursor", p.cursor},
                          {"evaluated", p.evaluated},
                          {"validationLoss", p.validation_loss},
                          {"updates", trainer.optimizer().updates},
                          {"clock", state.clock},
                          {"inputs", list_json(state.tokens)},
                          {"best", plateau.best},
                          {"bad", plateau.bad},
                          {"reductions", plateau.reductions},
                          {"text", trainer.loader().fingerprint()}});
  if (p.window > 0) put(progress, {{"window", p.window}});
  if (trainer.average().weights.size() > 0) add_average(writer, network, trainer.average(), progress);
  if (best.known())
    put(progress, {{"bestWeights",
                    object({{"step", best.step}, {"loss", best.loss}, {"bad", best.bad}, {"present", best.present}})}});
  return progress;
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
    copy_tensor(file, "state.best", {best.values.size()}, best.values.data());
}

/// Of weights that are averaged. Where others changed the network since its last update, the average begins anew.
void load_average(const TensorFile& file, const Json& progress, Trainer& trainer) {
  Average& average = trainer.average();
  const Json* at = find_member(progress, "average");
  if (!at || average.weights.size() == 0) return;
  const Json *present = find_member(*at, "present"), *begun = find_member(*at, "begun"),
             *last = find_member(*at, "last");
  if (!present || !present->is_boolean() || !begun || !begun->is_boolean() || !last || !last->is_array() ||
      last->size() > 1000000)
    refuse_checkpoint("progress.average", "present, begun and last", "others");
  average.begun = begun->get<bool>();
  average.count = whole(*at, "count");
  average.last.clear();
  for (const Json& loss : *last) {
    if (!loss.is_number()) refuse_checkpoint("progress.average.last", "losses", json_text(loss));
    average.last.push_back(loss.get<double>());
  }
  if (find_member(*at, "best")) average.best = number(*at, "best");
  if (!present->get<bool>()) return;
  copy_tensor(file, "state.weights", {average.weights.size()}, average.weights.data());
  average.of = trainer.network().changes();
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
    copy_tensor(file, phrase("optimizer.moment{}", {i}), {moments[i].size()}, moments[i].data());
  State state = trainer.workspace().state();
  copy_tensor(file, "state.values", {Index(state.values.size())}, state.values.data());
  state.clock = whole(p, "clock");
  const Json* inputs = find_member(p, "inputs");
  if (!inputs || !inputs->is_array() || inputs->size() != state.tokens.size())
    refuse_checkpoint("progress.inputs", phrase("{} tokens", {state.tokens.size()}), "others");
  for (std::size_t i = 0; i < state.tokens.size(); ++i) {
    if (!(*inputs)[i].is_number_unsigned() || (*inputs)[i].get<std::uint64_t>() > no_token)
      refuse_checkpoint("progress.inputs", "tokens", json_text((*inputs)[i]));
    state.tokens[i] = Token((*inputs)[i].get<std::uint64_t>());
  }
  if (header.progress.window > 0 && !state.inputs.empty())
    copy_tensor(file, "state.inputs", {Index(state.inputs.size())}, state.inputs.data());
  trainer.optimizer().updates = whole(p, "updates");
  trainer.schedule().plateau = {
      .best = number(p, "best"), .bad = int(whole(p, "bad", 1e9)), .reductions = int(whole(p, "reductions", 1e9))};
  trainer.restore(header.progress, state);
  load_best(file, p, trainer);
  load_average(file, p, trainer);
}

}  // namespace unfold
