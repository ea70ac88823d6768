#include "config.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "optim.h"
#include "presets.h"

namespace unfold {
namespace {

template <class T>
using Names = std::vector<std::pair<const char*, T>>;

const Names<Initializer> initializers{{"xavier", Initializer::xavier},         {"he", Initializer::he},
                                      {"orthogonal", Initializer::orthogonal}, {"identity", Initializer::identity},
                                      {"uniform", Initializer::uniform},       {"sparse", Initializer::sparse},
                                      {"zero", Initializer::zero}};
const Names<Bias> biases{{"none", Bias::none}, {"one", Bias::one}, {"two", Bias::two}};
const Names<Join> joins{{"first", Join::first}, {"last", Join::last}, {"all", Join::all}};

template <class T>
const char* name_of(const Names<T>& names, T value) {
  for (const auto& [name, v] : names)
    if (v == value) return name;
  return "";
}

std::string shown(const Json& value) {
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  return text.size() > 60 ? text.substr(0, 57) + "…" : text;
}

std::string plain(double x) {
  std::string text = Json(x).dump();
  return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

[[noreturn]] void refuse(const std::string& field, const std::string& expected, const std::string& actual) {
  throw Error(ErrorCode::invalid_config, field, expected, actual);
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& n : names) text += (text.empty() ? "" : ", ") + n;
  return text;
}

/// Reads the fields of one object, remembers which, and refuses the rest by name.
class Reader {
 public:
  Reader(const Json& object, std::string path) : object_(object), path_(std::move(path)) {
    if (!object.is_object()) refuse(path_.empty() ? "configuration" : path_, "an object", shown(object));
  }

  const Json* get(const std::string& name) {
    known_.insert(name);
    const auto at = object_.find(name);
    return at == object_.end() || at->is_null() ? nullptr : &*at;
  }
  std::string path(const std::string& name) const { return path_.empty() ? name : path_ + "." + name; }

  void number(const std::string& name, double& to, double minimum, double maximum, bool above = false) {
    const Json* value = get(name);
    if (!value) return;
    const double x = value->is_number() ? value->get<double>() : std::nan("");
    if (!(x >= minimum && x <= maximum) || (above && x == minimum))
      refuse(path(name),
             "a number " + std::string(above ? "above " : "from ") + plain(minimum) + (above ? ", at most " : " to ") +
                 plain(maximum),
             shown(*value));
    to = x;
  }

  template <class T>
  void integer(const std::string& name, T& to, double minimum, double maximum) {
    const Json* value = get(name);
    if (value) to = T(integer_of(*value, path(name), minimum, maximum));
  }

  static double integer_of(const Json& value, const std::string& field, double minimum, double maximum) {
    const double x = value.is_number() ? value.get<double>() : std::nan("");
    if (!(x >= minimum && x <= maximum) || x != std::floor(x))
      refuse(field, "a whole number from " + plain(minimum) + " to " + plain(maximum), shown(value));
    return x;
  }

  void boolean(const std::string& name, bool& to) {
    const Json* value = get(name);
    if (!value) return;
    if (!value->is_boolean()) refuse(path(name), "true or false", shown(*value));
    to = value->get<bool>();
  }

  std::string choice(const std::string& name, const std::vector<std::string>& names, const std::string& otherwise) {
    const Json* value = get(name);
    if (!value) return otherwise;
    const std::string text = value->is_string() ? value->get<std::string>() : "";
    if (std::find(names.begin(), names.end(), text) == names.end())
      refuse(path(name), "one of " + listed(names), shown(*value));
    return text;
  }

  template <class T>
  void one_of(const std::string& name, const Names<T>& names, T& to) {
    std::vector<std::string> list;
    for (const auto& [text, value] : names) list.push_back(text);
    const std::string chosen = choice(name, list, name_of(names, to));
    for (const auto& [text, value] : names)
      if (chosen == text) to = value;
  }

  /// Refuses fields that nobody asked for.
  void finish() const {
    for (const auto& [name, value] : object_.items())
      if (!known_.contains(name))
        refuse(path(name), "one of " + listed({known_.begin(), known_.end()}), "an unknown field");
  }

