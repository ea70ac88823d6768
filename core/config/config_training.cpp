// Training settings of a configuration.
#include "unfold/base/phrase.h"
#include "unfold/config/config_reader.h"
#include "unfold/config/optimizer_fields.h"

#include <limits>

namespace unfold {
namespace {

constexpr Named<Initializer> initializers[]{
    {"xavier", Initializer::xavier},     {"he", Initializer::he},           {"orthogonal", Initializer::orthogonal},
    {"identity", Initializer::identity}, {"uniform", Initializer::uniform}, {"sparse", Initializer::sparse},
    {"zero", Initializer::zero}};

/// One of `names`, which stand in the order of the enumerators of T.
template <class T, std::size_t n>
void choose(Reader& in, const std::array<const char*, n>& names, T& to) {
  const std::string_view chosen = in.choice("name", names, names[std::size_t(to)]);
  for (std::size_t i = 0; i < n; ++i)
    if (chosen == names[i]) to = T(i);
}

template <class Of>
void read_number(Reader& in, const NumberField<Of>& field, Of& to) {
  const Json* given = in.get(field.name);
  if (given && field.unlimited && is_infinite(*given))
    to.*field.value = 0;
  else
    in.number(field.name, to.*field.value, field.minimum, field.maximum);
}

void parse_groups(Reader& r, std::vector<GroupConfig>& groups) {
  constexpr std::size_t most = 32, longest = 80;
  const Json* list = r.get("groups");
  if (!list) return;
  if (!list->is_array() || list->size() > most)
    refuse_config(r.path("groups"), phrase("a list of at most {} groups", {most}), shown(*list));
  groups.clear();
  for (std::size_t i = 0; i < list->size(); ++i) {
    GroupConfig& group = groups.emplace_back();
    Reader in((*list)[i], r.path("groups") + at_index(i));
    in.text("match", group.match);
    if (group.match.empty() || group.match.size() > longest)
      refuse_config(in.path("match"), "a name of parameters, with * for any characters",
                    phrase("\"{}\"", {group.match}));
    in.number("learningRate", group.learning_rate, 0, 1e6);
    in.number("weightDecay", group.weight_decay, 0, 1e3);
    in.finish();
  }
}

Json groups_json(const std::vector<GroupConfig>& groups) {
  Json list = Json::array();
  for (const GroupConfig& group : groups) {
    Json json = object({{"match", group.match}, {"learningRate", group.learning_rate}});
    if (group.weight_decay >= 0) put(json, {{"weightDecay", group.weight_decay}});
    list.push_back(std::move(json));
  }
  return list;
}

void parse_optimizer(Reader& r, OptimizerConfig& o) {
  const Json* value = r.get("optimizer");
  if (!value) return;
  const Json object = expanded(*value, "name");
  Reader in(object, r.path("optimizer"));
  const OptimizerKind before = o.kind;
  choose(in, optimizer_names, o.kind);
  if (o.kind != before) o.momentum = o.kind == OptimizerKind::momentum || o.kind == OptimizerKind::nesterov ? 0.9 : 0;
  for (const auto& field : optimizer_fields) read_number(in, field, o);
  in.boolean("centered", o.centered);
  parse_groups(in, o.groups);
  in.finish();
}

void parse_schedule(Reader& r, ScheduleConfig& s) {
  const Json* value = r.get("schedule");
  if (!value) return;
  const Json object = expanded(*value, "name");
  Reader in(object, r.path("schedule"));
  choose(in, schedule_names, s.kind);
  in.integer("warmup", s.warmup, 0, 1e9);
  in.integer("every", s.every, 1, 1e9);
  in.integer("steps", s.steps, 1, 1e9);
  in.integer("patience", s.patience, 0, 1e6);
  in.number("factor", s.factor, 0, 1, true);
  in.number("minimum", s.minimum, 0, 1e6);
  in.finish();
}

void parse_clip(Reader& r, ClipConfig& c) {
  const Json* value = r.get("clip");
  if (!value) return;
  const Json object = expanded(*value, "norm");
  Reader in(object, r.path("clip"));
  for (const auto& field : clip_fields) read_number(in, field, c);
  in.finish();
}

void parse_sampling(Reader& r, ScheduledSamplingConfig& s) {
  const Json* value = r.get("scheduledSampling");
  if (!value) return;
  const Json object = expanded(*value, "name");
  Reader in(object, r.path("scheduledSampling"));
  choose(in, sampling_names, s.kind);
  in.number("k", s.k, 1, 1e9);
  in.number("start", s.start, 0, 1);
  in.number("minimum", s.minimum, 0, 1);
  in.finish();
}

void parse_regularization(Reader& r, RegularizationConfig& c) {
  const Json* value = r.get("regularization");
  if (!value) return;
  Reader in(*value, r.path("regularization"));
  for (const auto& field : regularization_fields) read_number(in, field, c);
  in.finish();
}

void parse_averaging(Reader& r, AveragingConfig& c) {
  const Json* value = r.get("averaging");
  if (!value) return;
  const Json object = expanded(*value, "name");
  Reader in(object, r.path("averaging"));
  choose(in, averaging_names, c.kind);
  in.number("decay", c.decay, 0, 0.9999999);
  in.integer("patience", c.patience, 1, 1e6);
  in.finish();
}

Json regularization_json(const RegularizationConfig& c) {
  Json json = Json::object();
  for (const auto& field : regularization_fields) put(json, {{field.name, c.*field.value}});
  return json;
}

Json optimizer_json(const OptimizerConfig& o) {
  Json json = object({{"name", name_of(o.kind)}});
  for (const auto& field : optimizer_fields) put(json, {{field.name, o.*field.value}});
  put(json, {{"centered", o.centered}});
  if (!o.groups.empty()) put(json, {{"groups", groups_json(o.groups)}});
  return json;
}

void parse_early_stopping(Reader& r, EarlyStoppingConfig& s) {
  const Json* value = r.get("earlyStopping");
  if (!value) return;
  const Json object = expanded(*value, "patience");
  Reader in(object, r.path("earlyStopping"));
  if (const Json* patience = in.get("patience"); patience && *patience == "auto")
    s.patience = EarlyStoppingConfig::automatic;
  else
    in.integer("patience", s.patience, 0, 1e6);
  in.number("minDelta", s.min_delta, 0, 1e6);
  in.finish();
}

}  // namespace

void parse_live(Reader& r, Config& c) {
  parse_optimizer(r, c.optimizer);
  parse_schedule(r, c.schedule);
  parse_clip(r, c.clip);
  parse_sampling(r, c.scheduled_sampling);
  r.number("dropout", c.dropout, 0, 0.95);
  parse_regularization(r, c.regularization);
  parse_averaging(r, c.averaging);
  r.integer("accumulate", c.accumulate, 1, 1e6);
  r.integer("evaluateEvery", c.evaluate_every, 0, 1e9);
  parse_early_stopping(r, c.early_stopping);
}

void live_json(const Config& c, Json& json) {
  const ScheduleConfig& s = c.schedule;
  put(json, {{"optimizer", optimizer_json(c.optimizer)},
             {"schedule", object({{"name", name_of(s.kind)},
                                  {"warmup", s.warmup},
                                  {"every", s.every},
                                  {"factor", s.factor},
                                  {"steps", s.steps},
                                  {"patience", s.patience},
                                  {"minimum", s.minimum}})},
             {"clip", object({{"norm", c.clip.norm}, {"value", c.clip.value}})}});
  const ScheduledSamplingConfig& own = c.scheduled_sampling;
  if (own.on())
    put(json, {{"scheduledSampling",
                object({{"name", name_of(own.kind)}, {"k", own.k}, {"start", own.start}, {"minimum", own.minimum}})}});
  if (c.regularization != RegularizationConfig{})
    put(json, {{"regularization", regularization_json(c.regularization)}});
  const AveragingConfig& mean = c.averaging;
  if (mean.on())
    put(json, {{"averaging", object({{"name", averaging_names[std::size_t(mean.kind)]},
                                     {"decay", mean.decay},
                                     {"patience", mean.patience}})}});
  if (c.accumulate > 1) put(json, {{"accumulate", c.accumulate}});
  const EarlyStoppingConfig& stop = c.early_stopping;
  const bool automatic = stop.patience == EarlyStoppingConfig::automatic;
  if (!stop.usual())
    put(json, {{"earlyStopping",
                object({{"patience", automatic ? Json("auto") : Json(stop.patience)}, {"minDelta", stop.min_delta}})}});
}

bool is_infinite(const Json& value) {
  return value.is_number() && value.get<double>() == std::numeric_limits<double>::infinity();
}

bool same_moments(const OptimizerConfig& a, const OptimizerConfig& b) {
  if (a.kind != b.kind) return false;
  return a.kind != OptimizerKind::rmsprop || (a.centered == b.centered && (a.momentum > 0) == (b.momentum > 0));
}

void parse_initialization(Reader& r, InitializationConfig& c) {
  const Json* value = r.get("initialization");
  if (!value) return;
  Reader in(*value, r.path("initialization"));
  in.one_of("input", initializers, c.input);
  in.one_of("recurrent", initializers, c.recurrent);
  in.one_of("readout", initializers, c.readout);
  in.number("gain", c.gain, 0, 100);
  in.integer("nonzeros", c.nonzeros, 1, 8192);
  in.number("spectralRadius", c.spectral_radius, 0, 100);
  if (in.get("chrono") && *in.get("chrono") != 0) in.number("chrono", c.chrono, 3, 1e9);
  in.finish();
}

Json initialization_json(const InitializationConfig& i) {
  Json json = object({{"input", name_of(initializers, i.input)},
                      {"recurrent", name_of(initializers, i.recurrent)},
                      {"readout", name_of(initializers, i.readout)},
                      {"gain", i.gain},
                      {"nonzeros", i.nonzeros},
                      {"spectralRadius", i.spectral_radius}});
  if (i.chrono > 0) put(json, {{"chrono", i.chrono}});
  return json;
}

void training_choices(Json& schema) {
  put(schema, {{"optimizers", names_json(optimizer_names)},
               {"schedules", names_json(schedule_names)},
               {"scheduledSamplings", names_json(sampling_names)},
               {"averagings", names_json(averaging_names)},
               {"initializations", names_json(initializers)}});
}

}  // namespace unfold
