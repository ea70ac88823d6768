#include "unfold/model/lower.h"

#include <algorithm>

#include "unfold/base/phrase.h"
#include "unfold/model/lowering.h"

namespace unfold {

Signal output_of(const Plan& plan, int layer) {
  const PlanLayer& from = plan.layers[std::size_t(layer)];
  return {.value = from.output, .gradient = from.output_gradient, .rows = from.units};
}

// Sums and maps -----------------------------------------------------------------------------------------------------

int Lowering::node(const Sum& sum, Activation f, int stage) {
  nodes.push_back({.sum = sum, .activation = f, .stage = stage, .sum_gradient = sum.gradient});
  return int(nodes.size()) - 1;
}

int Lowering::hidden(Index rows, Activation f, int stage) {
  const PlanLayer& layer = owner();
  const int number = int(nodes.size());
  const BufferInfo value{.name = "hidden", .layer = layer_, .number = number, .rows = rows, .sequence = layer.sequence};
  const int sum = plan_.add(value);
  return node({.value = sum, .gradient = plan_.add_gradient(sum, "hidden_gradient"), .rows = rows}, f, stage);
}

Lowering::Input Lowering::source(const EdgeConfig& e) {
  const auto tokens = [&](Index rows, Index delay) {
    return Input{{.tokens = true, .rows = rows, .delay = delay}, !sources_.chosen};
  };
  const auto layer = [&](int number) {
    const PlanLayer& from = plan_.layers[std::size_t(number)];
    Signal signal = output_of(plan_, number);
    if (e.delay > 0)
      signal = {.value = from.states[0], .gradient = from.state_gradients[0], .rows = from.units, .delay = e.delay};
    return Input{signal, number < sources_.scan_from};
  };
  const auto numbers = [&](Index rows) {
    const auto i = std::size_t(sources_.sequence);
    return Input{{.value = plan_.inputs[i], .gradient = plan_.input_gradients[i], .rows = rows, .delay = e.delay},
                 !sources_.chosen};
  };
  switch (e.from) {
    case Source::input:
      if (sources_.embedding >= 0) return layer(sources_.embedding);
      return sources_.tokens ? tokens(sources_.input, e.delay) : numbers(sources_.input);
    case Source::layer: return layer(sources_.layers[std::size_t(e.layer)]);
    case Source::self: {
      const PlanLayer& from = before();
      const Index delay = e.delay - 1 + late();
      return {{.value = from.states[0], .gradient = from.state_gradients[0], .rows = from.units, .delay = delay},
              false};
    }
    case Source::output:
      if (sources_.output >= 0) return layer(sources_.output);
      return tokens(sources_.symbols, e.delay - 1);  // teacher forcing: the previous target is the present input
    case Source::context: return layer(sources_.context);
    case Source::attention: return layer(sources_.attention);
    case Source::remaining: return numbers(1);
    case Source::edge:
      for (const Shared& one : shared_)
        if (one.edge == e.layer) return one.signal;
      break;
    case Source::product:
    case Source::concat: break;
  }
  return {};
}

Lowering::Input Lowering::squashed(const EdgeConfig& e, const Input& from) {
  if (e.squash == Activation::identity) return from;
  const int sum = hidden(from.signal.rows, e.squash, 0);
  add(from, sum, 0);
  return {{.value = at(sum).sum.value, .gradient = at(sum).sum.gradient, .rows = from.signal.rows}, at(sum).once, 0};
}

int Lowering::parameter(const std::string& name, Index rows, Index cols, Fill fill, Index block) {
  return plan_.parameters.add({.name = prefix_ + name, .rows = rows, .cols = cols, .fill = fill, .block = block});
}

void Lowering::map(const Input& from, int node, const std::string& name, Fill fill, Index gate) {
  const Index rows = at(node).sum.rows;
  map_rows(from, node, parameter(name, rows, from.signal.rows, fill, gate), 0, rows, 0);
}

void Lowering::map_rows(const Input& from, int node, int weight, Index row, Index rows, Index to) {
  Matrix m{.weight = weight, .row = row, .rows = rows, .cols = from.signal.rows};
  m.offset = plan_.parameters[weight].offset + row * m.cols;
  m.lookup = from.signal.tokens;
  m.data_gradient = !m.lookup;
  plan_.reads(from.signal, owner().sequence);
  maps.push_back({.from = from, .node = node, .row = to, .matrix = m});
  if (!from.once) at(node).once = false;
}

void Lowering::add(const Input& from, int node, Index to) {
  plan_.reads(from.signal, owner().sequence);
  maps.push_back({.from = from, .node = node, .row = to});
  if (!from.once) at(node).once = false;
}

void Lowering::map_blocks(const Input& from, int node, int weight, Index units, int blocks, Index row, Index rows) {
  const Index side = units / blocks;
  for (Index g = row / units; g < (row + rows) / units; ++g)
    for (Index b = 0; b < blocks; ++b) {
      Input part = from;
      part.signal.row += b * side;
      part.signal.rows = side;
      map_rows(part, node, weight, g * units + b * side, side, g * units + b * side);
    }
}

int Lowering::vector(const std::string& name, Index rows, std::vector<double> values) {
  const Index block = values.empty() ? rows : rows / Index(values.size());
  return plan_.parameters.add({.name = prefix_ + name,
                               .rows = rows,
                               .cols = 1,
                               .fill = values.empty() ? Fill::zero : Fill::constant,
                               .block = block,
                               .values = std::move(values),
                               .vector = true});
}

int Lowering::bias(int node, const std::string& name, std::vector<double> values) {
  Node& n = at(node);
  const int bias = vector(name, n.sum.rows, std::move(values));
  if (n.biases++ == 0) n.bias = bias;
  return bias;
}

Lowering::Input Lowering::chain(const EdgeConfig& e, const Input& from, const std::string& key,
                                const std::vector<Entry>& inputs, int stage) {
  Input last = from;
  for (std::size_t k = 0; k < e.hidden.size(); ++k) {
    const std::string name = phrase("{}.{}.", {key, k});
    const int sum = hidden(e.hidden[k], e.activation, stage);
    if (e.join == Join::all || (e.join == Join::first && k == 0))
      for (const Entry& input : inputs)
        map(input.signal, sum, phrase("{}weight_{}", {name, input.key}), Fill::input, 0);
    map(last, sum, name + "weight", Fill::input, 0);
    if (e.shortcut && k > 0) map(from, sum, name + "shortcut", Fill::input, 0);
    if (biases_) bias(sum, name + "bias");
    const Sum& s = at(sum).sum;
    last = {{.value = s.value, .gradient = s.gradient, .rows = s.rows}, at(sum).once, stage};
  }
  return last;
}

Lowering::Input Lowering::product(const EdgeConfig& e, const std::string& key, int edge) {
  Input sides[2];
  const std::size_t before = nodes.size();
  int after = -1;  // the last of the sums that it waits for
  for (int i = 0; i < 2; ++i) {
    const EdgeConfig& factor = e.factors[std::size_t(i)];
    const std::string name = key + (i == 0 ? ".left" : ".right");
    Input side = squashed(factor, factor.from == Source::product ? product(factor, name) : source(factor));
    for (const Shared& one : shared_)
      if (factor.from == Source::edge && one.edge == factor.layer) after = std::max(after, one.after);
    if (factor.size > 0) {
      side = chain(factor, side, name, {}, 0);
      const int sum = hidden(factor.size, factor.output, 0);
      if (factor.from != Source::concat) map(side, sum, name + ".weight", Fill::input, 0);
      for (std::size_t k = 0; k < factor.factors.size() && factor.from == Source::concat; ++k)
        map(source(factor.factors[k]), sum, phrase("{}.weight_{}", {name, k}), Fill::input, 0);
      if (biases_ && factor.bias) bias(sum, name + ".bias");
      const Sum& s = at(sum).sum;
      side = {{.value = s.value, .gradient = s.gradient, .rows = s.rows}, at(sum).once, 0};
    } else {
      plan_.reads(side.signal, owner().sequence);
    }
    sides[i] = side;
  }
  if (nodes.size() > before) after = int(nodes.size()) - 1;
  const bool once = sides[0].once && sides[1].once;
  const Index rows = std::max(sides[0].signal.rows, sides[1].signal.rows);
  const BufferInfo value{
      .name = "product", .layer = layer_, .number = products_++, .rows = rows, .sequence = owner().sequence};
  const int to = plan_.add(value), d = plan_.add_gradient(to, "product_gradient");
  plan_.buffers[std::size_t(d)].extent = once ? Extent::window : Extent::step;
  between.push_back({make_product({sides[0].signal, sides[1].signal, to, d, once}), after, once});
  const Input signal{{.value = to, .gradient = d, .rows = rows}, once, 0};
  if (edge >= 0) shared_.push_back({edge, after, signal});
  return signal;
}

// Order --------------------------------------------------------------------------------------------------------------

void Lowering::start() {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    Node& node = nodes[i];
    Map* first = nullptr;
    for (Map& m : maps)
      if (m.node == int(i) && m.from.once && !first && m.matrix.rows == node.sum.rows) first = &m;
    for (Map& m : maps)
      if (m.node == int(i) && !first && !m.from.once && m.row == 0 && m.matrix.rows == node.sum.rows) first = &m;
    // A map that runs step by step may start a sum only if nothing runs before it.
    if (first && !first->from.once)
      for (const Map& m : maps)
        if (m.node == int(i) && m.from.once) first = nullptr;
    if (first) first->start = true;
    node.sum.bias = plan_.reserve(node.sum.rows);
    const Size offset = node.biases > 0 ? plan_.parameters[node.bias].offset : 0;
    const When when = first ? When::never : When::once;
    add(make_bias({node.sum, node.bias, node.biases, offset, node.sum_gradient}), when);
  }
  for (Map& m : maps) {
    if (m.matrix.weight < 0) continue;
    m.matrix.packed = plan_.reserve(m.matrix.packed_elements());
    m.matrix.packed_transposed = plan_.reserve(m.matrix.transposed_elements());
  }
  add_between(-1);
}