 private:
  const Json& object_;
  std::string path_;
  std::set<std::string> known_;
};

template <std::size_t n>
std::vector<std::string> strings(const std::array<const char*, n>& names) {
  return {names.begin(), names.end()};
}

// Edges ---------------------------------------------------------------------------------------------------

/// `layer` is the number of the layer that the edge enters; layers.size() for the readout.
EdgeConfig parse_edge(const Json& json, const std::string& path, int layer, bool readout) {
  Reader r(json, path);
  EdgeConfig e;
  const Json* from = r.get("from");
  if (from && from->is_string() && *from == "input") {
    e.from = Source::input;
  } else if (from && from->is_string() && *from == "self" && !readout) {
    e.from = Source::self;
    e.delay = 1;
  } else if (from && from->is_string() && *from == "output" && !readout) {
    e.from = Source::output;
    e.delay = 1;
  } else if (from && from->is_number_integer() && from->get<double>() >= 0 && from->get<double>() < layer) {
    e.from = Source::layer;
    e.layer = from->get<int>();
  } else {
    refuse(r.path("from"), readout ? "\"input\" or the number of a layer"
                   : "\"input\", \"self\", \"output\" or the number of a lower layer",
           from ? shown(*from) : "nothing");
  }
  r.integer("delay", e.delay, e.from == Source::self || e.from == Source::output ? 1 : 0, 1000);
  if (const Json* hidden = r.get("hidden")) {
    if (!hidden->is_array() || hidden->size() > 16) refuse(r.path("hidden"), "up to 16 layer sizes", shown(*hidden));
    for (std::size_t i = 0; i < hidden->size(); ++i)
      e.hidden.push_back(
          Index(Reader::integer_of((*hidden)[i], r.path("hidden") + "[" + std::to_string(i) + "]", 1, 8192)));
  }
  e.activation = parse_activation(r.choice("activation", strings(activation_names), "tanh"));
  r.boolean("shortcut", e.shortcut);
  r.one_of("join", joins, e.join);
  r.finish();
  return e;
}

std::vector<EdgeConfig> parse_edges(const Json& json, const std::string& path, int layer, bool readout) {
  if (!json.is_array() || json.empty() || json.size() > 64) refuse(path, "a list of 1 to 64 edges", shown(json));
  std::vector<EdgeConfig> edges;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string at = path + "[" + std::to_string(i) + "]";
    edges.push_back(parse_edge(json[i], at, layer, readout));
    for (std::size_t j = 0; j < i; ++j)
      if (edges[j].from == edges[i].from && edges[j].layer == edges[i].layer && edges[j].delay == edges[i].delay)
        refuse(at, "a source and delay of its own", "those of edge " + std::to_string(j));
  }
  return edges;
}

Json edge_json(const EdgeConfig& e) {
  Json json;
  if (e.from == Source::layer)
    json["from"] = e.layer;
  else
    json["from"] = e.from == Source::input ? "input" : e.from == Source::self ? "self" : "output";
  json["delay"] = e.delay;
  if (e.hidden.empty()) return json;
  json["hidden"] = e.hidden;
  json["activation"] = activation_names[std::size_t(e.activation)];
  json["shortcut"] = e.shortcut;
  json["join"] = name_of(joins, e.join);
  return json;
}

std::vector<EdgeConfig> default_edges(int layer, bool skip_inputs) {
  std::vector<EdgeConfig> edges;
  edges.push_back(layer == 0 ? EdgeConfig{.from = Source::input} : EdgeConfig{.from = Source::layer, .layer = layer - 1});
  if (layer > 0 && skip_inputs) edges.push_back({.from = Source::input});
  edges.push_back({.from = Source::self, .delay = 1});
  return edges;
}

// Layers --------------------------------------------------------------------------------------------------

void parse_cell_options(Reader& r, const CellInfo& info, LayerConfig& layer) {
  layer.settings.values = info.options;
  for (CellOption& option : layer.settings.values) {
    if (option.choices.empty())
      r.number(option.name, option.number, option.minimum, option.maximum);
    else
      option.choice = r.choice(option.name, option.choices, option.choice);
  }
  std::set<std::string> own;
  for (const CellOption& o : info.options) own.insert(o.name);
  for (const CellInfo& other : cells())
    for (const CellOption& o : other.options)
      if (!own.contains(o.name) && r.get(o.name))
        refuse(r.path(o.name), "an option of the cell " + info.name + " (" + o.name + " belongs to " + other.name + ")",
               shown(*r.get(o.name)));
}

void parse_leak(Reader& r, LeakConfig& leak) {
  const Json* value = r.get("leak");
  if (!value) return;
  if (value->is_number()) {
    r.number("leak", leak.from, 0, 1);
    leak.to = leak.from;
    return;
  }
  Reader inner(*value, r.path("leak"));
  inner.number("from", leak.from, 0, 1);
  leak.to = leak.from;
  inner.number("to", leak.to, 0, 1);
  inner.boolean("learned", leak.learned);
  inner.finish();
}

void parse_clock(Reader& r, LayerConfig& layer) {
  const Json* value = r.get("clock");
  if (!value || (value->is_array() && value->empty())) return;
  if (!value->is_array() || Index(value->size()) > layer.hidden)
    refuse(r.path("clock"), "a list of periods, at most one a hidden unit", shown(*value));
  for (std::size_t i = 0; i < value->size(); ++i)
    layer.clock.push_back(
        int(Reader::integer_of((*value)[i], r.path("clock") + "[" + std::to_string(i) + "]", 1, 1e6)));
}

void parse_zoneout(Reader& r, LayerConfig& layer) {
  const Json* value = r.get("zoneout");
  if (!value) return;
  if (value->is_number()) {
    r.number("zoneout", layer.zoneout, 0, 0.95);
    layer.zoneout_cell = layer.zoneout;
    return;
  }
  Reader inner(*value, r.path("zoneout"));
  inner.number("hidden", layer.zoneout, 0, 0.95);
  inner.number("cell", layer.zoneout_cell, 0, 0.95);
  inner.finish();
}

LayerConfig parse_layer(const Json& json, int number, bool skip_inputs) {
  Reader r(json, "layers[" + std::to_string(number) + "]");
  LayerConfig layer;
  std::vector<std::string> names;
  for (const CellInfo& info : cells()) names.push_back(info.name);
  layer.cell = r.choice("cell", names, layer.cell);
  r.integer("hidden", layer.hidden, 1, 8192);
  r.one_of("bias", biases, layer.bias);
  if (const Json* edges = r.get("edges")) {
    layer.edges = parse_edges(*edges, r.path("edges"), number, false);
    layer.default_edges = false;
  } else {
    layer.edges = default_edges(number, skip_inputs);
  }
  parse_leak(r, layer.leak);
  parse_clock(r, layer);
  parse_zoneout(r, layer);
  r.boolean("residual", layer.residual);
  r.boolean("layerNorm", layer.layer_norm);
  r.number("recurrentDropout", layer.recurrent_dropout, 0, 0.95);
  parse_cell_options(r, *find_cell(layer.cell), layer);
  r.finish();
  return layer;
}

Json layer_json(const LayerConfig& layer) {
  Json json{{"cell", layer.cell}, {"hidden", layer.hidden}};
  for (const CellOption& o : layer.settings.values)
    json[o.name] = o.choices.empty() ? Json(o.number) : Json(o.choice);
  json["bias"] = name_of(biases, layer.bias);
  if (!layer.default_edges) {
    json["edges"] = Json::array();
    for (const EdgeConfig& e : layer.edges) json["edges"].push_back(edge_json(e));
  }
  if (layer.leak.on()) json["leak"] = {{"from", layer.leak.from}, {"to", layer.leak.to}, {"learned", layer.leak.learned}};
  if (!layer.clock.empty()) json["clock"] = layer.clock;
  if (layer.zoneout > 0 || layer.zoneout_cell > 0)
    json["zoneout"] = {{"hidden", layer.zoneout}, {"cell", layer.zoneout_cell}};
  if (layer.residual) json["residual"] = true;
  if (layer.layer_norm) json["layerNorm"] = true;
  if (layer.recurrent_dropout > 0) json["recurrentDropout"] = layer.recurrent_dropout;
  return json;
}

// Training ------------------------------------------------------------------------------------------------

/// A field that may be given as a bare value, standing for `name` inside an object.
Json expanded(const Json* value, const char* name) {
  return value->is_object() ? *value : Json{{name, *value}};
}

void parse_optimizer(Reader& r, OptimizerConfig& o) {
  const Json* value = r.get("optimizer");
  if (!value) return;
  const Json object = expanded(value, "name");
  Reader in(object, r.path("optimizer"));
  const std::string before = o.name;
  o.name = in.choice("name", strings(optimizer_names), o.name);
  if (o.name != before || before.empty()) o.momentum = o.name == "momentum" || o.name == "nesterov" ? 0.9 : 0;
  in.number("learningRate", o.learning_rate, 0, 1e6);
  in.number("beta1", o.beta1, 0, 0.999999999);
  in.number("beta2", o.beta2, 0, 0.999999999);
  in.number("epsilon", o.epsilon, 1e-30, 1);
  in.number("momentum", o.momentum, 0, 1);
  in.number("decay", o.decay, 0, 1);
  in.number("weightDecay", o.weight_decay, 0, 1e3);
  in.boolean("centered", o.centered);
  in.finish();
}

void parse_schedule(Reader& r, ScheduleConfig& s) {
  const Json* value = r.get("schedule");
  if (!value) return;
  const Json object = expanded(value, "name");
  Reader in(object, r.path("schedule"));
  s.name = in.choice("name", strings(schedule_names), s.name);
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
  const Json object = expanded(value, "norm");
  Reader in(object, r.path("clip"));
  in.number("norm", c.norm, 0, 1e9);
  in.number("value", c.value, 0, 1e9);
  in.finish();
}

/// What may change while training.
void parse_live(Reader& r, Config& c) {
  parse_optimizer(r, c.optimizer);
  parse_schedule(r, c.schedule);
  parse_clip(r, c.clip);
  r.number("dropout", c.dropout, 0, 0.95);
  r.integer("evaluateEvery", c.evaluate_every, 0, 1e9);
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
  in.finish();
}

void parse_layers(Reader& r, Config& c) {
  bool skip_inputs = false, skip_outputs = false;
  r.boolean("skipInputs", skip_inputs);
  r.boolean("skipOutputs", skip_outputs);
  const Json* layers = r.get("layers");
  if (!layers) {
    c.layers.push_back(parse_layer(Json::object(), 0, false));
  } else {
    if (!layers->is_array() || layers->empty() || layers->size() > 64)
      refuse("layers", "a list of 1 to 64 layers", shown(*layers));
    for (std::size_t l = 0; l < layers->size(); ++l) {
      c.layers.push_back(parse_layer((*layers)[l], int(l), skip_inputs));
      if (l > 0 && skip_inputs) c.layers.back().default_edges = false;  // canonical form spells them out
    }
  }
  const int count = int(c.layers.size());
  if (const Json* readout = r.get("readout")) {
    c.readout = parse_edges(*readout, "readout", count, true);
    c.default_readout = false;
    for (std::size_t i = 0; i < c.readout.size(); ++i)
      if (c.readout[i].delay != 0)
        refuse("readout[" + std::to_string(i) + "].delay", "0", std::to_string(c.readout[i].delay));
    return;
  }
  c.readout.push_back({.from = Source::layer, .layer = count - 1});
  for (int l = 0; skip_outputs && l + 1 < count; ++l) c.readout.push_back({.from = Source::layer, .layer = l});
  c.default_readout = !(skip_outputs && count > 1);
}

/// Puts what a preset stands for in its place; further fields of the configuration overrule it.
Json with_preset(const Json& given) {
  if (!given.is_object() || !given.contains("preset")) return given;
  Json rest = given;
  if (given.contains("layers")) refuse("preset", "either a preset or layers", "both");
  if (!given["preset"].is_string()) refuse("preset", "a name", shown(given["preset"]));
  const Json* hidden = given.contains("hidden") ? &given["hidden"] : nullptr;
  const Index H = hidden ? Index(Reader::integer_of(*hidden, "hidden", 1, 8192)) : 128;
  Json json = preset_config(given["preset"].get<std::string>(), H);
  rest.erase("preset");
  rest.erase("hidden");
  json.update(rest);
  return json;
}

/// Sizes that must agree.
void check_shapes(const Config& c) {
  for (std::size_t l = 0; l < c.layers.size(); ++l) {
    const Index below = l > 0 ? c.layers[l - 1].hidden : c.embedding;
    if (c.layers[l].residual && c.layers[l].hidden != below)
      refuse("layers[" + std::to_string(l) + "].residual",
             "a layer as wide as what lies below it (" + (below > 0 ? std::to_string(below) : "no embedding") + ")",
             std::to_string(c.layers[l].hidden) + " units");
  }
  if (!c.tied) return;
  if (c.embedding == 0) refuse("tied", "an embedding to share", "none");
  for (const EdgeConfig& e : c.readout) {
    const bool last = e.from == Source::layer && e.layer + 1 == int(c.layers.size());
    const Index size = e.hidden.empty() ? c.layers.back().hidden : e.hidden.back();
    if (last && size != c.embedding)
      refuse("tied", "a last layer as wide as the embedding (" + std::to_string(c.embedding) + ")",
             std::to_string(size));
  }
}

}  // namespace

