// Edges of a configuration.
#include <algorithm>

#include "unfold/base/json_list.h"
#include "unfold/base/phrase.h"
#include "unfold/config/config_reader.h"

namespace unfold {
namespace {

constexpr Named<Join> joins[]{{"first", Join::first}, {"last", Join::last}, {"all", Join::all}};
constexpr Named<Source> sources[]{{"input", Source::input},         {"self", Source::self},
                                  {"output", Source::output},       {"context", Source::context},
                                  {"attention", Source::attention}, {"remaining", Source::remaining}};

constexpr int most_layers = 128;

/// A layer by its number, a source by its name, {product: [edge, edge]}, {concat: [edge, …]} or {edge: number}.
bool parse_source(const Json* from, EdgeConfig& e, const EdgePlace& place, const std::string& path);

/// "gates": those that the edge enters, in the order of the cell.
void parse_gates(Reader& r, EdgeConfig& e, const CellInfo& cell) {
  const Json* given = r.get("gates");
  if (!given) return;
  if (!given->is_array()) refuse_config(r.path("gates"), "a list of the cell's gates", shown(*given));
  e.every_gate = false;
  std::size_t known = 0;
  for (const char* name : cell.gate_names)
    if (std::count(given->begin(), given->end(), Json(name)) == 1 && ++known > 0) e.gates.push_back(name);
  if (known != given->size())
    refuse_config(r.path("gates"), phrase("different gates of the cell {}", {cell.name}), shown(*given));
  e.every_gate = known == cell.gate_names.size();
  if (e.every_gate) e.gates.clear();
  if (e.blocks > 1 && !e.every_gate) refuse_config(r.path("gates"), "every gate beside blocks", shown(*given));
  if (known == 0 && e.from != Source::product && (e.hidden.empty() || e.from == Source::self))
    refuse_config(r.path("gates"), "at least one gate (others read a product or hidden layers only)", shown(*given));
}

EdgeConfig parse_edge(const Json& json, const EdgePlace& place, const std::string& path, bool factor) {
  Reader r(json, path);
  EdgeConfig e;
  const Json* from = r.get("from");
  if (!parse_source(from, e, place, r.path("from")))
    refuse_config(r.path("from"),
                  place.readout ? "\"input\", \"context\", \"attention\", \"remaining\" or the number of a layer"
                                : "\"input\", \"self\", \"output\", \"context\", \"attention\", \"remaining\", the "
                                  "number of another layer, or {\"product\": [edge, edge]}",
                  from ? shown(*from) : "nothing");
  const bool above = e.from == Source::layer && e.layer > place.layer && !place.readout;
  const bool back = e.from == Source::self || e.from == Source::output || above;
  const bool here = e.from == Source::context || e.from == Source::remaining || e.from >= Source::product;
  e.delay = back || (e.from == Source::attention && !place.readout) ? 1 : 0;
  r.integer("delay", e.delay, e.delay, here || (e.from == Source::attention && place.readout) ? 0 : 1000);
  if (const Json* hidden = r.get("hidden")) {
    if (!hidden->is_array() || hidden->size() > 16)
      refuse_config(r.path("hidden"), "up to 16 layer sizes", shown(*hidden));
    for (std::size_t i = 0; i < hidden->size(); ++i)
      e.hidden.push_back(Index(Reader::integer_of((*hidden)[i], r.path("hidden") + at_index(i), 1, 8192)));
  }
  e.activation = parse_activation(r.choice("activation", activation_names, "tanh"));
  e.squash = parse_activation(r.choice("sourceActivation", activation_names, "identity"));
  r.boolean("shortcut", e.shortcut);
  r.one_of("join", joins, e.join);
  if (e.from == Source::self && !factor) r.integer("blocks", e.blocks, 1, 8192);
  if (factor) {
    r.integer("units", e.size, 1, 8192);
    e.output = parse_activation(r.choice("outputActivation", activation_names, "identity"));
    r.boolean("bias", e.bias);
    const bool many = e.from == Source::concat;
    if (e.size == 0 && (many || !e.hidden.empty() || e.output != Activation::identity || !e.bias))
      refuse_config(r.path("units"), "the rows of the factor's matrix (it has more than its source)", "nothing");
    if (many && !e.hidden.empty())
      refuse_config(r.path("hidden"), "none (the factor has several sources)", shown(*r.get("hidden")));
  }
  if (!factor && !place.readout) parse_gates(r, e, *place.cell);
  if (!factor && !place.readout) r.boolean("matrix", e.matrix);
  if (!e.matrix && (e.blocks > 1 || e.shortcut))
    refuse_config(r.path("matrix"), "true (the edge has blocks or a shortcut)", "false");
  r.finish();
  return e;
}

/// {edge: number}
void parse_earlier(Reader& r, EdgeConfig& e, const EdgePlace& place) {
  e.from = Source::edge;
  r.integer("edge", e.layer, 0, 63);
  const auto k = std::size_t(e.layer);
  if (k >= place.before.size() || (place.before[k].from != Source::product &&
                                   (place.before[k].hidden.empty() || place.before[k].from == Source::self)))
    refuse_config(r.path("edge"), "the number of an earlier edge from a product, or with hidden layers",
                  std::to_string(e.layer));
}

/// {product: [edge, edge]} or {concat: [edge, …]}
void parse_parts(Reader& r, EdgeConfig& e, const EdgePlace& place) {
  const bool concat = place.depth > 0 && r.get("concat");
  const char* field = concat ? "concat" : "product";
  const Json* parts = r.get(field);
  if (!parts || !parts->is_array() || parts->size() < 2 || parts->size() > (concat ? 64 : 2) || place.depth == 4)
    refuse_config(r.path(field),
                  concat ? "a list of 2 to 64 edges" : "a list of two edges (at most four products deep)",
                  parts ? shown(*parts) : "nothing");
  e.from = concat ? Source::concat : Source::product;
  EdgePlace inner = place;
  ++inner.depth;
  for (std::size_t i = 0; i < parts->size(); ++i) {
    const std::string at = r.path(field) + at_index(i);
    e.factors.push_back(parse_edge((*parts)[i], inner, at, true));
    const EdgeConfig& part = e.factors.back();
    if (concat && (part.size > 0 || part.from >= Source::product || part.squash != Activation::identity))
      refuse_config(at, "a source and a delay, nothing else", shown((*parts)[i]));
  }
}

bool parse_source(const Json* from, EdgeConfig& e, const EdgePlace& place, const std::string& path) {
  if (!from) return false;
  if (from->is_number_integer()) {
    const double number = from->get<double>();
    if (number < 0 || number >= (place.readout ? place.layer : most_layers) || number == place.layer) return false;
    e.from = Source::layer;
    e.layer = int(number);
    return true;
  }
  if (from->is_object() && !place.readout) {
    Reader r(*from, path);
    if (r.get("edge"))
      parse_earlier(r, e, place);
    else
      parse_parts(r, e, place);
    r.finish();
    return true;
  }
  for (const auto& [name, source] : sources) {
    if (!from->is_string() || *from != name) continue;
    e.from = source;
    return !place.readout || (source != Source::self && source != Source::output);
  }
  return false;
}

Json edge_json(const EdgeConfig& e, bool factor) {
  Json json;
  if (e.from == Source::edge) {
    put(json, {{"from", object({{"edge", e.layer}})}});
  } else if (e.from == Source::product || e.from == Source::concat) {
    Json factors = Json::array();
    for (const EdgeConfig& side : e.factors) factors.push_back(edge_json(side, true));
    put(json, {{"from", object({{e.from == Source::product ? "product" : "concat", factors}})}});
  } else if (e.from == Source::layer) {
    put(json, {{"from", e.layer}});
  } else {
    put(json, {{"from", name_of(sources, e.from)}});
  }
  put(json, {{"delay", e.delay}});
  if (e.squash != Activation::identity) put(json, {{"sourceActivation", activation_names[std::size_t(e.squash)]}});
  if (!e.hidden.empty())
    put(json, {{"hidden", list_json(e.hidden)},
               {"activation", activation_names[std::size_t(e.activation)]},
               {"shortcut", e.shortcut},
               {"join", name_of(joins, e.join)}});
  if (e.blocks > 1) put(json, {{"blocks", e.blocks}});
  if (!e.matrix) put(json, {{"matrix", false}});
  if (!e.every_gate) {
    Json gates = Json::array();
    for (const std::string& gate : e.gates) gates.push_back(gate);
    put(json, {{"gates", gates}});
  }
  if (factor && e.size > 0)
    put(json, {{"units", e.size}, {"outputActivation", activation_names[std::size_t(e.output)]}, {"bias", e.bias}});
  return json;
}

}  // namespace

std::vector<EdgeConfig> parse_edges(const Json& json, const std::string& path, const EdgePlace& place) {
  if (!json.is_array() || json.empty() || json.size() > 64) refuse_config(path, "a list of 1 to 64 edges", shown(json));
  std::vector<EdgeConfig> edges;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string at = path + at_index(i);
    EdgePlace here = place;
    here.before = edges;
    edges.push_back(parse_edge(json[i], here, at, false));
    for (std::size_t j = 0; j < i; ++j)
      if (edges[i].from != Source::product && edges[j].from == edges[i].from && edges[j].layer == edges[i].layer &&
          edges[j].delay == edges[i].delay && edges[j].gates == edges[i].gates)
        refuse_config(at, "a source and delay of its own", phrase("those of edge {}", {j}));
  }
  return edges;
}

Json edges_json(const std::vector<EdgeConfig>& edges) {
  Json json = Json::array();
  for (const EdgeConfig& e : edges) json.push_back(edge_json(e, false));
  return json;
}

Json join_names() { return names_json(joins); }

}  // namespace unfold
