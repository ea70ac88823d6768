#include "unfold/model/edge.h"

#include <algorithm>

#include "unfold/model/cell.h"

namespace unfold {
namespace {

/// Lowers edges one after the other into one circuit.
class Lowering {
 public:
  Lowering(const SignalSizes& sizes, std::string prefix, bool biases, ParameterTable& table)
      : sizes_(sizes), prefix_(std::move(prefix)), biases_(biases), table_(table) {}

  int port(Index rows, Activation f, int stage) {
    circuit.ports.push_back({.rows = rows, .activation = f, .stage = stage});
    return int(circuit.ports.size()) - 1;
  }

  SignalRef source(const EdgeConfig& e, Index own) const {
    using Kind = SignalRef::Kind;
    const auto layer = [&](const SignalSizes::Place& place) {
      return SignalRef{Kind::layer, place.layer, e.delay, place.size};
    };
    switch (e.from) {
      case Source::input:
        if (sizes_.embedding.layer >= 0) return layer(sizes_.embedding);
        return {sizes_.tokens ? Kind::tokens : Kind::vectors, 0, e.delay, sizes_.input};
      case Source::layer: return layer(sizes_.layers[std::size_t(e.layer)]);
      case Source::self: return {Kind::self, 0, e.delay, own};
      case Source::output:
        if (sizes_.output.layer >= 0) return layer(sizes_.output);
        // Teacher forcing: the former target is the present input.
        return {Kind::tokens, 0, e.delay - 1, sizes_.symbols};
      case Source::context: return layer(sizes_.context);
      case Source::attention: return layer(sizes_.attention);
      case Source::remaining: return {Kind::vectors, 0, e.delay, 1};
    }
    return {};
  }

  /// A wire with a new parameter of rows×(size of the source), or with `rows` rows of an existing one.
  void wire(const SignalRef& from, int port, const std::string& name, Fill fill, Index gate) {
    const Index rows = circuit.ports[std::size_t(port)].rows;
    const int weight =
        table_.add({.name = prefix_ + name, .rows = rows, .cols = from.size, .fill = fill, .block = gate});
    wire_rows(from, port, weight, 0, rows);
  }

  void wire_rows(const SignalRef& from, int port, int weight, Index row, Index rows) {
    using Kind = SignalRef::Kind;
    Matrix m{.weight = weight, .row = row, .rows = rows, .cols = from.size};
    m.lookup = from.kind == Kind::tokens;
    m.data_gradient = !m.lookup;
    const bool once = from.kind == Kind::port     ? circuit.ports[std::size_t(from.index)].once
                      : from.kind == Kind::layer  ? from.index < sizes_.scan_from
                      : from.kind == Kind::tokens ? !sizes_.chosen
                                                  : from.kind == Kind::vectors;
    circuit.wires.push_back({.from = from, .port = port, .row = row, .matrix = m, .once = once});
    if (!once) circuit.ports[std::size_t(port)].once = false;
  }

  void bias(int port, const std::string& name, std::vector<double> values = {}) {
    const Index rows = circuit.ports[std::size_t(port)].rows;
    const Index block = values.empty() ? rows : rows / Index(values.size());
    circuit.ports[std::size_t(port)].biases.push_back(table_.add({.name = prefix_ + name,
                                                                  .rows = rows,
                                                                  .cols = 1,
                                                                  .fill = values.empty() ? Fill::zero : Fill::constant,
                                                                  .block = block,
                                                                  .values = std::move(values),
                                                                  .vector = true}));
  }

  /// What enters a layer from below: the last hidden port of an input edge's block, or its source.
  struct Entry {
    SignalRef signal;
    std::string key;
  };

  /// The hidden layers of an edge's block; returns the signal that its last matrix reads.
  SignalRef chain(const EdgeConfig& e, const SignalRef& from, const std::string& key, const std::vector<Entry>& inputs,
                  int stage) {
    SignalRef last = from;
    for (std::size_t k = 0; k < e.hidden.size(); ++k) {
      const std::string name = key + "." + std::to_string(k) + ".";
      const int p = port(e.hidden[k], e.activation, stage);
      if (e.join == Join::all || (e.join == Join::first && k == 0))
        for (const Entry& input : inputs) wire(input.signal, p, name + "weight_" + input.key, Fill::input, 0);
      wire(last, p, name + "weight", Fill::input, 0);
      if (e.shortcut && k > 0) wire(from, p, name + "shortcut", Fill::input, 0);
      if (biases_) bias(p, name + "bias");
      last = {SignalRef::Kind::port, p, 0, e.hidden[k]};
    }
    return last;
  }