Config parse_config(const Json& given) {
  const Json json = with_preset(given);
  Reader r(json, "");
  Config c;
  int version = 1;
  r.integer("version", version, 1, 1);
  r.integer("seed", c.seed, 0, 9007199254740991.0);
  c.bytes = r.choice("unit", std::vector<std::string>{"character", "byte"}, "character") == "byte";
  r.integer("vocabulary", c.vocabulary, 2, 65535);
  r.number("validation", c.validation, 0, 0.5);
  r.integer("embedding", c.embedding, 0, 8192);
  r.boolean("tied", c.tied);
  c.free_running = r.choice("feedback", std::vector<std::string>{"target", "softmax"}, "target") == "softmax";
  r.boolean("variationalDropout", c.variational);
  parse_layers(r, c);
  check_shapes(c);
  parse_initialization(r, c.initialization);
  r.integer("window", c.window, 1, 65536);
  r.integer("batch", c.batch, 1, 65536);
  parse_live(r, c);
  r.finish();
  return c;
}

Config parse_config(const std::string& text) {
  return parse_config(parse_json(text, ErrorCode::invalid_config, "configuration"));
}

void update_config(Config& config, const std::string& text) {
  const Json json = parse_json(text, ErrorCode::invalid_config, "settings");
  Config changed = config;
  Reader r(json, "");
  parse_live(r, changed);
  r.finish();
  if (changed.optimizer.name != config.optimizer.name)
    refuse("optimizer.name", "the running optimizer " + config.optimizer.name + " (a change needs a restart)",
           changed.optimizer.name);
  if (config.optimizer.name == "rmsprop" && (changed.optimizer.centered != config.optimizer.centered ||
                                             (changed.optimizer.momentum > 0) != (config.optimizer.momentum > 0)))
    refuse("optimizer", "the same moments as before (a change needs a restart)", "others");
  config = changed;
}

