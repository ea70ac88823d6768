// Back-propagation against central differences, in double, over the product of cells, edges and blends: every
// parameter and the initial state. Gradients are prefilled, so that += is proved.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "gradient_problem.h"
#include "unfold/model/loss.h"

namespace unfold {
namespace {

constexpr Index T = 4, N = 2, V = 4;
constexpr double tolerance = 1e-6;

/// A network with random parameters, state and data, and its loss as a function of them.
struct Problem : test::SymbolProblem {
  explicit Problem(const Json& json) : SymbolProblem(json, T, N, V) {
    state = workspace.state();
    for (Real& x : state.values) x = Real(rng.uniform() - 0.5);
    keep_normalizers_positive();
    for (Token& t : state.tokens) t = Token(rng.word() % V);
    state.clock = 1;
    draw_symbols(V);
    targets[3] = no_token;
  }

  /// States called n divide (sLSTM): near 0 there is no derivative to be had by differences.
  void keep_normalizers_positive() {
    Real* at = state.values.data();
    for (const PlanLayer& layer : network.plan().layers)
      for (const int buffer : layer.states) {
        const BufferInfo& info = network.plan().buffers[std::size_t(buffer)];
        const Index size = info.delay * N * info.rows;
        for (Index i = 0; info.name == std::string("n") && i < size; ++i) at[i] = std::abs(at[i]) + 1;
        at += size;
      }
  }

  double loss(Real scale) {
    network.touch();
    workspace.set_state(state);
    std::copy(inputs.begin(), inputs.end(), workspace.tokens(0));
    network.forward(workspace);
    softmax_cross_entropy(workspace.logits(), V, T * N, targets.data(), scale, losses.data());
    double sum = 0;
    for (const double l : losses) sum += l;
    return sum;
  }

  double difference(Real& x) {
    return test::central_difference(x, [&] { return loss(0); });
  }

