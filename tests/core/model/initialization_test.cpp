// First values: their distributions, and that they depend on the seed and the tensor only.
#include "unfold/model/initialization.h"

#include <algorithm>

#include "networks.h"
#include "support.h"

namespace unfold::test {
namespace {

Network lstm(const std::string& initialization, Index hidden = 60) {
  return Network(parse_config(R"({"layers":[{"cell":"lstm","units":)" + std::to_string(hidden) +
                              R"(}],"initialization":{)" + initialization + "}}"),
                 40);
}

struct Moments {
  double mean = 0, variance = 0, largest = 0;
};

Moments moments(std::span<const Real> x) {
  Moments m;
  for (const Real v : x) m.mean += double(v) / double(x.size());
  for (const Real v : x) m.variance += (double(v) - m.mean) * (double(v) - m.mean) / double(x.size());
  for (const Real v : x) m.largest = std::max(m.largest, std::fabs(double(v)));
  return m;
}

TEST(Initialization, XavierAndUniformFillTheirRange) {
  Network xavier = lstm(R"("input":"xavier","readout":"uniform")");
  const double bound = std::sqrt(6.0 / (60 + 40));  // each gate is a 60 × 40 matrix of its own
  const Moments input = moments(tensor(xavier, "layers.0.weight_ih"));
  EXPECT_LE(input.largest, bound);
  EXPECT_GT(input.largest, 0.99 * bound);
  EXPECT_NEAR(input.mean, 0, 0.01);
  EXPECT_NEAR(input.variance, bound * bound / 3, 0.03 * bound * bound / 3);
  const Moments readout = moments(tensor(xavier, "readout.weight"));
  EXPECT_LE(readout.largest, 1 / std::sqrt(60.0));
  EXPECT_GT(readout.largest, 0.98 / std::sqrt(60.0));
}

TEST(Initialization, HeHasItsVariance) {
  Network he = lstm(R"("input":"he")");
  const Moments m = moments(tensor(he, "layers.0.weight_ih"));
  EXPECT_NEAR(m.mean, 0, 0.01);
  EXPECT_NEAR(m.variance, 2.0 / 40, 0.1 * 2.0 / 40);
}

TEST(Initialization, OrthogonalIsOrthogonalGateByGate) {
  Network network = lstm(R"("recurrent":"orthogonal","input":"orthogonal","readout":"orthogonal")");
  const auto check = [&](const std::string& name, std::size_t block, std::size_t cols) {
    const std::span<Real> all = tensor(network, name);
    for (std::size_t at = 0; at < all.size(); at += block * cols) {
      const std::span<Real> w = all.subspan(at, block * cols);
      const std::size_t count = std::min(block, cols);  // of orthonormal rows, or columns
      for (std::size_t a = 0; a < count; ++a)
        for (std::size_t b = 0; b < count; ++b) {
          double dot = 0;
          for (std::size_t i = 0; i < std::max(block, cols); ++i)
            dot += block <= cols ? double(w[a * cols + i]) * double(w[b * cols + i])
                                 : double(w[i * cols + a]) * double(w[i * cols + b]);
          ASSERT_NEAR(dot, a == b, 1e-5) << name << a << " " << b;
        }
    }
  };
  check("layers.0.weight_hh", 60, 60);
  check("layers.0.weight_ih", 60, 40);
  check("readout.weight", 40, 60);
}

TEST(Initialization, IdentityZeroAndGain) {
  Network network = lstm(R"("recurrent":"identity","input":"zero","gain":0.5)");
  const std::span<Real> w = tensor(network, "layers.0.weight_hh");
  for (std::size_t i = 0; i < w.size(); ++i)
    ASSERT_EQ(w[i], i / 60 % 60 == i % 60 ? Real(0.5) : Real(0)) << "each gate the identity, times the gain";
  for (const Real x : tensor(network, "layers.0.weight_ih")) EXPECT_EQ(x, 0);
}

TEST(Initialization, SparseHasItsNonzerosAndSpectralRadius) {
  Network network(parse_config(R"({"layers":[{"cell":"rnn","units":80,"activation":"identity"}],
                                   "initialization":{"recurrent":"sparse","nonzeros":7,"spectralRadius":0.8}})"),
                  3);
  const std::span<Real> w = tensor(network, "layers.0.weight_hh");
  for (std::size_t row = 0; row < 80; ++row)
    EXPECT_EQ(std::ranges::count_if(w.subspan(row * 80, 80), [](Real x) { return x != 0; }), 7);
  // Gelfand: ‖Wᵗ‖ grows as ρᵗ. (A linear network without input; its state after t steps is Wᵗh.)
  std::ranges::fill(tensor(network, "layers.0.weight_ih"), Real(0));
  network.touch();
  Workspace workspace(network, 400, 1, false);
  randomize({workspace.hidden(0, -1), 80}, 1);
  run(network, workspace, std::vector<Token>(400, 0));
  const auto norm = [&](Index t) {
    double sum = 0;
    for (Index k = 0; k < 80; ++k) sum += std::pow(double(workspace.hidden(0, t)[k]), 2);
    return std::sqrt(sum);
  };
  EXPECT_NEAR(std::pow(norm(299) / norm(99), 1.0 / 200), 0.8, 0.02);
}

TEST(Initialization, BiasesAreZeroButTheForgetGates) {
  for (const double bias : {1.0, -2.5}) {
    Network network(parse_config(R"({"layers":[{"cell":"lstm","units":5,"forgetBias":)" + std::to_string(bias) + "}]}"),
                    3);
    const std::span<Real> ih = tensor(network, "layers.0.bias_ih");  // i, f, g, o
    for (std::size_t k = 0; k < 20; ++k) EXPECT_EQ(ih[k], k / 5 == 1 ? Real(bias) : Real(0));
    for (const Real x : tensor(network, "layers.0.bias_hh")) EXPECT_EQ(x, 0);
    for (const Real x : tensor(network, "readout.bias")) EXPECT_EQ(x, 0);
  }
}

TEST(Initialization, VectorsOfACellAreSpreadEvenlyOrZero) {
  Network network(parse_config(R"({"layers":[{"cell":"indrnn","units":5},{"cell":"sru","units":3},
                       {"cell":"indrnn","units":1}]})"),
                  3);
  const std::span<Real> u = tensor(network, "layers.0.recurrent_h");
  for (std::size_t k = 0; k < 5; ++k) EXPECT_EQ(u[k], Real(k) / 4);
  for (const char* name : {"recurrent_f", "recurrent_r"})
    for (const Real x : tensor(network, std::string("layers.1.") + name)) EXPECT_EQ(x, 0);
  EXPECT_EQ(tensor(network, "layers.2.recurrent_h")[0], 0);
}