Json to_json(const Config& c) {
  Json json{{"version", 1},
            {"seed", c.seed},
            {"unit", c.bytes ? "byte" : "character"},
            {"vocabulary", c.vocabulary},
            {"validation", c.validation},
            {"embedding", c.embedding},
            {"tied", c.tied},
            {"feedback", c.free_running ? "softmax" : "target"},
            {"layers", Json::array()}};
  for (const LayerConfig& layer : c.layers) json["layers"].push_back(layer_json(layer));
  if (!c.default_readout) {
    json["readout"] = Json::array();
    for (const EdgeConfig& e : c.readout) json["readout"].push_back(edge_json(e));
  }
  const InitializationConfig& i = c.initialization;
  json["initialization"] = {{"input", name_of(initializers, i.input)},
                            {"recurrent", name_of(initializers, i.recurrent)},
                            {"readout", name_of(initializers, i.readout)},
                            {"gain", i.gain},
                            {"nonzeros", i.nonzeros},
                            {"spectralRadius", i.spectral_radius}};
  json["window"] = c.window;
  json["batch"] = c.batch;
  const OptimizerConfig& o = c.optimizer;
  json["optimizer"] = {{"name", o.name},         {"learningRate", o.learning_rate}, {"beta1", o.beta1},
                       {"beta2", o.beta2},       {"epsilon", o.epsilon},            {"momentum", o.momentum},
                       {"decay", o.decay},       {"weightDecay", o.weight_decay},   {"centered", o.centered}};
  const ScheduleConfig& s = c.schedule;
  json["schedule"] = {{"name", s.name},   {"warmup", s.warmup},     {"every", s.every},    {"factor", s.factor},
                      {"steps", s.steps}, {"patience", s.patience}, {"minimum", s.minimum}};
  json["clip"] = {{"norm", c.clip.norm}, {"value", c.clip.value}};
  json["dropout"] = c.dropout;
  json["variationalDropout"] = c.variational;
  json["evaluateEvery"] = c.evaluate_every;
  return json;
}

