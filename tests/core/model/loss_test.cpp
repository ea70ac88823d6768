// The loss: its gradient, targets that do not count, and what it means for whole sequences.
#include "unfold/model/loss.h"

#include "networks.h"
#include "support.h"
#include "unfold/kernels/kernels.h"

namespace unfold::test {
namespace {

constexpr Index V = 7, K = 5;

double loss_of(std::vector<Real> logits, const std::vector<Token>& targets) {
  std::vector<double> losses(K);
  softmax_cross_entropy(logits.data(), V, K, targets.data(), 0, losses.data());
  double sum = 0;
  for (const double x : losses) sum += x;
  return sum;
}

TEST(CrossEntropy, GradientIsProbabilityMinusTarget) {
  std::vector<Real> logits(V * K), delta, probabilities;
  randomize(logits, 3);
  delta = probabilities = logits;
  const std::vector<Token> targets{3, 0, no_token, 6, 2};
  std::vector<double> losses(K);
  softmax_cross_entropy(delta.data(), V, K, targets.data(), Real(0.25), losses.data());
  softmax_cross_entropy(probabilities.data(), V, K, targets.data(), 0, losses.data());
  EXPECT_EQ(losses[2], 0);
  for (Index k = 0; k < K; ++k) {
    const Token target = targets[std::size_t(k)];
    if (target != no_token)
      EXPECT_NEAR(losses[std::size_t(k)], -std::log(double(probabilities[std::size_t(k * V + target)])), 1e-6);
    for (Index v = 0; v < V; ++v) {
      const auto i = std::size_t(k * V + v);
      const Real expected = target == no_token ? Real(0) : (probabilities[i] - Real(v == target)) * Real(0.25);
      EXPECT_EQ(delta[i], expected) << k << " " << v;
      const Real step = is_double ? Real(1e-6) : Real(1e-2);
      std::vector<Real> above = logits, below = logits;
      above[i] += step;
      below[i] -= step;
      const double difference = (loss_of(above, targets) - loss_of(below, targets)) / (2 * double(step));
      EXPECT_NEAR(4 * double(delta[i]), difference, is_double ? 1e-8 : 1e-4);
    }
  }
}

TEST(CrossEntropy, NoTargetsAtAll) {
  std::vector<Real> logits(V * K);
  randomize(logits, 3);
  std::vector<double> losses(K, 1);
  softmax_cross_entropy(logits.data(), V, K, nullptr, 1, losses.data());
  EXPECT_EQ(losses, std::vector<double>(K, 0));
  EXPECT_EQ(logits, std::vector<Real>(V * K, 0));
}

// A window whose last steps have no targets gives the gradients of the shorter one (unequal lengths).
class Padding : public testing::TestWithParam<NetworkCase> {};

TEST_P(Padding, DoesNotCount) {
  Json json = Json::parse(config_of(GetParam()));
  json["dropout"] = 0;
  for (Json& layer : json["layers"]) layer.erase("zoneout"), layer.erase("recurrentDropout");
  Network network(parse_config(json), V);
  const Index N = 3, length = 6, padded = 9;
  const std::vector<Token> tokens = random_tokens(padded * N, V), answers = random_tokens(padded * N, V, 2);
  const auto gradient = [&](Index T) {
    Workspace workspace(network, T, N, true);
    run(network, workspace, {tokens.begin(), tokens.begin() + T * N});
    std::vector<Token> targets(std::size_t(T * N), no_token);
    std::copy_n(answers.begin(), length * N, targets.begin());
    std::vector<double> losses(targets.size());
    softmax_cross_entropy(workspace.logits(), V, T * N, targets.data(), Real(0.1), losses.data());
    std::vector<Real> sum(std::size_t(network.table().size()));
    network.backward(workspace, sum.data());
    return sum;
  };
  const std::vector<Real> expected = gradient(length), got = gradient(padded);
  EXPECT_LE(relative_error(got, {expected.begin(), expected.end()}), is_double ? 1e-14 : 1e-6);
}

INSTANTIATE_TEST_SUITE_P(All, Padding, testing::ValuesIn(networks()), [](const auto& info) { return info.param.name; });

// P(y₁…y₄) = ∏ P(y_t | past): the 3⁴ sequences of 4 symbols exclude one another and exhaust all.
class SequenceProbabilities : public testing::TestWithParam<NetworkCase> {};

TEST_P(SequenceProbabilities, SumTo1) {
  constexpr Index symbols = 3, length = 4, sequences = 81;
  Network network(parse_config(config_of(GetParam())), symbols);
  randomize(all_parameters(network), 0.9);
  network.touch();
  Workspace workspace(network, length, sequences, false);
  std::vector<Token> inputs(std::size_t(length * sequences)), targets(inputs);
  for (Index s = 0; s < sequences; ++s) {
    Index rest = s;
    Token before = 1;  // the same first input for all
    for (Index t = 0; t < length; ++t, rest /= symbols) {
      inputs[std::size_t(t * sequences + s)] = before;
      targets[std::size_t(t * sequences + s)] = before = Token(rest % symbols);
    }
  }
  run(network, workspace, inputs);
  std::vector<double> losses(targets.size());
  softmax_cross_entropy(workspace.logits(), symbols, length * sequences, targets.data(), 0, losses.data());
  double mass = 0;
  for (Index s = 0; s < sequences; ++s) {
    double loss = 0;
    for (Index t = 0; t < length; ++t) loss += losses[std::size_t(t * sequences + s)];
    mass += std::exp(-loss);
  }
  EXPECT_NEAR(mass, 1, is_double ? 1e-13 : 1e-5);
}

INSTANTIATE_TEST_SUITE_P(All, SequenceProbabilities, testing::ValuesIn(networks()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace unfold::test
