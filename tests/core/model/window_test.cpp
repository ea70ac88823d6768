// Windows, steps and columns: cutting the same computation differently gives the same bits.
#include "networks.h"
#include "support.h"
#include "unfold/generate/sampler.h"
#include "unfold/kernels/kernels.h"

namespace unfold::test {
namespace {

constexpr Index V = 11, T = 12, N = 5;

class Windows : public testing::TestWithParam<NetworkCase> {
 protected:
  Windows() : config_(parse_config(config_of(GetParam()))), network_(config_, V) {
    randomize(all_parameters(network_), 0.6);
    network_.mask(network_.parameters());
  }

  /// The logits of all tokens, run in windows of `steps`, the state carried.
  std::vector<Real> run_in_windows(Index steps, const std::vector<Token>& tokens, Index columns,
                                   State* last = nullptr) {
    Workspace workspace(network_, steps, columns, false);
    std::vector<Real> logits;
    for (std::size_t at = 0; at < tokens.size(); at += std::size_t(steps * columns)) {
      run(network_, workspace, {tokens.begin() + Index(at), tokens.begin() + Index(at) + steps * columns});
      const std::vector<Real> part = logits_of(network_, workspace);
      logits.insert(logits.end(), part.begin(), part.end());
      workspace.carry();
    }
    if (last) *last = workspace.state();
    return logits;
  }

