// Every cell and every kind of edge, blend and connection against the equations (reference/network.h), over small odd
// sizes, and with the state carried from one window to the next.
#include "reference/network.h"

#include "support.h"

namespace unfold::test {
namespace {

constexpr double tolerance = is_double ? 1e-12 : 1e-5;

const std::vector<std::string> cells{
    R"("cell":"rnn","activation":"tanh")",
    R"("cell":"rnn","activation":"relu")",
    R"("cell":"rnn","activation":"sigmoid")",
    R"("cell":"rnn","activation":"identity")",
    R"("cell":"lstm","cellInput":"tanh")",
    R"("cell":"lstm","cellInput":"sigmoid")",
    R"("cell":"gru","reset":"after")",
    R"("cell":"gru","reset":"before")",
    R"("cell":"peephole-lstm","cellInput":"tanh")",
    R"("cell":"peephole-lstm","cellInput":"sigmoid")",
};

struct Sizes {
  Index T, N, H, V, A, B;  // A, B: hidden layers of edges
};

const std::vector<Sizes> sizes{
    {4, 3, 3, 5, 7, 1}, {5, 1, 7, 3, 5, 9}, {3, 5, 9, 11, 3, 5}, {1, 7, 5, 2, 1, 3}, {6, 2, 17, 7, 19, 15}};
const std::vector<std::string> biases{"two", "one", "none"};

/// A configuration with $C for the cell, its options and bias, $H, $A and $B for sizes.
struct Kind {
  const char* name;
  const char* fields;
  enum Input { both, tokens, numbers } input = both;
  bool carries = true;  // not where layers run backward
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

const std::vector<Kind> kinds{
    {"one_layer", R"("layers":[{$C}])"},
    {"two_layers", R"("layers":[{$C},{$C}])"},
    {"deep_input", R"("layers":[{$C,"edges":[{"from":"input","hidden":[$A]},{"from":"self"}]}])"},
    {"deep_input_shortcut",
     R"("layers":[{$C,"edges":[{"from":"input","hidden":[$A,$B],"activation":"relu","shortcut":true},{"from":"self"}]}])"},
    {"transition_last",
     R"("layers":[{$C,"edges":[{"from":"input"},{"from":"self","hidden":[$A],"join":"last","activation":"sigmoid"}]}])"},
    {"transition_first", R"("layers":[{$C,"edges":[{"from":"input"},{"from":"self","hidden":[$A],"join":"first"}]}])"},
    {"transition_all", R"("layers":[{$C,"edges":[{"from":"input"},{"from":"self","hidden":[$A],"join":"all"}]}])"},
    {"transition_last_shortcut",
     R"("layers":[{$C,"edges":[{"from":"input"},{"from":"self","hidden":[$A,$B],"join":"last","shortcut":true}]}])"},
    {"transition_first_shortcut",
     R"("layers":[{$C,"edges":[{"from":"input"},{"from":"self","hidden":[$A,$B],"join":"first","shortcut":true,
                                                 "activation":"relu"}]}])"},
    {"transition_all_shortcut",
     R"("layers":[{$C,"edges":[{"from":"input"},{"from":"self","hidden":[$A,$B],"join":"all","shortcut":true,
                                                 "activation":"identity"}]}])"},
    {"deep_both_ways_in",
     R"("layers":[{$C,"edges":[{"from":"input","hidden":[$B],"shortcut":true},
                               {"from":"self","hidden":[$A],"join":"all","shortcut":true}]}])"},
    {"two_transitions",
     R"("layers":[{$C,"edges":[{"from":"input"},{"from":"self","hidden":[$A],"join":"all"},
                               {"from":"self","delay":2,"hidden":[$B]}]}])"},
    {"deep_between_layers",
     R"("layers":[{$C},{$C,"edges":[{"from":0,"hidden":[$A]},{"from":"input"},{"from":"self"}]}])"},
    {"delays",
     R"("layers":[{$C,"edges":[{"from":"input"},{"from":"input","delay":2},{"from":"self"},{"from":"self","delay":3}]}])"},
    {"delayed_below",
     R"("layers":[{$C},{$C,"edges":[{"from":0},{"from":0,"delay":2},{"from":"input","delay":1},{"from":"self"}]}])"},
    {"no_one_step_edge", R"("layers":[{$C,"edges":[{"from":"input"},{"from":"self","delay":2}]}])"},
    {"states_of_another_layer", R"("layers":[{$C,"stateFrom":2},{$C},{$C,"stateFrom":0}])"},
    {"states_of_the_same_step",
     R"("layers":[{$C,"stateFrom":2},{$C,"stateFrom":0,"edges":[{"from":"self"}]},
                  {$C,"stateFrom":1,"edges":[{"from":0},{"from":"self"},{"from":"self","delay":3}]}])"},
    {"leak", R"("layers":[{$C,"leak":0.3}])"},
    {"leak_spectrum", R"("layers":[{$C,"leak":{"from":0.05,"to":0.9}}])"},
    {"leak_learned", R"("layers":[{$C,"leak":{"from":0.2,"to":0.8,"learned":true}},{$C}])"},
    {"clockwork", R"("layers":[{$C,"clock":[1,2,3]}])"},
    {"clockwork_leak", R"("layers":[{$C,"clock":[2,1,4],"leak":{"from":0.5,"learned":true}}])"},
    {"clockwork_shortcut",
     R"("layers":[{$C,"clock":[1,3],"edges":[{"from":"input"},{"from":"self","hidden":[$A],"shortcut":true}]}])"},
    {"zoneout_expected", R"("layers":[{$C,"zoneout":{"hidden":0.2,"cell":0.4}}])"},
    {"everything_kept",
     R"("layers":[{$C,"zoneout":{"hidden":0.1,"cell":0.3},"clock":[1,2],"leak":{"from":0.2,"to":0.6}}])"},
    {"layer_norm", R"("layers":[{$C,"layerNorm":true}])"},
    {"layer_norm_deep",
     R"("layers":[{$C,"layerNorm":true,"edges":[{"from":"input"},{"from":"self","hidden":[$A],"join":"all"}]},
                  {$C,"layerNorm":true}])"},
    {"dropout_off", R"("layers":[{$C,"recurrentDropout":0.5},{$C}],"dropout":0.5)"},
    {"residual", R"("embedding":$H,"layers":[{$C,"residual":true},{$C,"residual":true},{$C,"residual":true}])",
     Kind::tokens},
    {"residual_above", R"("layers":[{$C},{$C,"residual":true},{$C,"residual":true}])"},
    {"skip_inputs", R"("layers":[{$C},{$C},{$C}],"skipInputs":true)"},
    {"skip_outputs", R"("layers":[{$C},{$C},{$C}],"skipInputs":true,"skipOutputs":true)"},
    {"bidirectional", R"("task":{"name":"tensor","inputs":$V,"outputs":$V},"layers":[{$C,"bidirectional":true}])",
     Kind::numbers, false},
    {"bidirectional_two_layers",
     R"("task":{"name":"tensor","inputs":$V,"outputs":$V},"layers":[{$C,"bidirectional":true},{$C,"bidirectional":true}])",
     Kind::numbers, false},
    {"backward",
     R"("task":{"name":"tensor","inputs":$V,"outputs":$V},"layers":[{$C,"direction":"backward","edges":[{"from":"input"},{"from":"self"},
                                                               {"from":"self","delay":2}]}])",
     Kind::numbers, false},
    {"backward_kept",
     R"("task":{"name":"tensor","inputs":$V,"outputs":$V},"layers":[{$C,"direction":"backward","leak":{"from":0.1,"to":0.7},"layerNorm":true}])",
     Kind::numbers, false},
    {"embedding", R"("embedding":$A,"layers":[{$C}],"readout":[{"from":0},{"from":"input"}])", Kind::tokens},
    {"embedding_delayed",
     R"("embedding":$A,"layers":[{$C,"edges":[{"from":"input"},{"from":"input","delay":2},{"from":"self"}]},{$C}],
        "skipInputs":true)",
     Kind::tokens},
    {"tieWeights", R"("embedding":$H,"tieWeights":true,"layers":[{$C},{$C}])", Kind::tokens},
    {"deep_readout", R"("layers":[{$C}],"readout":[{"from":0,"hidden":[$A]}])"},
    {"deep_readout_shortcut",
     R"("layers":[{$C},{$C}],"readout":[{"from":1,"hidden":[$A,$B],"shortcut":true,"activation":"relu"},
                                        {"from":0,"hidden":[$B]},{"from":"input"}])"},
    {"feedback_of_targets",
     R"("layers":[{$C,"edges":[{"from":"input"},{"from":"self"},{"from":"output"},{"from":"output","delay":3}]}])",
     Kind::tokens},
    {"feedback_of_outputs",
     R"("feedback":"softmax","layers":[{$C},{$C,"edges":[{"from":0},{"from":"self"},{"from":"output","hidden":[$A]}]}])",
     Kind::tokens},
};