  /// Marks what starts each port and puts everything in order.
  void schedule() {
    for (int p = 0; p < int(circuit.ports.size()); ++p) {
      Port& port = circuit.ports[std::size_t(p)];
      Wire* start = nullptr;
      for (Wire& w : circuit.wires)
        if (w.port == p && w.once && !start) start = &w;
      for (Wire& w : circuit.wires)
        if (w.port == p && !start && w.row == 0 && w.matrix.rows == port.rows) start = &w;
      port.fill = start == nullptr;
      if (start) start->first = true;
    }
    for (int m = 0; m < int(circuit.masked.size()); ++m) circuit.step.push_back({Op::Kind::mask, m});
    order(0);
    if (!circuit.ports[std::size_t(circuit.z)].read_by_cell) return;
    cell(0);
    if (!circuit.resets.empty()) {
      for (int r = 0; r < int(circuit.resets.size()); ++r) circuit.step.push_back({Op::Kind::modulate, r});
      order(1);
    }
    if (two_stages) cell(1);
    circuit.step.push_back({Op::Kind::blend});
    circuit.step.push_back({Op::Kind::output});
  }

  bool two_stages = false;
  Circuit circuit;

 private:
  void cell(int stage) {
    for (const int p : {circuit.zh, circuit.z})
      if (p >= 0 && circuit.ports[std::size_t(p)].gain >= 0) circuit.step.push_back({Op::Kind::normalize, p, stage});
    circuit.step.push_back({Op::Kind::cell, stage});
  }

  void order(int stage) {
    for (int p = 0; p < int(circuit.ports.size()); ++p)
      if (p != circuit.z && p != circuit.zh && circuit.ports[std::size_t(p)].stage == stage) complete(p, stage);
    if (circuit.zh >= 0 && stage == 0) complete(circuit.zh, stage);
    complete(circuit.z, stage);
  }

  // The wires of port p that belong to a stage; a wire is of stage 1 if its source depends on the reset gate.
  void complete(int p, int stage) {
    const Port& port = circuit.ports[std::size_t(p)];
    const bool cell = port.read_by_cell;
    if (port.fill && stage == port.stage) circuit.once.push_back({Op::Kind::fill, p});
    for (int w = 0; w < int(circuit.wires.size()); ++w) {
      const Wire& wire = circuit.wires[std::size_t(w)];
      if (wire.port != p || wire_stage(wire) != stage) continue;
      if (wire.once && wire.first) circuit.once.push_back({Op::Kind::wire, w});
    }
    for (int w = 0; w < int(circuit.wires.size()); ++w) {
      const Wire& wire = circuit.wires[std::size_t(w)];
      if (wire.port != p || wire_stage(wire) != stage || (wire.once && wire.first)) continue;
      (wire.once ? circuit.once : circuit.step).push_back({Op::Kind::wire, w});
    }
    if (!cell && stage == port.stage && port.activation != Activation::identity)
      (port.once ? circuit.once : circuit.step).push_back({Op::Kind::activate, p});
  }

  int wire_stage(const Wire& w) const {
    if (w.from.kind == SignalRef::Kind::reset) return 1;
    if (w.from.kind == SignalRef::Kind::port && circuit.ports[std::size_t(w.from.index)].stage == 1) return 1;
    // Hidden ports of stage 1 take all their wires in stage 1; the cell's port takes the rest in stage 0.
    return circuit.ports[std::size_t(w.port)].stage;
  }