void Lowering::add_between(int after) {
  for (Between& b : between)
    if (b.after == after && b.operation) add(std::move(b.operation), b.once ? When::once : When::step);
}

void Lowering::complete(int number, int stage) {
  const Node node = at(number);
  const auto run = [&](const Map& m) {
    const When when = m.from.once ? When::once : When::step;
    if (m.matrix.weight < 0) return add(make_residual(m.from.signal, node.sum.value, node.sum.gradient, m.row), when);
    const LinearSpec spec{m.from.signal, m.matrix, node.sum, m.row, m.start ? Start::fill : Start::add, m.periods};
    add(m.matrix.lookup ? make_lookup(spec) : make_linear(spec), when);
  };
  // Hidden sums of stage 1 take all their maps in stage 1; the cell's sum takes the rest in stage 0.
  const auto stage_of = [&](const Map& m) { return m.from.stage == 1 ? 1 : node.stage; };
  for (const Map& m : maps)
    if (m.node == number && stage_of(m) == stage && m.start) run(m);
  for (const Map& m : maps)
    if (m.node == number && stage_of(m) == stage && !m.start) run(m);
  if (!node.cell && stage == node.stage && node.activation != Activation::identity)
    add(make_activation({node.activation, node.sum, 0, node.sum.rows}), node.once ? When::once : When::step);
  if (stage == node.stage) add_between(number);
}

