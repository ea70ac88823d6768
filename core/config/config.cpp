#include "unfold/config/config.h"

#include "unfold/base/phrase.h"
#include "unfold/config/config_reader.h"
#include "unfold/config/presets.h"

namespace unfold {
namespace {

constexpr Named<Unit> units[]{{unit_names[0], Unit::character},
                              {unit_names[1], Unit::byte},
                              {unit_names[2], Unit::word},
                              {unit_names[3], Unit::whitespace},
                              {unit_names[4], Unit::bpe}};
constexpr const char* feedbacks[]{"target", "softmax"};

/// Puts what a preset stands for in its place; further fields of the configuration overrule it.
Json with_preset(const Json& given) {
  const Json* preset = find_member(given, "preset");
  if (!preset) return given;
  if (find_member(given, "layers")) refuse_config("preset", "either a preset or layers", "both");
  if (!preset->is_string()) refuse_config("preset", "a name", shown(*preset));
  const Json* size = find_member(given, "units");
  const Index H = size ? Index(Reader::integer_of(*size, "units", 1, 8192)) : 128;
  Json json = preset_config(preset->get<std::string>(), H);
  for (const auto& [key, value] : *given.get_ptr<const Json::object_t*>())
    if (key != "preset" && key != "units") json[key] = value;
  return json;
}

/// Sizes that must agree.
void check_shapes(const Config& c) {
  for (const std::vector<LayerConfig>* layers : {&c.layers, &c.encoder.layers})
    for (std::size_t l = 0; l < layers->size(); ++l) {
      const LayerConfig& layer = (*layers)[l];
      const Index below = l > 0 ? (*layers)[l - 1].units : c.embedding;
      if (layer.residual && layer.units != below)
        refuse_config(
            phrase("{}{}.residual", {layers == &c.layers ? "layers" : "encoder", at_index(l)}),
            phrase("a layer as wide as what lies below it ({})", {below > 0 ? std::to_string(below) : "no embedding"}),
            phrase("{} units", {layer.units}));
    }
  if (!c.tie_weights) return;
  if (c.embedding == 0) refuse_config("tieWeights", "an embedding to share", "none");
  for (const EdgeConfig& e : c.readout) {
    const bool last = e.from == Source::layer && e.layer + 1 == int(c.layers.size());
    const Index size = e.hidden.empty() ? c.layers.back().units : e.hidden.back();
    if (last && size != c.embedding)
      refuse_config("tieWeights", phrase("a last layer as wide as the embedding ({})", {c.embedding}),
                    std::to_string(size));
  }
}

/// Chrono initialisation needs gates that keep or write a state, with a bias.
void check_chrono(const Config& c) {
  if (c.initialization.chrono == 0) return;
  for (const std::vector<LayerConfig>* layers : {&c.layers, &c.encoder.layers})
    for (const LayerConfig& layer : *layers)
      if (layer.bias != Bias::none && !find_cell(layer.cell)->time_gates.empty()) return;
  refuse_config("initialization.chrono", "a layer with biases whose cell has a gate for the time (lstm, gru, …)",
                "none");
}

}  // namespace

Config parse_config(const Json& given) {
  const Json json = with_preset(given);
  Reader r(json, "");
  Config c;
  int version = 1;
  r.integer("version", version, 1, 1);
  r.integer("seed", c.seed, 0, 9007199254740991.0);
  r.one_of("unit", units, c.unit);
  r.integer("vocabulary", c.vocabulary, c.unit == Unit::bpe ? 256 : 2, 65535);
  r.number("validationSplit", c.validation_split, 0, 0.5);
  r.integer("embedding", c.embedding, 0, 8192);
  r.boolean("tieWeights", c.tie_weights);
  c.free_running = r.choice("feedback", feedbacks, "target") == "softmax";
  r.boolean("variationalDropout", c.variational_dropout);
  parse_task(r, c);
  parse_layers(r, c);
  check_shapes(c);
  parse_initialization(r, c.initialization);
  check_chrono(c);
  r.integer("sequenceLength", c.sequence_length, 1, 65536);
  r.integer("batchSize", c.batch_size, 1, 65536);
  parse_live(r, c);
  r.finish();
  check_task(c);
  return c;
}

Config parse_config_text(std::string_view text) {
  return parse_config(parse_json(std::string(text), ErrorCode::invalid_config, "configuration"));
}

void update_config(Config& config, const std::string& text) {
  const Json json = parse_json(text, ErrorCode::invalid_config, "settings");
  Config changed = config;
  Reader r(json, "");
  parse_live(r, changed);
  r.finish();
  const OptimizerKind kind = config.optimizer.kind;
  if (changed.optimizer.kind != kind)
    refuse_config("optimizer.name", phrase("the running optimizer {} (a change needs a restart)", {name_of(kind)}),
                  name_of(changed.optimizer.kind));
  if (!same_moments(changed.optimizer, config.optimizer))
    refuse_config("optimizer", "the same \"centered\", and momentum on or off as before (a change needs a restart)",
                  "a change of one");
  if (changed.averaging.kind != config.averaging.kind)
    refuse_config("averaging.name",
                  phrase("{} (a change needs a restart)", {averaging_names[std::size_t(config.averaging.kind)]}),
                  averaging_names[std::size_t(changed.averaging.kind)]);
  if (changed.scheduled_sampling.on() != config.scheduled_sampling.on())
    refuse_config("scheduledSampling.name",
                  phrase("{} (a change needs a restart)", {name_of(config.scheduled_sampling.kind)}),
                  name_of(changed.scheduled_sampling.kind));
  config = changed;
}

Json to_json(const Config& c) {
  Json json = object({{"version", 1},
                      {"seed", c.seed},
                      {"unit", name_of(c.unit)},
                      {"vocabulary", c.vocabulary},
                      {"validationSplit", c.validation_split},
                      {"embedding", c.embedding},
                      {"tieWeights", c.tie_weights},
                      {"feedback", feedbacks[c.free_running ? 1 : 0]}});
  task_json(c, json);
  if (c.encoder.on()) put(json, {{"encoder", layers_json(c.encoder.layers)}});
  put(json, {{"layers", layers_json(c.layers)}});
  if (!c.default_readout) put(json, {{"readout", readout_json(c)}});
  put(json, {{"initialization", initialization_json(c.initialization)},
             {"sequenceLength", c.sequence_length},
             {"batchSize", c.batch_size}});
  live_json(c, json);
  put(json,
      {{"dropout", c.dropout}, {"variationalDropout", c.variational_dropout}, {"evaluateEvery", c.evaluate_every}});
  return json;
}

namespace {

Json option_json(const CellOption& o) {
  Json option = object({{"name", o.name.data()}, {"help", o.help.data()}});
  if (o.choices.empty())
    put(option, {{"default", o.number}, {"minimum", o.minimum}, {"maximum", o.maximum}});
  else
    put(option, {{"default", o.choice.data()}, {"choices", names_json(o.choices)}});
  return option;
}

Json cell_json(const CellInfo& info) {
  Json options = Json::array();
  for (const CellOption& o : info.options) options.push_back(option_json(o));
  return object({{"name", info.name.data()},
                 {"label", info.label.data()},
                 {"summary", info.summary.data()},
                 {"equations", info.equations.data()},
                 {"source", info.source.data()},
                 {"gates", names_json(info.gate_names)},
                 {"recurrent", info.recurrent},
                 {"options", options}});
}

}  // namespace

Json schema() {
  Json cell_list = Json::array(), preset_list = Json::array();
  for (const CellInfo* info : cells()) cell_list.push_back(cell_json(*info));
  for (const Preset& p : presets())
    preset_list.push_back(object({{"name", p.name},
                                  {"label", p.label},
                                  {"sentence", p.sentence},
                                  {"equations", p.equations},
                                  {"source", p.source},
                                  {"config", preset_config(p.name, 128)}}));
  Json json = object({{"cells", cell_list}, {"presets", preset_list}, {"activations", names_json(activation_names)}});
  training_choices(json);
  layer_choices(json);
  task_choices(json);
  put(json, {{"defaults", to_json(parse_config(Json::object()))}});
  return json;
}

}  // namespace unfold
