// The plan as JSON. core/README.md says what stands in it.
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

Json all_buffers_json(const Plan& plan) {
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
    Json json = object({{"name", layer.name},
                        {"sequence", layer.sequence},
                        {"direction", layer.direction},
                        {"units", layer.units},
                        {"states", buffers_json(plan, layer.states)},
                        {"output", buffer_json(plan, layer.output)},
                        {"sum", buffer_json(plan, layer.sum.value)}});
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
    operation.describe(plan, json);
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
                 {"buffers", all_buffers_json(*this)},
                 {"layers", layers_json(*this)},
                 {"operations", operations_json(*this)},
                 {"scans", scans_json(*this)}});
}

// What operations share -----------------------------------------------------------------------------------------------

Json buffer_json(const Plan& plan, int buffer) {
  if (buffer < 0) return nullptr;
  return plan.name_of(buffer);
}

Json signals_json(const Plan& plan, const std::vector<Signal>& signals) {
  Json list = Json::array();
  for (const Signal& signal : signals) list.push_back(signal_json(plan, signal));
  return list;
}

Json buffers_json(const Plan& plan, const std::vector<int>& buffers) {
  Json list = Json::array();
  for (const int buffer : buffers) list.push_back(plan.name_of(buffer));
  return list;
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

void describe_sum(const Plan& plan, const char* field, const Sum& sum, Json& json) {
  put(json, {{field, buffer_json(plan, sum.value)}});
}

void describe_parameters(const Plan& plan, const char* field, const std::vector<int>& parameters, Json& json) {
  Json list = Json::array();
  for (const int parameter : parameters) list.push_back(plan.parameters[parameter].name);
  put(json, {{field, list}});
}

void describe_map(const Plan& plan, const LinearSpec& map, Json& json) {
  const Parameter& weight = plan.parameters[map.matrix.weight];
  put(json, {{"from", signal_json(plan, map.from)},
             {"to", buffer_json(plan, map.to.value)},
             {"row", map.row},
             {"rows", map.matrix.rows},
             {"weight", weight.name},
             {"weightRow", map.matrix.row},
             {"start", map.start == Start::fill}});
  if (map.matrix.by_row) put(json, {{"byRow", true}});
  if (!map.periods.empty()) put(json, {{"periods", Json(map.periods)}});
}

Real* term_of(const Plan& plan, int parameter, Index rows, std::vector<Term>& terms) {
  const std::string& name = plan.parameters[parameter].name;
  for (Term& term : terms)
    if (term.name == name) return term.values.data();
  terms.push_back({name, false, std::vector<Real>(std::size_t(rows))});
  return terms.back().values.data();
}

}  // namespace unfold
