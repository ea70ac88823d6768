// Sampling: the right symbols as often as they should be, the same ones for the same seed.
#include "unfold/generate/sampler.h"

#include <set>

#include "networks.h"
#include "support.h"
#include "unfold/base/drawing.h"

namespace unfold::test {
namespace {

constexpr int V = 6;

/// A network whose next symbol has always the same probabilities, ∝ e^bias.
struct FixedProbabilities : Network {
  explicit FixedProbabilities(const std::vector<double>& logits)
      : Network(parse_config(R"({"layers":[{"cell":"rnn","units":1}]})"), Index(logits.size())) {
    std::ranges::fill(all_parameters(*this), Real(0));
    std::ranges::copy(logits, tensor(*this, "readout.bias").begin());
    touch();
  }
};

const std::vector<double> logits{1.2, -0.5, 0.3, 0.9, -1.5, 0.0};

std::vector<int> counts(const SampleOptions& options, int draws) {
  FixedProbabilities network(logits);
  Sampler sampler(network, options);
  sampler.prompt({0});
  std::vector<int> result(V, 0);
  for (int i = 0; i < draws; ++i) ++result[sampler.next()];
  return result;
}

/// What temperature and cuts should leave, by their definitions.
std::vector<double> expected_probabilities(const SampleOptions& o) {
  std::vector<double> p;
  double sum = 0;
  for (const double x : logits) sum += p.emplace_back(std::exp(x / o.temperature));
  std::vector<int> order{0, 1, 2, 3, 4, 5};
  std::ranges::sort(order, [&](int a, int b) { return p[std::size_t(a)] > p[std::size_t(b)]; });
  double kept = 0;
  for (int rank = 0; rank < V; ++rank) {
    double& x = p[std::size_t(order[std::size_t(rank)])];
    const bool cut = (o.top_k > 0 && rank >= o.top_k) || kept >= o.top_p * sum;
    x = cut ? 0 : x;
    kept += x;
  }
  for (double& x : p) x /= kept;
  return p;
}

TEST(SamplerFrequencies, MatchTheProbabilities) {
  constexpr int draws = 20000;
  const double quantile[]{0, 10.83, 13.82, 16.27, 18.47, 20.52};  // of chi-square, 99.9 %
  for (const SampleOptions& o :
       {SampleOptions{}, SampleOptions{.temperature = 0.5, .seed = 2}, SampleOptions{.temperature = 3, .seed = 3},
        SampleOptions{.top_k = 3, .seed = 4}, SampleOptions{.top_p = 0.7, .seed = 5},
        SampleOptions{.temperature = 1.5, .top_k = 5, .top_p = 0.8, .seed = 6},
        SampleOptions{.top_k = 100, .seed = 7}}) {
    const std::vector<int> drawn = counts(o, draws);
    const std::vector<double> p = expected_probabilities(o);
    double chi_square = 0;
    int possible = 0;
    for (std::size_t v = 0; v < V; ++v) {
      const double expected = p[v] * draws;
      if (expected == 0) {
        EXPECT_EQ(drawn[v], 0) << "a symbol that was cut";
        continue;
      }
      ++possible;
      chi_square += (drawn[v] - expected) * (drawn[v] - expected) / expected;
    }
    EXPECT_LT(chi_square, quantile[possible - 1]) << o.temperature << " " << o.top_k << " " << o.top_p;
  }
}

TEST(SamplerFrequencies, ReportsProbabilitiesBeforeCuts) {
  FixedProbabilities network(logits);
  Sampler sampler(network, {.temperature = 0.3, .top_k = 2});
  sampler.prompt({1});
  const std::vector<double> expected = expected_probabilities({});
  for (std::size_t v = 0; v < V; ++v) EXPECT_NEAR(sampler.probabilities()[v], expected[v], 1e-7);
}

// Choices that must agree -------------------------------------------------------------------------------------------

class SamplerNetwork : public testing::TestWithParam<NetworkCase> {
 protected:
  SamplerNetwork() : network_(parse_config(config_of(GetParam())), 15) {
    randomize(all_parameters(network_), 0.9);
    network_.mask(network_.parameters());
  }
  std::vector<Token> sample(const SampleOptions& options, int length = 60) {
    Sampler sampler(network_, options);
    sampler.prompt({3, 1, 4});
    std::vector<Token> tokens;
    while (int(tokens.size()) < length) tokens.push_back(sampler.next());
    return tokens;
  }
  Network network_;
};

TEST_P(SamplerNetwork, Temperature0IsGreedyIsTop1) {
  const std::vector<Token> greedy = sample({.greedy = true});
  EXPECT_EQ(sample({.temperature = 0}), greedy);
  EXPECT_EQ(sample({.temperature = 1e-30}), greedy);
  EXPECT_EQ(sample({.top_k = 1}), greedy);
  EXPECT_EQ(sample({.top_p = 1e-9}), greedy);
  EXPECT_EQ(sample({.greedy = true, .seed = 77}), greedy);
}

TEST_P(SamplerNetwork, GreedyIsTheArgmaxOfForward) {
  const std::vector<Token> greedy = sample({.greedy = true}, 10);
  std::vector<Token> read{3, 1, 4};
  read.insert(read.end(), greedy.begin(), greedy.end());
  Workspace workspace(network_, Index(read.size()), 1, false);
  run(network_, workspace, read);
  for (std::size_t i = 0; i < greedy.size(); ++i) {
    const Real* at = workspace.logits() + Index(i + 2) * 15;
    EXPECT_EQ(greedy[i], std::max_element(at, at + 15) - at) << i;
  }
}

TEST_P(SamplerNetwork, SeedsDecide) {
  const std::vector<Token> first = sample({.seed = 5});
  EXPECT_EQ(sample({.seed = 5}), first);
  EXPECT_NE(sample({.seed = 6}), first);
  for (const Token t : first) EXPECT_LT(t, 15);
}

INSTANTIATE_TEST_SUITE_P(All, SamplerNetwork, testing::ValuesIn(networks()),
                         [](const auto& info) { return info.param.name; });

// Limits ------------------------------------------------------------------------------------------------------------

TEST(Sampler, RefusesNonsense) {
  FixedProbabilities network(logits);
  const double nan = std::nan(""), infinity = INFINITY;
  const auto start = [&](const SampleOptions& o) { return [&network, o] { Sampler(network, o); }; };
  for (const double t : {-1.0, nan, infinity, 1e7})
    EXPECT_TRUE(refuses(ErrorCode::invalid_argument, "temperature", start({.temperature = t}))) << t;
  for (const double p : {0.0, -0.5, 1.01, nan})
    EXPECT_TRUE(refuses(ErrorCode::invalid_argument, "topP", start({.top_p = p}))) << p;
  EXPECT_TRUE(refuses(ErrorCode::invalid_argument, "topK", start({.top_k = -1})));
}

TEST(Sampler, ExtremeTemperaturesAreDefined) {
  const std::vector<int> cold = counts({.temperature = 1e-5}, 200), hot = counts({.temperature = 1e6}, 6000);
  EXPECT_EQ(cold[0], 200);
  for (const int count : hot) EXPECT_NEAR(count, 1000, 130);
}

TEST(Sampler, NonFiniteLogitsStillGiveSymbols) {
  for (const Real bad : {std::numeric_limits<Real>::quiet_NaN(), std::numeric_limits<Real>::infinity(),
                         -std::numeric_limits<Real>::infinity()})
    for (const std::size_t howmany : {1u, 6u}) {
      FixedProbabilities network(logits);
      std::ranges::fill(tensor(network, "readout.bias").first(howmany), bad);
      network.touch();
      for (const SampleOptions& o :
           {SampleOptions{}, SampleOptions{.top_k = 2}, SampleOptions{.top_p = 0.5}, SampleOptions{.greedy = true}}) {
        Sampler sampler(network, o);
        sampler.prompt({0});
        for (int i = 0; i < 50; ++i) EXPECT_LT(sampler.next(), V);
      }
    }
}

// An infinite logit leaves no probability to anything else.
TEST(Sampler, ChoosesTheInfiniteLogit) {
  for (const std::size_t sure : {0u, 2u, 5u}) {
    FixedProbabilities network(logits);
    tensor(network, "readout.bias")[sure] = std::numeric_limits<Real>::infinity();
    network.touch();
    for (const SampleOptions& o : {SampleOptions{}, SampleOptions{.top_k = 2}, SampleOptions{.top_p = 0.5}}) {
      Sampler sampler(network, o);
      sampler.prompt({0});
      for (int i = 0; i < 5; ++i) EXPECT_EQ(sampler.next(), sure);
    }
  }
}

TEST(DrawIndex, GivesEachItsShare) {
  const double weights[]{0, 1, 2, 0, 1, 0};
  const auto at = [&](double uniform) { return draw_index(6, 4, uniform, [&](Index i) { return weights[i]; }); };
  EXPECT_EQ(at(0), 1);
  EXPECT_EQ(at(0.2499), 1);
  EXPECT_EQ(at(0.25), 2);
  EXPECT_EQ(at(0.7499), 2);
  EXPECT_EQ(at(0.75), 4);
  EXPECT_EQ(at(0.9999), 4);
  // A sum that rounding made too large: the last that has a weight, and never one without.
  EXPECT_EQ(draw_index(6, 4.5, 0.9999, [&](Index i) { return weights[i]; }), 4);
  EXPECT_EQ(draw_index(3, 0, 0.5, [](Index) { return 0.0; }), 0);
}

TEST(DrawBit, HasTheProbabilityOfTheSigmoid) {
  for (const double logit : {-3.0, 0.0, 0.5, 4.0}) {
    const double p = 1 / (1 + std::exp(-logit));
    EXPECT_TRUE(draw_bit(logit, p - 1e-9));
    EXPECT_FALSE(draw_bit(logit, p + 1e-9));
  }
  EXPECT_TRUE(draw_bit(-600, 0));  // 1e-300 stands for 0
}

TEST(Sampler, TiesGoToTheFirst) {
  FixedProbabilities network({1, 2, 2, 2, 0});
  Sampler sampler(network, {.greedy = true});
  sampler.prompt({0});
  EXPECT_EQ(sampler.next(), 1);
}

TEST(Sampler, SeesNewWeightsAtOnce) {
  FixedProbabilities network({5, 0, 0});
  Sampler sampler(network, {.greedy = true});
  sampler.prompt({0});
  EXPECT_EQ(sampler.next(), 0);
  tensor(network, "readout.bias")[2] = 9;
  network.touch();
  sampler.next();  // chosen from the previous step's logits
  EXPECT_EQ(sampler.next(), 2);
}

}  // namespace
}  // namespace unfold::test