Json schema() {
  Json json{{"cells", Json::array()}};
  for (const CellInfo& info : cells()) {
    Json options = Json::array();
    for (const CellOption& o : info.options) {
      Json option{{"name", o.name}, {"help", o.help}};
      if (o.choices.empty())
        option.update({{"default", o.number}, {"minimum", o.minimum}, {"maximum", o.maximum}});
      else
        option.update({{"default", o.choice}, {"choices", o.choices}});
      options.push_back(option);
    }
    json["cells"].push_back({{"name", info.name},
                             {"label", info.label},
                             {"summary", info.summary},
                             {"equations", info.equations},
                             {"source", info.source},
                             {"gates", info.gate_names},
                             {"options", options}});
  }
  for (const Preset& p : presets())
    json["presets"].push_back({{"name", p.name},
                               {"label", p.label},
                               {"sentence", p.sentence},
                               {"equations", p.equations},
                               {"source", p.source},
                               {"config", preset_config(p.name, 128)}});
  json["optimizers"] = strings(optimizer_names);
  json["schedules"] = strings(schedule_names);
  json["activations"] = strings(activation_names);
  for (const auto& [name, value] : initializers) json["initializations"].push_back(name);
  for (const auto& [name, value] : biases) json["biases"].push_back(name);
  for (const auto& [name, value] : joins) json["joins"].push_back(name);
  json["defaults"] = to_json(parse_config(Json::object()));
  return json;
}

