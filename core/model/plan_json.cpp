// The plan as JSON. core/README.md says what stands in it.
#include <nlohmann/json.hpp>

#include "unfold/base/json_reader.h"
#include "unfold/model/expression.h"
#include "unfold/model/operations/description.h"

namespace unfold {
namespace {

constexpr const char* extent_names[] = {"window", "state", "step", "once", "scores", "scoreStep"};
constexpr const char* lifetime_names[] = {"always", "training", "dropout", "request"};
constexpr const char* fill_names[] = {"zero", "constant", "input", "recurrent", "readout", "embedding"};

Json parameters_json(const Plan& plan) {
  Json list = Json::array();
  for (const Parameter& p : plan.parameters) {
    Json shape = Json::array();
    shape.push_back(p.rows);
    if (!p.vector) shape.push_back(p.cols);
    list.push_back(
        object({{"name", p.name}, {"shape", shape}, {"offset", p.offset}, {"initializer", fill_names[int(p.fill)]}}));
  }
  return list;
}

Json buffers_json(const Plan& plan) {
  Json list = Json::array();
  for (std::size_t i = 0; i < plan.buffers.size(); ++i) {
    const BufferInfo& b = plan.buffers[i];
    Json json = object({{"name", plan.name_of(int(i))},
                        {"rows", b.rows},
                        {"extent", extent_names[int(b.extent)]},
                        {"lifetime", lifetime_names[int(b.lifetime)]},
                        {"sequence", b.sequence}});
    if (b.extent == Extent::state) put(json, {{"delay", b.delay}, {"direction", b.direction}});
    if (b.alias >= 0 && !b.separate) put(json, {{"alias", plan.name_of(b.alias)}});
    list.push_back(json);
  }
  return list;
}

Json layers_json(const Plan& plan) {
  Json list = Json::array();
  for (const PlanLayer& layer : plan.layers) {
    Json json = object(
        {{"name", layer.name}, {"sequence", layer.sequence}, {"direction", layer.direction}, {"units", layer.units}});
    Description d(plan, json);
    d.buffers("states", layer.states);
    d.buffer("output", layer.output);
    d.buffer("sum", layer.sum.value);
    if (layer.cell) put(json, {{"cell", layer.cell->info->name.data()}});
    list.push_back(json);
  }
  return list;
}

Json operations_json(const Plan& plan) {
  std::vector<const char*> when(plan.operations.size(), "never");
  Json list = Json::array();
  for (const PlanLayer& layer : plan.layers) {
    for (const int i : layer.once) when[std::size_t(i)] = "once";
    for (const int i : layer.begin) when[std::size_t(i)] = "begin";
    for (const int i : layer.step) when[std::size_t(i)] = "step";
  }
  for (std::size_t i = 0; i < plan.operations.size(); ++i) {
    const Operation& operation = *plan.operations[i];
    Json json = object({{"operation", operation.name()},
                        {"layer", plan.layers[std::size_t(operation.layer)].name},
                        {"when", when[i]}});
    Description description(plan, json);
    operation.describe(description);
    list.push_back(json);
  }
  return list;
}

Json scans_json(const Plan& plan) {
  Json list = Json::array();
  for (const Scan& scan : plan.scans) {
    Json layers = Json::array();
    for (std::size_t l = scan.first_layer; l < scan.end_layer; ++l) layers.push_back(plan.layers[l].name);
    list.push_back(object({{"sequence", scan.sequence},
                           {"direction", scan.direction},
                           {"layers", layers},
                           {"once", Json(scan.once)},
                           {"begin", Json(scan.begin)},
                           {"step", Json(scan.step)}}));
  }
  return list;
}

}  // namespace

std::string Plan::name_of(int buffer) const {
  const BufferInfo& b = buffers[std::size_t(buffer)];
  std::string name = b.layer < 0 ? "" : layers[std::size_t(b.layer)].name + ".";
  name += b.name;
  if (b.number >= 0) name += "." + std::to_string(b.number);
  return name;
}

Json Plan::to_json() const {
  return object({{"version", 1},
                 {"sizes", object({{"symbols", sizes.symbols},
                                   {"numbers", sizes.numbers},
                                   {"outputs", sizes.outputs},
                                   {"context", sizes.context},
                                   {"lengths", sizes.lengths}})},
                 {"parameters", parameters_json(*this)},
                 {"buffers", buffers_json(*this)},
                 {"layers", layers_json(*this)},
                 {"operations", operations_json(*this)},
                 {"scans", scans_json(*this)}});
}

// Descriptions
// ---------------------------------------------------------------------------------------------------------

namespace {

Json buffer_json(const Plan& plan, int buffer) {
  if (buffer < 0) return nullptr;
  return plan.name_of(buffer);
}

Json signal_json(const Plan& plan, const Signal& signal) {
  Json json = Json::object();
  if (signal.tokens)
    put(json, {{"buffer", "tokens"}});
  else
    put(json, {{"buffer", buffer_json(plan, signal.value)}, {"row", signal.row}});
  put(json, {{"rows", signal.rows}, {"delay", signal.delay}});
  return json;
}

}  // namespace

void Description::text(const char* field, const char* value) { put(json_, {{field, value}}); }
void Description::number(const char* field, double value) { put(json_, {{field, value}}); }
void Description::integer(const char* field, Index value) { put(json_, {{field, value}}); }
void Description::flag(const char* field, bool value) { put(json_, {{field, value}}); }

void Description::integers(const char* field, std::span<const int> values) {
  Json& list = json_[field] = Json::array();
  for (const int value : values) list.push_back(value);
}

void Description::names(const char* field, std::span<const char* const> values) { json_[field] = names_json(values); }

void Description::signal(const char* field, const Signal& signal) { json_[field] = signal_json(plan_, signal); }

void Description::signals(const char* field, const std::vector<Signal>& signals) {
  Json& list = json_[field] = Json::array();
  for (const Signal& signal : signals) list.push_back(signal_json(plan_, signal));
}

void Description::buffer(const char* field, int buffer) { json_[field] = buffer_json(plan_, buffer); }

void Description::buffers(const char* field, const StateBuffers& buffers) {
  Json& list = json_[field] = Json::array();
  for (const int buffer : buffers) list.push_back(plan_.name_of(buffer));
}

void Description::parameter(const char* field, int parameter) {
  put(json_, {{field, plan_.parameters[parameter].name}});
}

void Description::parameters(const char* field, int first, int count) {
  Json& list = json_[field] = Json::array();
  for (int i = first; i < first + count; ++i) list.push_back(plan_.parameters[i].name);
}

void Description::map(const LinearSpec& map) {
  signal("from", map.from);
  buffer("to", map.to.value);
  integer("row", map.row);
  integer("rows", map.matrix.rows);
  parameter("weight", map.matrix.weight);
  integer("weightRow", map.matrix.row);
  flag("start", map.start == Start::fill);
  if (map.matrix.by_row) flag("byRow", true);
  if (!map.periods.empty()) integers("periods", map.periods);
}

void Description::equations(const char* field, const std::string& text) { json_[field] = equations_json(text); }

Description Description::object(const char* field) { return {plan_, json_[field]}; }

Description Description::item(const char* field) {
  Json& list = json_[field];
  list.push_back(Json::object());
  return {plan_, list.back()};
}

}  // namespace unfold