// Layers without a cell ----------------------------------------------------------------------------------------------

int declare_sums(Plan& plan, Index rows, const std::string& name, int sequence, bool keeps_values) {
  const int number = int(plan.layers.size());
  const BufferInfo value{.name = "sum", .layer = number, .rows = rows, .sequence = sequence};
  PlanLayer layer{.name = name, .sequence = sequence, .units = rows};
  layer.sum = {.value = plan.add(value), .rows = rows};
  layer.sum.gradient = keeps_values ? plan.add_gradient(layer.sum.value, "sum_gradient") : layer.sum.value;
  plan.layers.push_back(std::move(layer));
  return number;
}

void lower_sums(Plan& plan, int layer, const std::vector<EdgeConfig>& edges, const std::string& prefix, int tied,
                const Sources& sources) {
  Lowering low(plan, layer, sources, prefix, true);
  const Sum sum = low.owner().sum;
  const int z = low.node(sum, Activation::identity, 0);
  for (const EdgeConfig& e : edges) {
    const bool last_layer = e.from == Source::layer && e.layer + 1 == int(sources.layers.size()) && e.delay == 0;
    std::string key;
    if (e.from == Source::layer && !last_layer)
      key = phrase("_{}", {e.layer});
    else if (!last_layer)
      key = "_" + (e.from == Source::input ? "x" : edge_key(e, -1));
    const Lowering::Input from = low.squashed(e, low.source(e)), last = low.chain(e, from, "hidden" + key, {}, 0);
    if (last_layer && tied >= 0)
      low.map_rows(last, z, tied, 0, sum.rows, 0);
    else
      low.map(last, z, "weight" + key, Fill::readout, sum.rows);
    if (e.shortcut && !e.hidden.empty()) low.map(from, z, "shortcut" + key, Fill::readout, sum.rows);
  }
  low.bias(z, "bias");
  low.start();
  for (int n = 0; n < int(low.nodes.size()); ++n)
    if (n != z) low.complete(n, 0);
  low.complete(z, 0);
}

int add_embedding(Plan& plan, Index V, Index E, const std::string& name, const Sources& sources) {
  LayerConfig config;
  config.units = E;
  config.cell.clear();
  const int number = declare_layer(plan, config, name, sources.sequence);
  const PlanLayer& layer = plan.layers[std::size_t(number)];
  const int weight =
      plan.parameters.add({.name = name + ".weight", .rows = V, .cols = E, .fill = Fill::embedding, .block = 0});
  Matrix m{.weight = weight, .rows = E, .cols = V, .offset = plan.parameters[weight].offset};
  m.lookup = m.by_row = true;
  m.data_gradient = false;
  m.packed = plan.reserve(m.packed_elements());
  const Signal tokens{.tokens = true, .rows = V};
  plan.reads(tokens, sources.sequence);
  const Sum to{.value = layer.states[0], .gradient = layer.state_gradients[0], .rows = E};
  const When when = sources.chosen ? When::step : When::once;
  plan.add(make_lookup({tokens, m, to, 0, Start::fill, {}}), number, when);
  plan.add(make_dropout({.from = {.value = layer.states[0], .gradient = layer.state_gradients[0], .rows = E},
                         .to = layer.output,
                         .gradient = layer.output_gradient,
                         .number = number}),
           number, when);
  return number;
}

}  // namespace unfold
