// What a network does while it reads: against a run of one's own, against differences, against sums by hand.
#include "unfold/inspect/inspect.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "networks.h"
#include "support.h"
#include "unfold/model/operations/operations.h"

namespace unfold::test {
namespace {

constexpr Index V = 5;

class Inspecting : public testing::TestWithParam<NetworkCase> {};

INSTANTIATE_TEST_SUITE_P(Networks, Inspecting, testing::ValuesIn(networks()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_P(Inspecting, GivesStatesAndProbabilitiesOfARun) {
  const Config config = parse_config(config_of(GetParam()));
  Network network(config, V);
  const std::vector<Token> tokens = random_tokens(9, V);
  const Inspection seen = inspect(network, config, tokens);
  Workspace w(network, 9, 1, false);
  run(network, w, tokens);
  for (std::size_t l = 0; l < config.layers.size(); ++l) {
    const std::size_t at = network.first_layer() + l, size = std::size_t(config.layers[l].units) * 9;
    EXPECT_TRUE(same_bits({seen.of(int(l), "h"), size}, {w.hidden(at, 0), size}));
    if (w.cell_state(at, 0)) {
      const char* second = find_cell(config.layers[l].cell)->state_names[1];
      EXPECT_TRUE(same_bits({seen.of(int(l), second), size}, {w.cell_state(at, 0), size}));
    }
  }
  std::vector<double> losses(9);
  std::vector<Token> targets(tokens.begin() + 1, tokens.end());
  targets.push_back(no_token);
  softmax_cross_entropy(w.logits(), V, 9, targets.data(), 0, losses.data());
  for (std::size_t t = 0; t < 8; ++t)
    EXPECT_NEAR(-std::log(double(seen.of(-1, "p")[t * V + targets[t]])), losses[t], 1e-5);
}

TEST(Inspection, OfAnLstmHasGatesThatMakeItsStates) {
  const Config config = parse_config(R"({"layers":[{"cell":"gru","units":7},{"cell":"lstm","units":6}]})");
  Network network(config, V);
  const Inspection seen = inspect(network, config, random_tokens(12, V));
  const Real *c = seen.of(1, "c"), *h = seen.of(1, "h");
  for (Index k = 6; k < 6 * 12; ++k) {
    const double cell =
        double(seen.of(1, "f")[k]) * double(c[k - 6]) + double(seen.of(1, "i")[k]) * double(seen.of(1, "g")[k]);
    EXPECT_NEAR(cell, double(c[k]), 1e-6);
    EXPECT_NEAR(double(seen.of(1, "o")[k]) * std::tanh(cell), double(h[k]), 1e-6);
  }
  const Real* u = seen.of(0, "z");
  for (Index k = 7; k < 7 * 12; ++k)
    EXPECT_NEAR((1 - double(u[k])) * double(seen.of(0, "n")[k]) + double(u[k]) * double(seen.of(0, "h")[k - 7]),
                double(seen.of(0, "h")[k]), 1e-6);
}

/// The activation of a preactivation that the terms add up to must be the gate that was seen.
TEST(Terms, AddUpToThePreactivations) {
  for (
      const char* text :
      {R"({"layers":[{"cell":"lstm","units":6,"bias":"two"}]})", R"({"preset":"dt(s)-rnn","units":6})",
       R"({"preset":"narx","units":6})",
       R"({"layers":[{"cell":"rnn","units":6},{"cell":"lstm","units":6}],"skipInputs":true})",
       R"({"embedding":4,"layers":[{"cell":"lstm","units":6,"edges":[{"from":"input","hidden":[3]},{"from":"self","delay":2}]}]})"}) {
    const Config config = parse_config(text);
    Network network(config, V);
    randomize(all_parameters(network), 0.7);
    network.touch();
    const std::vector<Token> tokens = random_tokens(9, V);
    const Inspection seen = inspect(network, config, tokens);
    const int layer = int(config.layers.size()) - 1;
    for (const Index at : {0, 1, 8}) {
      std::vector<double> sum;
      for (const Term& term : preactivations(network, tokens, std::size_t(layer), at)) {
        sum.resize(term.values.size());
        for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += double(term.values[k]);
      }
      const bool lstm = config.layers.back().cell == "lstm";
      const Real* gate = seen.of(layer, lstm ? "i" : "h") + at * 6;
      for (std::size_t k = 0; k < 6; ++k)
        EXPECT_NEAR(double(gate[k]), lstm ? 1 / (1 + std::exp(-sum[k])) : std::tanh(sum[k]), 1e-5) << text;
    }
  }
}

TEST(Terms, OfAGruWithResetBeforeSumToTheCandidate) {
  const Config config = parse_config(R"({"layers":[{"cell":"gru","units":6,"reset":"before"}]})");
  Network network(config, V);
  const std::vector<Token> tokens = random_tokens(5, V);
  const Inspection seen = inspect(network, config, tokens);
  std::vector<double> sum(18);
  for (const Term& term : preactivations(network, tokens, 0, 4))
    for (std::size_t k = 0; k < 18; ++k) sum[k] += double(term.values[k]);
  for (std::size_t k = 0; k < 6; ++k) EXPECT_NEAR(double(seen.of(0, "n")[4 * 6 + k]), std::tanh(sum[12 + k]), 1e-5);
}

TEST(Terms, OfAGruWithResetAfterKeepTheRecurrentPartApart) {
  const Config config = parse_config(R"({"layers":[{"cell":"gru","units":6}]})");
  Network network(config, V);
  randomize(all_parameters(network), 0.7);
  network.touch();
  const std::vector<Token> tokens = random_tokens(5, V);
  const Inspection seen = inspect(network, config, tokens);
  std::vector<double> input(18), recurrent(18);
  for (const Term& term : preactivations(network, tokens, 0, 4))
    for (std::size_t k = 0; k < 18; ++k) (term.apart ? recurrent : input)[k] += double(term.values[k]);
  for (std::size_t k = 0; k < 6; ++k) {
    const double r = 1 / (1 + std::exp(-input[k] - recurrent[k]));
    EXPECT_NEAR(double(seen.of(0, "n")[4 * 6 + k]), std::tanh(input[12 + k] + r * recurrent[12 + k]), 1e-5);
  }
}

TEST(Spreads, CountEveryElement) {
  Network network(parse_config(R"({"layers":[{"cell":"lstm","units":6}]})"), V);
  const auto all = histograms(network, 7);
  ASSERT_EQ(int(all.size()), network.table().count());
  for (const TensorStats& s : all)
    EXPECT_EQ(std::accumulate(s.counts.begin(), s.counts.end(), Index(0)), s.rows * s.cols) << s.name;
  const auto bias =
      std::find_if(all.begin(), all.end(), [](const TensorStats& s) { return s.name == "layers.0.bias_ih"; });
  EXPECT_EQ(bias->low, 0);
  EXPECT_EQ(bias->high, 1);
  EXPECT_NEAR(bias->mean, 0.25, 1e-12) << "one gate of four starts at 1";
  EXPECT_NEAR(bias->deviation, std::sqrt(3.0) / 4, 1e-12);
  EXPECT_EQ(bias->counts, (std::vector<Index>{18, 0, 0, 0, 0, 0, 6}));
  for (const TensorStats& s : all)
    if (s.name == "layers.0.bias_hh") EXPECT_EQ(s.counts[0], 24) << "all alike";
}

TEST(Connectivity, SeesNothingBeyondTheLongestDelayWithoutRecurrence) {
  Network network(
      parse_config(R"({"layers":[{"cell":"rnn","units":6,"edges":[{"from":"input"},{"from":"input","delay":2}]}]})"),
      V);
  const auto norms = saliency(network, random_tokens(9, V), 8);  // guessed by step 7, which reads 7 and 5
  ASSERT_EQ(norms.size(), 8u);
  for (std::size_t s = 0; s < 8; ++s) EXPECT_EQ(norms[s] > 0, s == 7 || s == 5) << s;
}

TEST(SessionInspect, ReadsWhatItKnowsAndRefusesTheRest) {
  Session session(parse_config(R"({"layers":[{"cell":"gru","units":6}],"batchSize":2,"sequenceLength":8})"),
                  letters(100, 4));
  const auto reading = session.inspect("abxcxd");
  EXPECT_EQ(reading.unknown, std::vector<std::string>{"x"});
  EXPECT_EQ(reading.tokens.size(), 4u);
  EXPECT_EQ(session.saliency("abxcxd", 3).size(), 3u);
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [&] { session.inspect("xyz"); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [&] { session.inspect(""); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [&] { session.inspect(std::string(3'000'000, 'a')); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_argument, "at", [&] { session.saliency("abc", 0); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_argument, "at", [&] { session.saliency("abc", 3); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_argument, "at", [&] { session.preactivations("abc", 0, 3); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_argument, "layer", [&] { session.preactivations("abc", 1, 0); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_argument, "bins", [&] { (void)session.histograms(0); }));
}

#ifdef UNFOLD_DOUBLE
/// −ln p of the last token, with token s replaced.
double loss_with(Network& network, std::vector<Token> tokens, Index s, Token token) {
  const Index T = Index(tokens.size()) - 1;
  tokens[std::size_t(s)] = token;
  Workspace w(network, T, 1, false);
  run(network, w, {tokens.begin(), tokens.end() - 1});
  double loss = 0;
  softmax_cross_entropy(w.logits() + (T - 1) * network.symbols(), network.symbols(), 1, &tokens.back(), 0, &loss);
  return loss;
}

/// A symbol that no text has stands in for x_s + ε·e_v: in every table, its weights are those of x_s plus ε times v's.
TEST_P(Inspecting, ConnectivityAgreesWithDifferences) {
  const Json fields = Json::parse(config_of(GetParam()));
  if (fields.value("tieWeights", false)) GTEST_SKIP() << "the stand-in would change the readout too";
  constexpr Index spare = V, T = 5;
  constexpr Real epsilon = 1e-5;
  Network network(parse_config(fields), V + 1);
  randomize(all_parameters(network), 0.4);
  network.mask(network.parameters());
  network.touch();
  const std::vector<Token> tokens = random_tokens(T + 1, V, 4);
  const auto norms = saliency(network, tokens, T);
  const std::vector<Real> kept(network.parameters(), network.parameters() + network.table().size());
  for (Index s = 0; s < T; ++s) {
    double square = 0;
    for (Index v = 0; v <= V; ++v) {
      double slope = 0;
      for (const Real step : {epsilon, -epsilon}) {
        std::copy(kept.begin(), kept.end(), network.parameters());
        for (const auto& operation : network.plan().operations) {
          const LinearSpec* map = operation->map();
          if (!map || !map->matrix.lookup) continue;
          const Parameter& p = network.table()[map->matrix.weight];
          const auto at = [&](Index r, Index symbol) {
            return std::size_t(p.offset + (map->matrix.by_row ? symbol * p.cols + r : r * p.cols + symbol));
          };
          for (Index r = 0; r < p.size() / (V + 1); ++r)
            network.parameters()[at(r, spare)] = kept[at(r, tokens[std::size_t(s)])] + step * kept[at(r, v)];
        }
        network.touch();
        slope += loss_with(network, tokens, s, Token(spare)) / (2 * step);
      }
      square += slope * slope;
    }
    EXPECT_NEAR(norms[std::size_t(s)], std::sqrt(square), 1e-6 * std::max(1.0, norms[std::size_t(s)])) << "token " << s;
  }
}
#endif

}  // namespace
}  // namespace unfold::test
