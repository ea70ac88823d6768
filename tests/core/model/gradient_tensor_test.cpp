// The tensor level against central differences, in double: inputs, first states, contexts and every parameter, over
// ragged batches, directions, delays, contexts, readouts and fixed dropout masks.
#include "support.h"
#include "unfold/api/tensor.h"
#include "unfold/base/rng.h"

namespace unfold::test {
namespace {

constexpr Index N = 3, D = 2;
constexpr double step_size = 1e-4, tolerance = 1e-6;

struct Case {
  std::string name, rest;  // of the configuration
  bool state = true;       // given
  bool ragged = true, training = false;
};

/// Every evaluation is by a network of its own: the masks of a first pass are always the same.
struct Problem {
  explicit Problem(const Case& c) : which(c), config(parse_config("{" + c.rest + "}")), rng(9, Stream::test) {
    TensorNetwork network(config);
    x = draw(T * N * D);
    context = draw(N * network.context_size());
    dy = draw(T * N * network.outputs());
    for (const NamedTensor& t : network.parameters()) parameters.push_back(draw(t.size()));
    const auto size = [&](const TensorLayer& l) { return (l.max_delay + l.further()) * N * l.units; };
    Index all = 0;
    for (const TensorLayer& l : network.layers()) all += size(l);
    state = {.values = draw(all), .inputs = draw(network.max_input_delay() * N * D), .clock = 1};
    keep_normalisers_positive(network);
    dstate = {.values = draw(all), .inputs = draw(network.max_input_delay() * N * D)};
    if (c.ragged) lengths = {3, T, 1};
  }

  /// Of an sLSTM, whose output is divided by them.
  void keep_normalisers_positive(const TensorNetwork& network) {
    Real* at = state.values.data();
    for (const TensorLayer& l : network.layers()) {
      at += l.max_delay * N * l.units;
      for (Index i = 1; i <= l.further(); ++i, at += N * l.units)
        for (Index k = 0; k < N * l.units && l.states[std::size_t(i)] == std::string_view("n"); ++k)
          at[k] = std::fabs(at[k]) + 1;
    }
  }

  std::vector<Real> draw(Index size) {
    std::vector<Real> values(static_cast<std::size_t>(size));
    for (Real& v : values) v = Real(rng.uniform() * 1.6 - 0.8);
    return values;
  }

  /// With this problem's parameters.
  struct Made : TensorNetwork {
    explicit Made(const Problem& p) : TensorNetwork(p.config) {
      for (std::size_t i = 0; i < p.parameters.size(); ++i)
        set_parameter(TensorNetwork::parameters()[i].name, p.parameters[i]);
    }
  };

  TensorNetwork::Outputs forward(TensorNetwork& made) const {
    return made.forward({.steps = T,
                         .columns = N,
                         .x = x,
                         .lengths = lengths,
                         .state = which.state ? &state : nullptr,
                         .context = context,
                         .training = which.training});
  }

  /// Σ y·dy + Σ state after·dstate.
  double loss() const {
    Made made(*this);
    const TensorNetwork::Outputs out = forward(made);
    const auto dot = [](const std::vector<Real>& a, const std::vector<Real>& b) {
      EXPECT_EQ(a.size(), b.size());
      double sum = 0;
      for (std::size_t i = 0; i < a.size(); ++i) sum += double(a[i]) * double(b[i]);
      return sum;
    };
    return dot(out.y, dy) + dot(out.state.values, dstate.values) + dot(out.state.inputs, dstate.inputs);
  }

  /// Every element of `values`; `read`: the loss depends on them.
  void check(std::vector<Real>& values, const std::vector<Real>& gradient, const std::string& what, bool read = true) {
    ASSERT_EQ(values.size(), gradient.size()) << what;
    bool matters = values.empty() && read;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Real at = values[i];
      values[i] = at + Real(step_size);
      const double above = loss();
      values[i] = at - Real(step_size);
      const double below = loss();
      values[i] = at;
      const double expected = (above - below) / (2 * step_size);
      EXPECT_NEAR(double(gradient[i]), expected, tolerance * std::max(1.0, std::fabs(expected))) << what << " " << i;
      matters = matters || gradient[i] != 0;
    }
    EXPECT_EQ(matters, read) << what << (read ? " does not matter: a blind test" : " matters");
  }