  State state;
};

/// The largest error of a tensor's gradient, relative to its largest element.
struct Worst {
  double error = 0;
  std::string where;
  void compare(const std::string& name, const std::vector<double>& analytic, const std::vector<double>& numeric) {
    double scale = 1e-4, difference = 0;
    for (std::size_t i = 0; i < analytic.size(); ++i) {
      scale = std::max({scale, std::fabs(analytic[i]), std::fabs(numeric[i])});
      difference = std::max(difference, std::fabs(analytic[i] - numeric[i]));
    }
    if (!(difference / scale <= error)) {
      error = difference / scale;
      where = name;
    }
  }
};

Worst check(const Json& json) {
  Problem p(json);
  constexpr double prefill = 0.125;
  std::vector<Real> gradient(std::size_t(p.network.table().size()), Real(prefill));
  p.loss(1);
  p.network.backward(p.workspace, gradient.data());
  std::vector<double> state_gradient;
  const Plan& plan = p.network.plan();
  for (std::size_t l = 0; l + 1 < plan.layers.size(); ++l) {
    const Index H = plan.layers[l].units, delay = p.network.delay(l);
    const Real* dh = p.workspace.hidden_gradient(l, -delay);
    state_gradient.insert(state_gradient.end(), dh, dh + delay * N * H);
    for (int i = 1; i < int(plan.layers[l].states.size()); ++i) {
      const Real* d = p.workspace.state_gradient(l, i);
      state_gradient.insert(state_gradient.end(), d, d + N * H);
    }
  }
  std::vector<bool> masked(gradient.size());
  std::vector<Real> ones(gradient.size(), Real(1));
  p.network.mask(ones.data());
  for (std::size_t i = 0; i < ones.size(); ++i) masked[i] = ones[i] == 0;

  Worst worst;
  for (const Parameter& t : p.network.table()) {
    std::vector<double> analytic, numeric;
    for (Index i = t.offset; i < t.offset + t.size(); ++i) {
      if (masked[std::size_t(i)]) continue;
      analytic.push_back(double(gradient[std::size_t(i)]) - prefill);
      numeric.push_back(p.difference(p.network.parameters()[i]));
    }
    worst.compare(t.name, analytic, numeric);
  }
  std::vector<double> numeric;
  for (Real& x : p.state.values) numeric.push_back(p.difference(x));
  worst.compare("initial state", state_gradient, numeric);
  return worst;
}

Json cell(const std::string& name, Json options = Json::object()) {
  options["cell"] = name;
  options["units"] = 3;
  return options;
}

/// Every cell with every choice of its options (numbers at their defaults).
std::vector<Json> all_cells() {
  std::vector<Json> list;
  for (const CellInfo* info : cells()) {
    if (info->name == "test-broken") continue;
    std::vector<Json> variants{cell(std::string(info->name))};
    for (const CellOption& option : info->options) {
      std::vector<Json> extended;
      for (const Json& variant : variants)
        for (const std::string choice : option.choices) {
          if (choice == "relu" || choice == "positive") continue;  // a kink is no place for differences
          extended.push_back(variant);
          extended.back()[std::string(option.name)] = choice;
        }
      if (!extended.empty()) variants = extended;
    }
    list.insert(list.end(), variants.begin(), variants.end());
  }
  return list;
}

Json edge(Json from, int delay, Json block = Json::object()) {
  block["from"] = std::move(from);
  block["delay"] = delay;
  return block;
}

/// Ways to be recurrent: delays × depth × shortcut × join.
std::vector<Json> all_edges() {
  std::vector<Json> list{nullptr};
  list.push_back({edge("input", 0), edge("self", 2)});
  list.push_back({edge("input", 0), edge("input", 2), edge("self", 1), edge("self", 3)});
  list.push_back(Json::array({edge("input", 0)}));
  list.push_back(Json::array({edge("self", 1)}));
  list.push_back({edge("input", 0, {{"hidden", {2}}}), edge("self", 1)});
  list.push_back({edge("input", 0, {{"hidden", {2, 3}}, {"shortcut", true}}), edge("self", 1)});
  for (const int depth : {1, 2})
    for (const bool shortcut : {false, true})
      for (const char* join : {"first", "last", "all"}) {
        const Json block{{"hidden", depth == 1 ? Json{2} : Json{2, 3}}, {"shortcut", shortcut}, {"join", join}};
        list.push_back({edge("input", 0), edge("self", 1, block)});
      }
  list.push_back({edge("input", 0, {{"hidden", {2}}, {"activation", "sigmoid"}}),
                  edge("self", 1, {{"hidden", {2}}, {"join", "all"}, {"activation", "sigmoid"}}), edge("self", 2)});
  return list;
}

std::vector<Json> all_blends() {
  return {Json::object(),
          {{"leak", 0.3}},
          {{"leak", {{"from", 0.1}, {"to", 0.9}, {"learned", true}}}},
          {{"clock", {1, 2, 3}}},
          {{"clock", {1, 2}}, {"leak", {{"from", 0.4}, {"learned", true}}}},
          {{"zoneout", 0.4}, {"leak", {{"from", 0.4}, {"learned", true}}}},
          {{"layerNorm", true}},
          {{"layerNorm", true}, {"recurrentDropout", 0.3}, {"leak", 0.2}}};
}

void expect_small(const Json& config, int& count) {
  const Worst worst = check(config);
  EXPECT_LE(worst.error, tolerance) << worst.where << " of " << config.dump();
  ++count;
}

TEST(Gradient, EveryCellEdgeAndBlend) {
  int count = 0;
  for (const Json& base : all_cells())
    for (const Json& edges : all_edges())
      for (const Json& blend : all_blends()) {
        Json layer = base;
        if (!edges.is_null()) layer["edges"] = edges;
        layer.update(blend);
        expect_small({{"layers", {layer}}}, count);
      }
  EXPECT_GE(count, 1900);
}

// Products of two edges, block-diagonal recurrent matrices, and edges from upper layers, with every cell.
TEST(Gradient, ProductsBlocksAndUpperLayers) {
  int count = 0;
  const auto product = [](Json left, Json right) {
    return edge({{"product", {std::move(left), std::move(right)}}}, 0);
  };
  const Json left = edge("input", 0, {{"units", 2}}),
             right = edge("self", 1, {{"units", 2}, {"outputActivation", "sigmoid"}, {"bias", false}});
  const Json nested =
      edge({{"product", {edge("self", 1, {{"units", 2}}), edge("input", 0, {{"units", 2}, {"hidden", {2}}})}}}, 0);
  const std::vector<Json> recurrences{
      Json::array({edge("input", 0), product(left, right), edge("self", 1)}),
      Json::array({product(left, left)}),
      Json::array({edge("input", 0), product(edge("self", 1), edge("self", 2)), edge("self", 1)}),
      Json::array({product(left, nested), edge("self", 1, {{"hidden", {2}}, {"join", "all"}})}),
      Json::array({edge("input", 0), edge("self", 1, {{"blocks", 3}})}),
      Json::array({edge("input", 0), edge(1, 1), edge("self", 1)}),
      Json::array({edge("input", 0), product(edge(1, 1, {{"units", 2}}), left), edge("self", 1)}),
      Json::array({edge("input", 0), edge(2, 2), product(edge(1, 1, {{"units", 2}}), left), edge("self", 1)})};
  for (const Json& base : all_cells())
    for (const Json& edges : recurrences)
      for (const Json& blend : all_blends()) {
        if (!blend.empty() && !blend.contains("layerNorm")) continue;
        Json layer = base;
        layer["edges"] = edges;
        layer.update(blend);
        expect_small({{"layers", {layer, base, base}}, {"dropout", 0.2}}, count);
      }
  EXPECT_GE(count, 230);
}

// Edges that enter some gates, and products that later edges read, with every cell and each of its gates.
TEST(Gradient, GatesOfAnEdgeAndSharedProducts) {
  int count = 0;
  const auto into = [](Json one, const Json& gates) {
    one["gates"] = gates;
    return one;
  };
  const auto product = [](Json left, Json right) {
    return edge({{"product", {std::move(left), std::move(right)}}}, 0);
  };
  const Json squashed{{"units", 3}, {"outputActivation", "sigmoid"}};
  for (const Json& base : all_cells()) {
    const std::vector<const char*> gates = [&] {
      const auto names = find_cell(base["cell"].get<std::string>())->gate_names;
      return std::vector<const char*>(names.begin(), names.end());
    }();
    for (std::size_t g = 0; g < gates.size(); ++g) {
      const Json one = Json::array({gates[g]});
      Json others = gates, layer = base;
      others.erase(g);
      layer["edges"] = {into(edge("input", 0), one),
                        into(product(edge("self", 1, squashed), edge("input", 0, squashed)), Json::array()),
                        product(edge({{"edge", 1}}, 0, squashed), edge("self", 1)), into(edge("self", 1), one),
                        into(edge("self", 2, {{"hidden", {2}}, {"shortcut", true}, {"join", "all"}}), one)};
      if (!others.empty()) layer["edges"].push_back(into(edge("self", 1), others));
      if (!others.empty()) layer["edges"].push_back(into(edge("input", 0, {{"hidden", {2}}}), others));
      expect_small({{"layers", {layer, base}}}, count);
      layer["layerNorm"] = true;
      expect_small({{"layers", {layer, base}}}, count);
    }
  }
  EXPECT_GE(count, 100);
}

// Edges without a matrix, sources behind an activation, hidden layers that later edges read, products with one number,
// and factors that read several sources, with every cell.
TEST(Gradient, EdgesWithoutAMatrixAndSingleNumbers) {
  int count = 0;
  const Json plain{{"matrix", false}}, squash{{"sourceActivation", "tanh"}};
  const Json parts = {edge("input", 0), edge("self", 1), edge("self", 2), edge(1, 1)};
  const Json number = edge({{"concat", parts}}, 0, {{"units", 1}, {"outputActivation", "sigmoid"}});
  const Json single = edge("input", 0, {{"units", 1}, {"bias", false}});
  const auto product = [](const Json& left, const Json& right, const Json& more = Json::object()) {
    return edge({{"product", {left, right}}}, 0, more);
  };
  const std::vector<Json> recurrences{
      {edge("input", 0, {{"hidden", {2, 3}}, {"matrix", false}}), edge({{"edge", 0}}, 0), edge("self", 1)},
      {edge("input", 0), edge("self", 1, squash), edge("self", 2, plain), edge(1, 1, plain)},
      {edge("input", 0), edge("self", 1, {{"sourceActivation", "sigmoid"}, {"matrix", false}}),
       edge("self", 2, {{"sourceActivation", "tanh"}, {"hidden", {2}}, {"shortcut", true}, {"join", "all"}})},
      {edge("input", 0), product(number, edge("self", 1)), product(edge(1, 1), number, plain), edge("self", 1)},
      {edge("input", 0), product(single, edge("input", 0, {{"units", 2}})), product(single, single, squash),
       edge("self", 1)},
      {edge("input", 0, {{"hidden", {2}}}), product(edge({{"edge", 0}}, 0), edge("self", 1, {{"units", 2}}), squash)}};
  for (const Json& base : all_cells())
    for (const Json& edges : recurrences)
      for (const Json& blend : all_blends()) {
        Json layer = base;
        layer["edges"] = edges;
        layer.update(blend);
        expect_small({{"layers", {layer, base}}, {"dropout", 0.2}}, count);
      }
  EXPECT_GE(count, 700);
}

// Layers that continue each other's states, within a step and from one step to the next, with every cell.
TEST(Gradient, StatesOfAnotherLayer) {
  int count = 0;
  const auto from = [](Json layer, int other, const Json& edges = nullptr) {
    layer["stateFrom"] = other;
    if (!edges.is_null()) layer["edges"] = edges;
    return layer;
  };
  const Json own = Json::array({edge("self", 1)}),
             late = {edge(1, 0), edge("self", 1, {{"hidden", {2}}, {"join", "all"}}), edge("self", 3)};
  for (const Json& base : all_cells()) {
    const std::vector<Json> networks{{from(base, 2), base, from(base, 0)},
                                     {from(base, 2), from(base, 0, own), from(base, 1, own)},
                                     {from(base, 1), base},
                                     {base, from(base, 0, own), from(base, 0, late)}};
    for (const Json& layers : networks)
      for (const Json& blend : all_blends()) {
        Json blended = layers;
        for (Json& layer : blended) layer.update(blend);
        expect_small({{"layers", blended}, {"dropout", 0.2}}, count);
      }
  }
  EXPECT_GE(count, 600);
}

// Output feedback, teacher-forced and free-running, in one layer or through a stack.
TEST(Gradient, Feedback) {
  int count = 0;
  for (const Json& base : all_cells())
    for (const char* feedback : {"target", "softmax"})
      for (const Json& edges :
           std::vector<Json>{Json::array({edge("input", 0), edge("output", 1)}),
                             {edge("input", 0), edge("output", 1), edge("self", 1)},
                             {edge("output", 1, {{"hidden", {2}}}), edge("output", 3), edge("self", 2)}})
        for (const Json& blend : all_blends()) {
          Json layer = base;
          layer["edges"] = edges;
          layer.update(blend);
          expect_small({{"layers", {layer}}, {"feedback", feedback}}, count);
          Json upper = base;
          upper["residual"] = true;
          const Json readout = {edge(2, 0, {{"hidden", {2}}}), edge(0, 0)};
          if (blend.empty() || blend.contains("zoneout"))
            expect_small({{"layers", {base, layer, upper}},
                          {"feedback", feedback},
                          {"dropout", 0.3},
                          {"variationalDropout", true},
                          {"readout", readout}},
                         count);
        }
  EXPECT_GE(count, 540);
}

TEST(Gradient, EmbeddingsTyingAndResiduals) {
  int count = 0;
  for (const Json& base : all_cells())
    for (const bool tied : {false, true})
      for (const bool residual : {false, true}) {
        Json layer = base;
        layer["residual"] = residual;
        Json late = layer;
        late["edges"] = {edge("input", 0), edge("input", 2), edge("self", 1)};
        expect_small({{"embedding", 3}, {"tieWeights", tied}, {"layers", {late, layer}}, {"dropout", 0.3}}, count);
        // The readout has added to the gradient of what the residual connection reads.
        if (residual && !tied) expect_small({{"layers", {base, layer}}, {"skipOutputs", true}}, count);
      }
  EXPECT_GE(count, 36);
}

TEST(Gradient, Stacks) {
  int count = 0;
  for (const Json& base : all_cells())
    for (const bool skip : {false, true})
      for (const double dropout : {0.0, 0.4})
        expect_small(
            {{"layers", {base, cell("lstm"), base}}, {"skipInputs", skip}, {"skipOutputs", skip}, {"dropout", dropout}},
            count);
  EXPECT_GE(count, 36);
}

TEST(Gradient, BiasesDelaysAcrossLayersAndDeepReadout) {
  int count = 0;
  for (const Json& base : all_cells())
    for (const char* bias : {"none", "one", "two"}) {
      Json upper = base;
      upper["bias"] = bias;
      upper["edges"] = {edge(0, 0), edge(0, 2), edge("input", 1), edge("self", 1)};
      const Json readout = {edge(1, 0, {{"hidden", {3, 2}}, {"shortcut", true}}), edge(0, 0), edge("input", 0)};
      expect_small({{"layers", {base, upper}}, {"readout", readout}}, count);
    }
  EXPECT_GE(count, 27);
}

// A check that cannot fail proves nothing: this cell forgets the derivative of tanh.
class Broken final : public Cell {
 public:
  std::string equations() const override { return "h = tanh(z_h)"; }
  void forward(const CellStep& s) const override {
    activate(Activation::tanh, s.z, s.units * s.columns);
    std::copy_n(s.z, s.units * s.columns, s.next_states[0]);
  }
  void backward(const CellDelta& s) const override { std::copy_n(s.dh_values, s.units * s.columns, s.z); }
};

constexpr const char* broken_gates[] = {"h"};
const CellInfo broken{.name = "test-broken",
                      .label = "",
                      .summary = "",
                      .equations = "",
                      .source = "",
                      .gate_names = broken_gates,
                      .options = {},
                      .make = [](const CellSettings&) -> std::unique_ptr<Cell> { return std::make_unique<Broken>(); }};

TEST(Gradient, CatchesABrokenBackward) {
  add_cell(broken);
  EXPECT_GT(check({{"layers", {cell("test-broken")}}}).error, 1e-2);
}

}  // namespace
}  // namespace unfold
