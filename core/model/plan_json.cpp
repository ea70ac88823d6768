// The plan as JSON. core/README.md says what stands in it.
#include <nlohmann/json.hpp>

#include "unfold/base/json.h"
#include "unfold/base/json_writer.h"
#include "unfold/base/phrase.h"
#include "unfold/model/expression.h"
#include "unfold/model/operations/description.h"

namespace unfold {
namespace {

constexpr const char* extent_names[] = {"window", "state", "step", "once", "scores", "scoreStep"};
constexpr const char* lifetime_names[] = {"always", "training", "dropout", "request"};
constexpr const char* fill_names[] = {"zero", "constant", "input", "recurrent", "readout", "embedding"};

/// A list of `items`, each written by `write`.
template <class Items, class F>
void list(JsonWriter& to, const char* name, const Items& items, const F& write) {
  to.key(name).begin('[');
  for (const auto& item : items) write(item);
  to.end(']');
}

/// The same of objects.
template <class Items, class F>
void objects(JsonWriter& to, const char* name, const Items& items, const F& write) {
  list(to, name, items, [&](const auto& item) {
    to.begin('{');
    write(item);
    to.end('}');
  });
}

void write_sizes(const NetworkSizes& sizes, JsonWriter& to) {
  to.key("sizes").begin('{');
  to.key("symbols").value(sizes.symbols);
  to.key("numbers").value(sizes.numbers);
  to.key("outputs").value(sizes.outputs);
  to.key("context").value(sizes.context);
  to.key("lengths").value(sizes.lengths);
  to.end('}');
}

void write_parameter(const Parameter& p, JsonWriter& to) {
  to.key("name").value(p.name);
  to.key("shape").begin('[');
  to.value(p.rows);
  if (!p.vector) to.value(p.cols);
  to.end(']');
  to.key("offset").value(p.offset);
  to.key("initializer").value(fill_names[int(p.fill)]);
}

void write_buffer(const Plan& plan, int i, JsonWriter& to) {
  const BufferInfo& b = plan.buffers[std::size_t(i)];
  to.key("name").value(plan.name_of(i));
  to.key("rows").value(b.rows);
  to.key("extent").value(extent_names[int(b.extent)]);
  to.key("lifetime").value(lifetime_names[int(b.lifetime)]);
  to.key("sequence").value(b.sequence);
  if (b.extent == Extent::state) {
    to.key("delay").value(b.delay);
    to.key("direction").value(b.direction);
  }
  if (b.alias >= 0 && !b.separate) to.key("alias").value(plan.name_of(b.alias));
}

void write_layer(const Plan& plan, const PlanLayer& layer, JsonWriter& to) {
  to.key("name").value(layer.name);
  to.key("sequence").value(layer.sequence);
  to.key("direction").value(layer.direction);
  to.key("units").value(layer.units);
  Description d(plan, to);
  d.buffers("states", layer.states);
  d.buffer("output", layer.output);
  d.buffer("sum", layer.sum.value);
  if (layer.cell) to.key("cell").value(layer.cell->info->name.data());
}

void write_scan(const Plan& plan, const Scan& scan, JsonWriter& to) {
  to.key("sequence").value(scan.sequence);
  to.key("direction").value(scan.direction);
  to.key("layers").begin('[');
  for (std::size_t l = scan.first_layer; l < scan.end_layer; ++l) to.value(plan.layers[l].name);
  to.end(']');
  const auto number = [&](int i) { to.value(i); };
  list(to, "once", scan.once, number);
  list(to, "begin", scan.begin, number);
  list(to, "step", scan.step, number);
}

/// When each operation runs.
std::vector<const char*> times_of(const Plan& plan) {
  std::vector<const char*> when(plan.operations.size(), "never");
  for (const PlanLayer& layer : plan.layers) {
    for (const int i : layer.once) when[std::size_t(i)] = "once";
    for (const int i : layer.begin) when[std::size_t(i)] = "begin";
    for (const int i : layer.step) when[std::size_t(i)] = "step";
  }
  return when;
}

}  // namespace

std::string Plan::name_of(int buffer) const {
  const BufferInfo& b = buffers[std::size_t(buffer)];
  std::string name = b.layer < 0 ? "" : layers[std::size_t(b.layer)].name + ".";
  name += b.name;
  if (b.number >= 0) name += phrase(".{}", {b.number});
  return name;
}

std::string Plan::to_text() const {
  JsonWriter to;
  to.begin('{');
  to.key("version").value(1);
  write_sizes(sizes, to);
  objects(to, "parameters", parameters, [&](const Parameter& p) { write_parameter(p, to); });
  to.key("buffers").begin('[');
  for (int i = 0; i < int(buffers.size()); ++i) {
    to.begin('{');
    write_buffer(*this, i, to);
    to.end('}');
  }
  to.end(']');
  objects(to, "layers", layers, [&](const PlanLayer& layer) { write_layer(*this, layer, to); });
  const std::vector<const char*> when = times_of(*this);
  const char* const* time = when.data();
  objects(to, "operations", operations, [&](const auto& operation) {
    to.key("operation").value(operation->name());
    to.key("layer").value(layers[std::size_t(operation->layer)].name);
    to.key("when").value(*time++);
    Description description(*this, to);
    operation->describe(description);
  });
  objects(to, "scans", scans, [&](const Scan& scan) { write_scan(*this, scan, to); });
  to.end('}');
  return to.text();
}

Json Plan::to_json() const { return parse_json(to_text(), ErrorCode::internal, "graph"); }

// Descriptions
// ---------------------------------------------------------------------------------------------------------

void Description::text(const char* field, const char* value) { to_.key(field).value(value); }
void Description::number(const char* field, double value) { to_.key(field).value(value); }
void Description::integer(const char* field, Index value) { to_.key(field).value(value); }
void Description::flag(const char* field, bool value) { to_.key(field).value(value); }

void Description::integers(const char* field, std::span<const int> values) {
  list(to_, field, values, [&](int value) { to_.value(value); });
}

void Description::names(const char* field, std::span<const char* const> values) {
  list(to_, field, values, [&](const char* value) { to_.value(value); });
}

void Description::write(const Signal& signal) {
  to_.begin('{');
  if (signal.tokens) {
    text("buffer", "tokens");
  } else {
    buffer("buffer", signal.value);
    integer("row", signal.row);
  }
  integer("rows", signal.rows);
  integer("delay", signal.delay);
  to_.end('}');
}

void Description::signal(const char* field, const Signal& signal) {
  to_.key(field);
  write(signal);
}

void Description::signals(const char* field, const std::vector<Signal>& signals) {
  list(to_, field, signals, [&](const Signal& signal) { write(signal); });
}

void Description::buffer(const char* field, int buffer) {
  to_.key(field);
  if (buffer < 0)
    to_.null();
  else
    to_.value(plan_.name_of(buffer));
}

void Description::buffers(const char* field, const StateBuffers& buffers) {
  list(to_, field, buffers, [&](int buffer) { to_.value(plan_.name_of(buffer)); });
}

void Description::parameter(const char* field, int parameter) {
  to_.key(field).value(plan_.parameters[parameter].name);
}

void Description::parameters(const char* field, int first, int count) {
  to_.key(field).begin('[');
  for (int i = first; i < first + count; ++i) to_.value(plan_.parameters[i].name);
  to_.end(']');
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

void Description::equations(const char* field, const std::string& text) {
  to_.key(field);
  write_equations(text, to_);
}

void Description::begin_list(const char* field) { to_.key(field).begin('['); }
void Description::end_list() { to_.end(']'); }
void Description::begin_object(const char* field) {
  if (field) to_.key(field);
  to_.begin('{');
}
void Description::end_object() { to_.end('}'); }

}  // namespace unfold