  static constexpr Index T = 5;
  Case which;
  Config config;
  Rng rng;
  std::vector<Real> x, context, dy;
  std::vector<std::vector<Real>> parameters;
  std::vector<Index> lengths;
  State state, dstate;
};

class GradientTensor : public testing::TestWithParam<Case> {};

TEST_P(GradientTensor, MatchesCentralDifferences) {
  Problem p(GetParam());
  Problem::Made network(p);
  p.forward(network);
  const TensorNetwork::Gradients d = network.backward(p.dy, &p.dstate);
  p.check(p.x, d.x, "x");
  p.check(p.context, d.context, "context");
  if (p.which.state) {
    p.check(p.state.values, d.state.values, "state");
    p.check(p.state.inputs, d.state.inputs, "state.inputs");
  }
  for (std::size_t i = 0; i < p.parameters.size(); ++i) {
    const std::string& name = network.parameters()[i].name;
    // These cells without an edge from themselves read of the state before all but h.
    const std::string cell = p.which.name.substr(0, p.which.name.find("_context"));
    const bool unread =
        (cell == "sru" || cell == "lru" || cell == "rwkv") && name.find("initial_h") != std::string::npos;
    p.check(p.parameters[i], network.gradient(name), name, !unread);
  }
  // The same again adds the same.
  Problem::Made twice(p);
  for (int pass = 0; pass < 2; ++pass) {
    if (p.which.training && pass == 1) break;  // other masks
    p.forward(twice);
    twice.backward(p.dy, &p.dstate);
  }
  if (p.which.training) return;
  for (const NamedTensor& t : network.parameters()) {
    std::vector<double> sum;
    for (const Real g : network.gradient(t.name)) sum.push_back(2 * double(g));
    EXPECT_LE(relative_error(twice.gradient(t.name), sum), 1e-12) << t.name;
  }
}

const std::vector<Case> cases = [] {
  std::vector<Case> list;
  const std::string bare = R"("task":{"name":"tensor","inputs":2},)";
  const std::string readout = R"("task":{"name":"tensor","inputs":2,"outputs":2},)";
  const std::string given = R"("task":{"name":"tensor","inputs":2,"outputs":2,"context":2},)";
  const std::vector<std::pair<std::string, std::string>> cells{
      {"rnn", R"("cell":"rnn")"},
      {"lstm", R"("cell":"lstm")"},
      {"peephole", R"("cell":"peephole-lstm")"},
      {"gru", R"("cell":"gru")"},
      {"gruBefore", R"("cell":"gru","reset":"before")"},
      {"slstm", R"("cell":"slstm")"},
      {"mgu", R"("cell":"mgu")"},
      {"janet", R"("cell":"janet")"},
      {"indrnn", R"("cell":"indrnn","activation":"tanh")"},
      {"sru", R"("cell":"sru")"},
      {"minlstm", R"("cell":"minlstm")"},
      {"lru", R"("cell":"lru")"},
      {"rwkv", R"("cell":"rwkv")"},
      {"rru", R"("cell":"rru")"},
  };
  for (const auto& [name, cell] : cells) {
    const std::string one = R"("layers":[{"units":3,)" + cell;
    const auto stack = [&](const std::string& more) { return one + more + "}," + one.substr(10) + more + "}]"; };
    const std::string delays =
        R"(,"edges":[{"from":"input"},{"from":"input","delay":2},{"from":"self"},{"from":"self","delay":3}])";
    list.push_back({name + "_whole", bare + one + "}]", true, false});
    list.push_back({name + "_ragged", readout + stack("")});
    list.push_back({name + "_bidirectional", bare + stack(R"(,"bidirectional":true)")});
    list.push_back({name + "_bidirectional_readout", readout + one + R"(,"bidirectional":true}])"});
    list.push_back({name + "_delays", readout + one + delays + "}]"});
    list.push_back({name + "_backward_delays",
                    bare + one + R"(,"direction":"backward","edges":[{"from":"input"},{"from":"self"},)" +
                        R"({"from":"self","delay":3}]}])",
                    true, false});
    list.push_back({name + "_context_input", given + R"("context":"input",)" + one + "}]"});
    list.push_back({name + "_context_initial", given + R"("context":"initial",)" + one + "}]", false});
    list.push_back({name + "_context_both", given + R"("context":"both",)" + stack(""), false});
    list.push_back({name + "_dropout", readout + R"("dropout":0.4,)" + stack(""), true, true, true});
  }
  const std::string lstm = R"("layers":[{"units":3,"cell":"lstm")";
  list.push_back({"masks_everywhere",
                  readout + R"("dropout":0.3,"variationalDropout":true,)" + lstm +
                      R"(,"zoneout":{"hidden":0.3,"cell":0.2},"recurrentDropout":0.3,"bidirectional":true}])",
                  true, true, true});
  for (const char* cell : {"lstm", "janet", "slstm"}) {
    const std::string layer = std::string(R"({"units":3,"cell":")") + cell + '"';
    list.push_back({std::string(cell) + "_states_of_another_layer",
                    readout + R"("layers":[)" + layer + R"(,"stateFrom":2},)" + layer + R"(,"leak":0.3},)" + layer +
                        R"(,"stateFrom":0}])"});
  }
  list.push_back({"leaky_clocked", readout + R"("layers":[{"units":4,"cell":"rnn","clock":[1,2]},)" +
                                       R"({"units":3,"cell":"gru","leak":{"from":0.1,"to":0.6,"learned":true}}])"});
  list.push_back({"deep", readout + R"("skipInputs":true,"skipOutputs":true,)" +
                              R"("layers":[{"units":4,"cell":"gru"},{"units":3,"cell":"rnn","layerNorm":true,)" +
                              R"("edges":[{"from":0,"hidden":[3]},{"from":"self","hidden":[2],"shortcut":true}]}])"});
  return list;
}();

INSTANTIATE_TEST_SUITE_P(All, GradientTensor, testing::ValuesIn(cases),
                         [](const auto& info) { return info.param.name; });

TEST(GradientTensorState, IsZeroWhereTheContextMadeIt) {
  const Case c{"", R"("task":{"name":"tensor","inputs":2,"outputs":2,"context":2},"context":"initial",)"
                   R"("layers":[{"units":3,"cell":"lstm"}])"};
  Problem p(c);
  p.which.state = false;
  Problem::Made network(p);
  p.forward(network);
  for (const Real g : network.backward(p.dy).state.values) EXPECT_EQ(g, 0);
}

}  // namespace
}  // namespace unfold::test