  Config config_;
  Network network_;
  std::vector<Token> tokens_ = random_tokens(T * N, V);
};

TEST_P(Windows, WholeIsStepByStep) {
  State whole, steps;
  const std::vector<Real> expected = run_in_windows(T, tokens_, N, &whole);
  EXPECT_TRUE(same_bits(run_in_windows(1, tokens_, N, &steps), expected));
  EXPECT_TRUE(same_bits(steps.values, whole.values));
  EXPECT_EQ(steps.clock, whole.clock);
  EXPECT_EQ(steps.tokens, whole.tokens);
}

TEST_P(Windows, WholeIsTwoHalves) {
  const std::vector<Real> expected = run_in_windows(T, tokens_, N);
  for (const Index steps : {T / 2, T / 3, T / 4}) EXPECT_TRUE(same_bits(run_in_windows(steps, tokens_, N), expected));
}

TEST_P(Windows, ForInferenceAsForTraining) {
  Workspace training(network_, T, N, true);
  run(network_, training, tokens_);
  EXPECT_TRUE(same_bits(logits_of(network_, training), run_in_windows(T, tokens_, N)));
}

TEST_P(Windows, StateIsAValue) {
  Workspace workspace(network_, T, N, false), other(network_, T, N, false);
  run(network_, workspace, tokens_);
  workspace.carry();
  const State state = workspace.state();
  run(network_, workspace, tokens_);
  other.set_state(state);
  run(network_, other, tokens_);
  EXPECT_TRUE(same_bits(logits_of(network_, other), logits_of(network_, workspace)));
  other.reset();
  run(network_, other, tokens_);
  EXPECT_TRUE(same_bits(logits_of(network_, other), run_in_windows(T, tokens_, N)));
}

/// One column's part of V×(T·N) numbers.
std::vector<Real> column_of(const std::vector<Real>& x, Index column, Index columns) {
  std::vector<Real> part;
  for (Index k = column; k * V < Index(x.size()); k += columns)
    part.insert(part.end(), x.begin() + k * V, x.begin() + (k + 1) * V);
  return part;
}

TEST_P(Windows, AColumnDoesNotSeeTheOthers) {
  const std::vector<Real> expected = run_in_windows(T, tokens_, N);
  for (Index column = 0; column < N; ++column) {
    std::vector<Token> others = random_tokens(T * N, V, 2), alone;
    for (Index t = 0; t < T; ++t) {
      others[std::size_t(t * N + column)] = tokens_[std::size_t(t * N + column)];
      alone.push_back(tokens_[std::size_t(t * N + column)]);
    }
    const std::vector<Real> own = column_of(expected, column, N);
    EXPECT_TRUE(same_bits(column_of(run_in_windows(T, others, N), column, N), own)) << column;
    EXPECT_TRUE(same_bits(run_in_windows(T, alone, 1), own)) << column << " alone";
  }
}

TEST_P(Windows, SamplerSeesWhatForwardSees) {
  const std::vector<Token> tokens = random_tokens(T, V, 3);
  const std::vector<Real> logits = run_in_windows(T, tokens, 1);
  Sampler sampler(network_, {});
  for (Index t = 0; t < T; ++t) {
    sampler.prompt({tokens[std::size_t(t)]});
    std::vector<Real> softmax(logits.begin() + t * V, logits.begin() + (t + 1) * V);
    // The sampler's probabilities are computed in double from the logits: the same logits give the same bits.
    const double highest = *std::ranges::max_element(softmax);
    std::vector<double> expected;
    double sum = 0;
    for (const Real x : softmax) sum += expected.emplace_back(numeric::exp(double(x) - highest));
    for (double& p : expected) p /= sum;
    EXPECT_EQ(sampler.probabilities(), expected) << t;
    kernels::softmax(softmax.data(), V, -1);
    EXPECT_LE(relative_error(softmax, expected), 1e-6) << t;
  }
}

// Backward: the same for gradients that reach the initial state.
TEST_P(Windows, GradientOfAColumnDoesNotSeeTheOthers) {
  const auto initial_gradient = [&](const std::vector<Token>& tokens) {
    Workspace workspace(network_, T, N, true);
    run(network_, workspace, tokens);
    std::vector<Token> targets(tokens.rbegin(), tokens.rend());
    for (Index t = 0; t < T; ++t) targets[std::size_t(t * N + 2)] = Token(t % V);
    std::vector<double> losses(targets.size());
    softmax_cross_entropy(workspace.logits(), V, T * N, targets.data(), Real(1), losses.data());
    std::vector<Real> gradient(std::size_t(network_.table().size()));
    network_.backward(workspace, gradient.data());
    const Index H = config_.layers[0].units;
    const Real* at = workspace.hidden_gradient(network_.first_layer(), -1) + 2 * H;
    return std::vector<Real>(at, at + H);
  };
  std::vector<Token> others = random_tokens(T * N, V, 2);
  for (Index t = 0; t < T; ++t) others[std::size_t(t * N + 2)] = tokens_[std::size_t(t * N + 2)];
  EXPECT_TRUE(same_bits(initial_gradient(tokens_), initial_gradient(others)));
}

TEST(WindowsOfNumbers, CarryTheRowsThatDelayedEdgesRead) {
  const Network network(parse_config(R"({"task":{"name":"tensor","inputs":2,"outputs":2},"layers":[{"units":3,
      "edges":[{"from":"input"},{"from":"input","delay":1},{"from":"self"}]}]})"),
                        {.numbers = 2, .outputs = 2});
  constexpr Real x[2][2]{{1, -2}, {3, 4}};
  Workspace whole(network, 2, 1, false), step(network, 1, 1, false);
  for (Workspace* w : {&whole, &step}) {
    w->reset();
    std::fill_n(w->numbers(-1), 2, Real(0));
  }
  for (Index t = 0; t < 2; ++t) std::copy_n(x[t], 2, whole.numbers(t));
  network.forward(whole);
  for (Index t = 0; t < 2; ++t) {
    std::copy_n(x[t], 2, step.numbers(0));
    network.forward(step);
    for (Index k = 0; k < 2; ++k) EXPECT_EQ(step.logits()[k], whole.logits()[t * 2 + k]) << t << " " << k;
    step.carry();
  }
}

INSTANTIATE_TEST_SUITE_P(All, Windows, testing::ValuesIn(networks()), [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace unfold::test