TEST(Initialization, TensorsOfOneShapeStartDifferently) {
  Network network(parse_config(R"({"layers":[{"cell":"rnn","units":7},{"cell":"rnn","units":7}],
                       "initialization":{"recurrent":"uniform"}})"),
                  7);
  EXPECT_FALSE(same_bits(tensor(network, "layers.0.weight_hh"), tensor(network, "layers.1.weight_hh")));
}

class FirstValues : public testing::TestWithParam<NetworkCase> {};

TEST_P(FirstValues, AreFiniteAndOfTheSeed) {
  const auto with_seed = [](const char* seed) {
    return Network(parse_config(config_of(GetParam(), std::string("\"seed\":") + seed)), 12);
  };
  Network first = with_seed("5"), same = with_seed("5"), other = with_seed("6"), far = with_seed("4294967301");
  for (const Real x : all_parameters(first)) ASSERT_TRUE(std::isfinite(x));
  EXPECT_TRUE(same_bits(all_parameters(first), all_parameters(same)));
  EXPECT_FALSE(same_bits(all_parameters(first), all_parameters(other)));
  EXPECT_FALSE(same_bits(all_parameters(first), all_parameters(far))) << "all of the seed's bits count";
}

INSTANTIATE_TEST_SUITE_P(All, FirstValues, testing::ValuesIn(networks()),
                         [](const auto& info) { return info.param.name; });

// b = ±ln u, u ~ U[1, Tₘ − 1], the same u for the gates of a unit (Tallec & Ollivier 2018).
TEST(Initialization, ChronoSpreadsTheTimesOfGates) {
  Network network = lstm(R"("chrono":100)", 500);
  const std::span<Real> bias = tensor(network, "layers.0.bias_ih");
  std::vector<Real> times;
  for (std::size_t k = 0; k < 500; ++k) {
    times.push_back(std::exp(bias[500 + k]));
    EXPECT_EQ(bias[k], -bias[500 + k]);
    EXPECT_EQ(bias[1000 + k], 0);
    EXPECT_EQ(bias[1500 + k], 0);
  }
  const auto [least, most] = std::minmax_element(times.begin(), times.end());
  EXPECT_GE(*least, Real(0.9999));
  EXPECT_LE(*most, Real(99.001));
  EXPECT_NEAR(moments(times).mean, 50, 5);
  EXPECT_NEAR(moments(times).variance, 98 * 98 / 12.0, 100);
}

// Biases of chrono initialisation for a very long lag, and no weights: one state stays as it is.
TEST(Initialization, ChronoKeepsAStateOfEveryCellThatHasTimes) {
  int count = 0;
  for (const CellInfo* info : cells()) {
    if (info->time_gates.empty()) continue;
    ++count;
    ASSERT_EQ(info->time_gates.size(), info->gate_names.size());
    Network network(parse_config(R"({"layers":[{"cell":")" + std::string(info->name) + R"(","units":3}]})"), 4);
    std::fill_n(network.parameters(), network.table().size(), Real(0));
    const std::span<Real> bias = tensor(network, "layers.0.bias_ih");
    for (std::size_t i = 0; i < bias.size(); ++i) bias[i] = Real(40) * info->time_gates[i / 3] + Real(0.3);
    network.touch();
    Workspace w(network, 1, 1, false);
    State state = w.state();
    for (std::size_t i = 0; i < state.values.size(); ++i) state.values[i] = Real(0.1) + Real(i) / 20;
    w.set_state(state);
    *w.tokens(0) = 0;
    network.forward(w);
    const std::size_t layer = network.first_layer();
    const int last = int(network.plan().layers[layer].states.size()) - 1;
    for (Index k = 0; k < 3; ++k)
      EXPECT_NEAR(w.state(layer, last, 0)[k], w.state(layer, last, -1)[k], 1e-6) << info->name;
  }
  EXPECT_EQ(count, 9);
}

}  // namespace
}  // namespace unfold::test