void replace(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

std::string config_text(const Kind& kind, const std::string& cell, const std::string& bias, const Sizes& s) {
  std::string text = std::string("{") + kind.fields + "}";
  replace(text, "$C", cell + R"(,"units":$H,"bias":")" + bias + '"');
  replace(text, "$H", std::to_string(s.H));
  replace(text, "$V", std::to_string(s.V));
  replace(text, "$A", std::to_string(s.A));
  replace(text, "$B", std::to_string(s.B));
  return text;
}

/// Two windows of T steps of N sequences.
std::vector<Sequence> random_sequences(const Sizes& s, bool tokens, Index steps) {
  std::vector<Sequence> list(std::size_t(s.N));
  for (std::size_t n = 0; n < list.size(); ++n) {
    if (tokens) {
      list[n].tokens = random_tokens(steps, s.V, n + 1);
      continue;
    }
    std::vector<Real> values(std::size_t(s.V * steps));
    randomize(values, 1, n + 1);
    list[n].numbers = Eigen::Map<const Eigen::Matrix<Real, -1, -1>>(values.data(), s.V, steps).cast<double>();
  }
  return list;
}

/// Steps t0, t0 + 1, … of the sequences into the workspace.
void put(Workspace& w, const std::vector<Sequence>& sequences, Index t0) {
  for (Index t = 0; t < w.steps(); ++t)
    for (std::size_t n = 0; n < sequences.size(); ++n) {
      const Sequence& s = sequences[n];
      if (!s.tokens.empty()) w.tokens(t)[n] = s.tokens[std::size_t(t0 + t)];
      for (Index d = 0; d < s.numbers.rows(); ++d)
        w.numbers(t)[Index(n) * s.numbers.rows() + d] = Real(s.numbers(d, t0 + t));
    }
}

/// Largest difference from the reference over the reference's largest answer.
double difference(const std::string& text, const Kind& kind, const Sizes& s, bool tokens) {
  const Config config = parse_config(text);
  NetworkSizes io{.outputs = s.V};
  (tokens ? io.symbols : io.numbers) = s.V;
  Network network(config, io);
  randomize(all_parameters(network), 0.4, 3);
  ReferenceNetwork reference(config, network);
  network.mask(network.parameters());  // as training does; the reference has its own
  network.touch();
  const Index windows = kind.carries ? 2 : 1;
  const std::vector<Sequence> sequences = random_sequences(s, tokens, windows * s.T);
  std::vector<Eigen::MatrixXd> expected;
  double worst = 0, largest = 1e-3;
  for (const Sequence& sequence : sequences) {
    expected.push_back(reference.logits(sequence));
    largest = std::max(largest, expected.back().cwiseAbs().maxCoeff());
  }
  EXPECT_EQ(reference.read().size(), std::size_t(network.table().count())) << "parameters without an equation";
  Workspace workspace(network, s.T, s.N, false);
  for (Index window = 0; window < windows; ++window) {
    put(workspace, sequences, window * s.T);
    network.forward(workspace);
    for (Index t = 0; t < s.T; ++t)
      for (Index n = 0; n < s.N; ++n)
        for (Index v = 0; v < s.V; ++v) {
          const double got = double(workspace.logits()[(t * s.N + n) * s.V + v]);
          const double wrong = std::fabs(got - expected[std::size_t(n)](v, window * s.T + t));
          worst = std::isfinite(got) ? std::max(worst, wrong) : INFINITY;
        }
    workspace.carry();
  }
  return worst / largest;
}

class AgainstEquations : public testing::TestWithParam<Kind> {};

TEST_P(AgainstEquations, EveryCellAndSize) {
  std::size_t count = 0;
  for (const std::string& cell : cells) {
    for (const Sizes& s : sizes) {
      const bool tokens = GetParam().input == Kind::both ? count % 2 == 0 : GetParam().input == Kind::tokens;
      const std::string text = config_text(GetParam(), cell, biases[count % biases.size()], s);
      EXPECT_LE(difference(text, GetParam(), s, tokens), tolerance)
          << text << (tokens ? " of tokens" : " of numbers") << ", T " << s.T << ", N " << s.N;
      ++count;
    }
  }
  EXPECT_EQ(count, 50u);
}

INSTANTIATE_TEST_SUITE_P(All, AgainstEquations, testing::ValuesIn(kinds),
                         [](const auto& info) { return info.param.name; });

TEST(AgainstEquationsOfAll, CountsKinds) { EXPECT_EQ(kinds.size(), 44u) << "2200 configurations"; }

}  // namespace
}  // namespace unfold::test