namespace {

/// Walks JSON text without building anything; stops at nesting beyond 32 and at a key that stands twice.
struct Watch : nlohmann::json_sax<Json> {
  static constexpr std::size_t deepest = 32, most = 300000;  // a full vocabulary has 65 535 values
  std::size_t values = 0;
  std::vector<std::set<std::string>> keys;
  std::string trouble;

  bool value() {
    if (++values > most) trouble = "more than " + std::to_string(most) + " values";
    return trouble.empty();
  }
  bool open() {
    if (!value()) return false;
    keys.emplace_back();
    if (keys.size() > deepest) trouble = "nesting deeper than " + std::to_string(deepest);
    return trouble.empty();
  }
  bool close() {
    keys.pop_back();
    return true;
  }
  bool key(string_t& name) override {
    if (!keys.back().insert(name).second) trouble = "the key " + shown(name) + " twice";
    return trouble.empty();
  }
  bool start_object(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_array() override { return close(); }
  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool string(string_t&) override { return value(); }
  bool binary(binary_t&) override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }
};

}  // namespace

Json parse_json(const std::string& text, ErrorCode code, const std::string& field) {
  Watch watch;
  if (Json::sax_parse(text, &watch)) return Json::parse(text);
  throw Error(code, field, "one JSON object", watch.trouble.empty() ? "text that is not JSON" : watch.trouble);
}

}  // namespace unfold
