// Masks: as often as asked, scaled, one for all steps if variational, none in evaluation.
#include <numeric>

#include "support.h"

namespace unfold::test {
namespace {

constexpr Index H = 64, T = 12, N = 6;

/// A network whose hidden units are all tanh(1) at every step and whose logits are what the readout sees of them.
struct Constant {
  explicit Constant(const std::string& layer_more = "")
      : network(parse_config(std::string(R"({"layers":[{"cell":"rnn","units":64)") + layer_more + "}]}"), H),
        workspace(network, T, N, true) {
    std::ranges::fill(all_parameters(network), Real(0));
    std::ranges::fill(tensor(network, "layers.0.bias_ih"), Real(1));
    for (Index k = 0; k < H; ++k) tensor(network, "readout.weight")[std::size_t(k * H + k)] = 1;
    network.touch();
  }
  /// What is left of each unit, as a multiple of tanh(1).
  std::vector<double> seen(double rate, std::uint64_t pass, bool variational = false, std::uint64_t seed = 1) {
    workspace.set_dropout(rate);
    workspace.dropping().on = true;
    workspace.dropping().variational = variational;
    workspace.dropping().seed = seed;
    workspace.dropping().pass = pass;
    run(network, workspace, std::vector<Token>(std::size_t(T * N), 0));
    std::vector<double> x;
    for (const Real logit : logits_of(network, workspace)) x.push_back(double(logit) / std::tanh(1.0));
    return x;
  }
  Network network;
  Workspace workspace;
};

TEST(Dropout, DropsTheShareAskedForAndScalesTheRest) {
  Constant c;
  for (const double rate : {0.1, 0.5, 0.9}) {
    const std::vector<double> x = c.seen(rate, 3);
    const auto dropped = double(std::ranges::count(x, 0.0)), count = double(x.size());
    EXPECT_NEAR(dropped / count, rate, 4 * std::sqrt(rate * (1 - rate) / count));
    for (const double v : x)
      if (v != 0) ASSERT_NEAR(v, 1 / (1 - rate), 1e-5);
  }
  for (const double v : c.seen(0, 3)) ASSERT_NEAR(v, 1, 1e-6);
}

TEST(Dropout, MasksAreAFunctionOfSeedAndStep) {
  Constant c, other;
  const std::vector<double> x = c.seen(0.5, 3);
  EXPECT_EQ(other.seen(0.5, 3), x);
  EXPECT_NE(other.seen(0.5, 4), x);
  EXPECT_NE(other.seen(0.5, 3, false, 2), x);
  EXPECT_EQ(other.seen(0.5, 3), x);
}

TEST(Dropout, VariationalMasksAreTheSameAtEveryStep) {
  Constant c;
  const auto steps_equal_to_first = [](const std::vector<double>& x) {
    int equal = 0;
    for (Index t = 1; t < T; ++t) equal += std::equal(x.begin(), x.begin() + N * H, x.begin() + t * N * H);
    return equal;
  };
  const std::vector<double> variational = c.seen(0.5, 3, true), plain = c.seen(0.5, 3);
  EXPECT_EQ(steps_equal_to_first(variational), T - 1);
  EXPECT_EQ(steps_equal_to_first(plain), 0);
  EXPECT_FALSE(std::equal(variational.begin(), variational.begin() + H, variational.begin() + H)) << "columns differ";
}

TEST(Dropout, IsOffInEvaluation) {
  Constant c;
  c.seen(0.5, 3);
  c.workspace.dropping().on = false;
  run(c.network, c.workspace, std::vector<Token>(std::size_t(T * N), 0));
  for (const Real logit : logits_of(c.network, c.workspace)) ASSERT_NEAR(logit, std::tanh(1.0), 1e-6);
}

// h(t) = 1 + m₁∘h(t−1) + m₂∘h(t−2): the two masks of a layer are drawn apart.
TEST(Dropout, EveryRecurrentEdgeHasAMaskOfItsOwn) {
  Constant c(R"(,"activation":"identity","recurrentDropout":0.5,
              "edges":[{"from":"input"},{"from":"self"},{"from":"self","delay":2}])");
  for (const char* name : {"layers.0.weight_hh", "layers.0.weight_hh_2"})
    for (Index k = 0; k < H; ++k) tensor(c.network, name)[std::size_t(k * H + k)] = 1;
  c.network.touch();
  c.seen(0, 3);
  int differ = 0;
  for (Index i = 0; i < N * H; ++i) {
    const double h[]{c.workspace.hidden(0, 0)[i], c.workspace.hidden(0, 1)[i], c.workspace.hidden(0, 2)[i]};
    const double first = (h[1] - 1) / h[0], second = (h[2] - 1 - first * h[1]) / h[0];
    for (const double kept : {first, second}) EXPECT_TRUE(kept == 0 || kept == 2) << kept;
    differ += first != second;
  }
  EXPECT_NEAR(differ / double(N * H), 0.5, 0.1);
}

// With zoneout ζ a unit keeps its previous state with that probability; h of the first step is tanh(1) or still 0.
TEST(Zoneout, KeepsTheShareAskedFor) {
  Constant c(R"(,"zoneout":0.3)");
  const std::vector<double> x = c.seen(0, 5);
  const double first = double(std::count(x.begin(), x.begin() + N * H, 0.0)) / double(N * H);
  EXPECT_NEAR(first, 0.3, 0.1);
  for (Index t = 1; t < T; ++t)
    for (Index i = 0; i < N * H; ++i) {
      const double before = x[std::size_t((t - 1) * N * H + i)], now = x[std::size_t(t * N * H + i)];
      EXPECT_TRUE(now == before || std::fabs(now - 1) < 1e-6);
    }
  // In evaluation it is its expectation: after t steps, 1 − ζᵗ of the way.
  c.workspace.dropping().on = false;
  c.workspace.reset();
  run(c.network, c.workspace, std::vector<Token>(std::size_t(T * N), 0));
  for (Index t = 0; t < T; ++t)
    EXPECT_NEAR(c.workspace.hidden(0, t)[7], std::tanh(1.0) * (1 - std::pow(0.3, double(t + 1))), 1e-6);
}

}  // namespace
}  // namespace unfold::test