  const SignalSizes& sizes_;
  std::string prefix_;
  bool biases_;
  ParameterTable& table_;
};

bool is_default_input(const EdgeConfig& e, int number) {
  return e.delay == 0 && (number == 0 ? e.from == Source::input : e.from == Source::layer && e.layer == number - 1);
}

std::string name_of_source(Source from) {
  return from == Source::context ? "context" : from == Source::attention ? "attention" : "remaining";
}

/// "ih", "hh", or what tells further edges apart: "x", "l2", "hh_3".
std::string edge_key(const EdgeConfig& e, int number) {
  if (is_default_input(e, number)) return "ih";
  const bool back = e.from == Source::self || e.from == Source::output;
  std::string key = e.from == Source::self     ? "hh"
                    : e.from == Source::input  ? "x"
                    : e.from == Source::output ? "yh"
                    : e.from == Source::layer  ? "l" + std::to_string(e.layer)
                                               : name_of_source(e.from);
  if (e.delay != (back ? 1 : 0)) key += "_" + std::to_string(e.delay);
  return key;
}

}  // namespace

Circuit lower(const LayerConfig& layer, const Cell& cell, int number, const SignalSizes& sizes,
              const std::string& prefix, ParameterTable& table) {
  Lowering low(sizes, prefix, layer.bias != Bias::none, table);
  const Index H = layer.hidden, G = cell.gates();
  Circuit& c = low.circuit;
  c.z = low.port(G * H, Activation::identity, 0);
  c.ports[std::size_t(c.z)].read_by_cell = true;
  if (cell.separate()) {
    c.zh = low.port(G * H, Activation::identity, 0);
    c.ports[std::size_t(c.zh)].read_by_cell = true;
    c.ports[std::size_t(c.zh)].once = false;
  }
  const int recurrent = c.zh >= 0 ? c.zh : c.z;

  const bool into_cell = std::none_of(layer.edges.begin(), layer.edges.end(), [](const EdgeConfig& e) {
    return e.from == Source::self && !e.hidden.empty() && e.join == Join::first;
  });
  std::vector<Lowering::Entry> inputs;
  for (const EdgeConfig& e : layer.edges) {
    if (e.from == Source::self) continue;
    const std::string key = edge_key(e, number);
    const SignalRef from = low.source(e, H), last = low.chain(e, from, key, {}, 0);
    inputs.push_back({last, key});
    if (into_cell) low.wire(last, c.z, "weight_" + key, Fill::input, H);
    if (into_cell && e.shortcut && !e.hidden.empty()) low.wire(from, c.z, "shortcut_" + key, Fill::input, H);
  }
  for (const EdgeConfig& e : layer.edges) {
    if (e.from != Source::self) continue;
    const std::string key = edge_key(e, number);
    const bool deep = !e.hidden.empty();
    const Index gated = cell.reset_gate() >= 0 ? (G - 1) * H : G * H;  // rows that read h itself
    const auto matrices = [&](SignalRef from, const std::string& suffix, int stage, Index row, Index rows, int weight,
                              int shortcut) {
      const SignalRef last = low.chain(e, from, key + suffix, inputs, stage);
      low.wire_rows(last, recurrent, weight, row, rows);
      if (shortcut >= 0) low.wire_rows(from, recurrent, shortcut, row, rows);
    };
    const Index last_size = deep ? e.hidden.back() : H;
    const int weight = table.add({.name = prefix + "weight_" + key,
                                  .rows = G * H,
                                  .cols = last_size,
                                  .fill = deep ? Fill::input : Fill::recurrent,
                                  .block = H});
    const int shortcut =
        e.shortcut && deep
            ? table.add(
                  {.name = prefix + "shortcut_" + key, .rows = G * H, .cols = H, .fill = Fill::recurrent, .block = H})
            : -1;
    SignalRef own = low.source(e, H);
    if (layer.recurrent_dropout > 0) {
      c.masked.push_back(own);
      own = {SignalRef::Kind::masked, int(c.masked.size()) - 1, e.delay, H};
    }
    matrices(own, "", 0, 0, gated, weight, shortcut);
    if (gated < G * H) {
      c.resets.push_back(own);
      matrices({SignalRef::Kind::reset, int(c.resets.size()) - 1, e.delay, H}, "_reset", 1, gated, H, weight, shortcut);
    }
  }
  if (layer.bias != Bias::none) {
    std::vector<double> start;
    for (int g = 0; g < cell.gates(); ++g) start.push_back(cell.initial_bias(g));
    low.bias(c.z, layer.bias == Bias::two ? "bias_ih" : "bias", start);
    if (layer.bias == Bias::two) low.bias(recurrent, "bias_hh");
  }
  if (layer.layer_norm)
    for (const int p : {c.z, c.zh})
      if (p >= 0) {
        Port& port = c.ports[std::size_t(p)];
        port.block = H;
        port.gain = table.add({.name = prefix + (p == c.z ? "norm_ih" : "norm_hh"),
                               .rows = port.rows,
                               .cols = 1,
                               .fill = Fill::constant,
                               .block = port.rows,
                               .values = {1},
                               .vector = true});
      }
  low.two_stages = cell.reset_gate() >= 0;
  low.schedule();
  return c;
}

Circuit lower_sums(const std::vector<EdgeConfig>& edges, Index rows, const SignalSizes& sizes,
                   const std::string& prefix, int tied, ParameterTable& table) {
  Lowering low(sizes, prefix, true, table);
  Circuit& c = low.circuit;
  c.z = low.port(rows, Activation::identity, 0);
  for (const EdgeConfig& e : edges) {
    const bool last_layer = e.from == Source::layer && e.layer + 1 == int(sizes.layers.size()) && e.delay == 0;
    const std::string key = last_layer                ? ""
                            : e.from == Source::input ? "_x"
                            : e.from == Source::layer ? "_" + std::to_string(e.layer)
                                                      : "_" + name_of_source(e.from);
    const SignalRef from = low.source(e, 0), last = low.chain(e, from, "hidden" + key, {}, 0);
    if (last_layer && tied >= 0)
      low.wire_rows(last, c.z, tied, 0, rows);
    else
      low.wire(last, c.z, "weight" + key, Fill::readout, rows);
    if (e.shortcut && !e.hidden.empty()) low.wire(from, c.z, "shortcut" + key, Fill::readout, rows);
  }
  low.bias(c.z, "bias");
  low.schedule();
  return c;
}

Circuit lower_embedding(Index V, Index E, const SignalSizes& sizes, const std::string& prefix, ParameterTable& table) {
  Lowering low(sizes, prefix, false, table);
  low.circuit.z = low.port(E, Activation::identity, 0);
  low.circuit.ports[0].read_by_cell = true;
  const int weight = table.add({.name = prefix + "weight", .rows = V, .cols = E, .fill = Fill::embedding});
  low.wire_rows({SignalRef::Kind::tokens, 0, 0, V}, low.circuit.z, weight, 0, E);
  low.circuit.wires.back().matrix.by_row = true;
  low.schedule();
  return low.circuit;
}

}  // namespace unfold
