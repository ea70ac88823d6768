// Edges and layers of a configuration.
#include <algorithm>

#include "unfold/base/json_list.h"
#include "unfold/base/phrase.h"
#include "unfold/config/config_reader.h"

namespace unfold {
namespace {

constexpr const char* directions[]{"forward", "backward"};
constexpr Named<Bias> biases[]{{"none", Bias::none}, {"one", Bias::one}, {"two", Bias::two}};

/// What a layer reads unless it says so itself; `below` are the layers under it, of both directions.
std::vector<EdgeConfig> default_edges(const Config& c, const std::vector<int>& below, bool first, bool decoder) {
  std::vector<EdgeConfig> edges;
  for (const int l : below) edges.push_back({.from = Source::layer, .layer = l});
  if (first) edges.push_back({.from = Source::input});
  if (first && decoder) {
    if (c.has_context() && (c.context == ContextUse::input || c.context == ContextUse::both))
      edges.push_back({.from = Source::context});
    if (c.task.termination == Termination::count) edges.push_back({.from = Source::remaining});
    if (c.attention.on && c.attention.input_feeding) edges.push_back({.from = Source::attention, .delay = 1});
  }
  edges.push_back({.from = Source::self, .delay = 1});  // removed where the cell reads no state of its own
  return edges;
}

// Layers --------------------------------------------------------------------------------------------------

void parse_cell_options(Reader& r, const CellInfo& info, LayerConfig& layer) {
  layer.settings.values.assign(info.options.begin(), info.options.end());
  const auto own = [&](std::string_view name) {
    return std::any_of(info.options.begin(), info.options.end(), [&](const auto& o) { return o.name == name; });
  };
  for (std::size_t i = 0; i < info.options.size(); ++i) {
    CellOption& option = layer.settings.values[i];
    if (option.choices.empty())
      r.number(option.name.data(), option.number, option.minimum, option.maximum);
    else
      option.choice = r.choice(option.name.data(), option.choices, option.choice);
  }
  for (const CellInfo* other : cells())
    for (const CellOption& o : other->options) {
      const Json* given = own(o.name) ? nullptr : r.get(o.name.data());
      if (given)
        refuse_config(
            r.path(o.name.data()),
            phrase("an option of the cell {} ({} belongs to {})", {info.name, o.name.data(), other->name.data()}),
            shown(*given));
    }
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
  if (!value->is_array() || Index(value->size()) > layer.units)
    refuse_config(r.path("clock"), "a list of periods, at most one a hidden unit", shown(*value));
  for (std::size_t i = 0; i < value->size(); ++i)
    layer.clock.push_back(int(Reader::integer_of((*value)[i], r.path("clock") + at_index(i), 1, 1e6)));
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

LayerConfig parse_layer(const Json& json, int number, const std::string& path, std::vector<EdgeConfig> defaults,
                        bool initial, bool& both_ways) {
  Reader r(json, path);
  LayerConfig layer;
  std::vector<const char*> names;
  for (const CellInfo* info : cells()) names.push_back(info->name.data());
  layer.cell = r.choice("cell", names, layer.cell);
  r.integer("units", layer.units, 1, 8192);
  r.one_of("bias", biases, layer.bias);
  r.boolean("bidirectional", both_ways);
  layer.direction = r.choice("direction", directions, "forward") == "backward" ? -1 : 1;
  if (both_ways && r.get("direction")) refuse_config(r.path("bidirectional"), "no direction beside it", "both");
  layer.initial = initial;
  r.boolean("initial", layer.initial);
  r.integer("stateFrom", layer.state_from, 0, 127);
  if (const Json* edges = r.get("edges")) {
    layer.edges = parse_edges(*edges, r.path("edges"), {.layer = number, .cell = find_cell(layer.cell)});
    layer.default_edges = false;
  } else {
    layer.edges = std::move(defaults);
    if (!find_cell(layer.cell)->recurrent) layer.edges.pop_back();
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
  Json json = object({{"cell", layer.cell}, {"units", layer.units}});
  for (const CellOption& o : layer.settings.values)
    if (o.choices.empty())
      put(json, {{o.name.data(), o.number}});
    else
      put(json, {{o.name.data(), o.choice.data()}});
  put(json, {{"bias", name_of(biases, layer.bias)}});
  if (layer.direction < 0) put(json, {{"direction", "backward"}});
  if (layer.initial) put(json, {{"initial", true}});
  if (layer.state_from >= 0) put(json, {{"stateFrom", layer.state_from}});
  if (!layer.default_edges) put(json, {{"edges", edges_json(layer.edges)}});
  if (layer.leak.on())
    put(json, {{"leak", object({{"from", layer.leak.from}, {"to", layer.leak.to}, {"learned", layer.leak.learned}})}});
  if (!layer.clock.empty()) put(json, {{"clock", list_json(layer.clock)}});
  if (layer.zoneout > 0 || layer.zoneout_cell > 0)
    put(json, {{"zoneout", object({{"hidden", layer.zoneout}, {"cell", layer.zoneout_cell}})}});
  if (layer.residual) put(json, {{"residual", true}});
  if (layer.layer_norm) put(json, {{"layerNorm", true}});
  if (layer.recurrent_dropout > 0) put(json, {{"recurrentDropout", layer.recurrent_dropout}});
  return json;
}

/// "layers": the list `json` (or nothing: one default layer), a bidirectional one spelled out as two.
std::vector<LayerConfig> parse_stack(const Json* json, const std::string& path, const Config& c, bool skip_inputs,
                                     bool decoder, std::vector<int>& tops) {
  std::vector<LayerConfig> layers;
  if (json && (!json->is_array() || json->empty() || json->size() > 64))
    refuse_config(path, "a list of 1 to 64 layers", shown(*json));
  const std::size_t count = json ? json->size() : 1;
  const bool initial =
      decoder && c.has_context() && (c.context == ContextUse::initial || c.context == ContextUse::both);
  for (std::size_t l = 0; l < count; ++l) {
    const int number = int(layers.size());
    bool both_ways = false;
    std::vector<EdgeConfig> defaults = default_edges(c, tops, l == 0, decoder);
    if (l > 0 && skip_inputs) defaults.insert(defaults.end() - 1, {.from = Source::input});
    LayerConfig layer = parse_layer(json ? (*json)[l] : Json::object(), number, path + at_index(l), std::move(defaults),
                                    initial, both_ways);
    if (both_ways || tops.size() > 1 || (l > 0 && skip_inputs))
      layer.default_edges = false;  // the canonical form says it
    layers.push_back(layer);
    tops = {number};
    if (!both_ways) continue;
    layers.push_back(layer);
    layers.back().direction = -1;
    tops.push_back(number + 1);
  }
  return layers;
}

}  // namespace

Json layers_json(const std::vector<LayerConfig>& layers) {
  Json json = Json::array();
  for (const LayerConfig& layer : layers) json.push_back(layer_json(layer));
  return json;
}

Json readout_json(const Config& c) { return edges_json(c.readout); }

void layer_choices(Json& schema) { put(schema, {{"biases", names_json(biases)}, {"joins", join_names()}}); }

void parse_layers(Reader& r, Config& c) {
  bool skip_inputs = false, skip_outputs = false;
  r.boolean("skipInputs", skip_inputs);
  r.boolean("skipOutputs", skip_outputs);
  std::vector<int> tops;
  if (c.task.info().encoder) {
    c.encoder.layers.resize(1);  // there is one: has_context() is asked below
    const Json* encoder = r.get("encoder");
    std::vector<LayerConfig> layers = parse_stack(encoder, "encoder", c, false, false, tops);
    c.encoder.layers = std::move(layers);
    tops.clear();
  }
  c.layers = parse_stack(r.get("layers"), "layers", c, skip_inputs, true, tops);
  const int count = int(c.layers.size());
  if (const Json* readout = r.get("readout")) {
    c.readout = parse_edges(*readout, "readout", {.layer = count, .readout = true});
    c.default_readout = false;
    for (std::size_t i = 0; i < c.readout.size(); ++i)
      if (c.readout[i].delay != 0)
        refuse_config(phrase("readout{}.delay", {at_index(i)}), "0", std::to_string(c.readout[i].delay));
    return;
  }
  for (auto top = tops.rbegin(); top != tops.rend(); ++top) c.readout.push_back({.from = Source::layer, .layer = *top});
  if (c.attention.on) c.readout.push_back({.from = Source::attention});
  const int lowest = tops.front();
  for (int l = 0; skip_outputs && l < lowest; ++l) c.readout.push_back({.from = Source::layer, .layer = l});
  c.default_readout = tops.size() == 1 && !(skip_outputs && lowest > 0);
}

}  // namespace unfold
