// How far errors reach back: the analytic cases of a linear network, and any network against differences.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "unfold/base/rng.h"
#include "unfold/inspect/gradient_flow.h"

namespace unfold {
namespace {

constexpr Index V = 5;

std::vector<Token> some_tokens(std::size_t count) {
  Rng rng(3, Stream::test);
  std::vector<Token> tokens(count);
  for (Token& t : tokens) t = Token(rng.word() % V);
  return tokens;
}

/// A linear network whose recurrent matrix is ρ times an orthogonal one, so every singular value is ρ.
std::unique_ptr<Network> linear(double rho, int delay) {
  const Json layer{{"cell", "rnn"},
                   {"units", 6},
                   {"activation", "identity"},
                   {"edges", {{{"from", "input"}}, {{"from", "self"}, {"delay", delay}}}}};
  auto network = std::make_unique<Network>(parse_config(Json{{"layers", {layer}}}), V);
  for (const Parameter& p : network->table())
    if (p.name.starts_with("layers.0.weight_hh"))
      for (Index i = 0; i < p.size(); ++i) network->parameters()[p.offset + i] *= Real(rho);
  network->touch();
  return network;
}

TEST(GradientFlow, FallsByTheSpectralRadiusEachStep) {
  const auto tokens = some_tokens(60);
  for (const double rho : {0.7, 1.0, 1.3}) {
    const auto norms = gradient_flow(*linear(rho, 1), tokens.data(), 40)[0];
    for (std::size_t k = 1; k < norms.size(); ++k)
      EXPECT_NEAR(std::log(norms[k] / norms[k - 1]), std::log(rho), 1e-4) << "rho " << rho << " lag " << k;
  }
}

TEST(GradientFlow, FallsOnlyEveryDStepsWithDelayD) {
  const auto tokens = some_tokens(60);
  constexpr int delay = 4;
  const auto norms = gradient_flow(*linear(0.7, delay), tokens.data(), 40)[0];
  for (std::size_t k = 1; k < norms.size(); ++k)
    if (k % delay == 0)
      EXPECT_NEAR(std::log(norms[k] / norms[k - delay]), std::log(0.7), 1e-4);
    else
      EXPECT_EQ(norms[k], 0);
}

#ifdef UNFOLD_DOUBLE
/// The loss of the last prediction as a function of the newest h of the top layer, `lag` steps before it.
double loss_from(Network& network, const State& state, const std::vector<Token>& tokens, Index at, Index lags) {
  const Index rest = lags - at;
  Workspace w(network, rest, 1, false);
  w.set_state(state);
  std::copy_n(tokens.data() + at + 1, rest, w.tokens(0));
  network.forward(w);
  std::vector<Real> logits(w.logits() + (rest - 1) * V, w.logits() + rest * V);
  double loss = 0;
  softmax_cross_entropy(logits.data(), V, 1, &tokens[std::size_t(lags + 1)], 0, &loss);
  return loss;
}

TEST(GradientFlow, AgreesWithDifferences) {
  constexpr Index lags = 6;
  const auto tokens = some_tokens(std::size_t(lags + 2));
  for (const Json& config :
       {Json{{"preset", "lstm"}, {"units", 4}}, Json{{"preset", "gru"}, {"units", 4}},
        Json{{"preset", "dt(s)-rnn"}, {"units", 4}}, Json{{"preset", "clockwork-rnn"}, {"units", 4}},
        Json{{"layers", {{{"cell", "lstm"}, {"units", 3}}, {{"cell", "gru"}, {"units", 4}}}}}}) {
    Network network(parse_config(config), V);
    const auto norms = gradient_flow(network, tokens.data(), lags);
    const Index H = 4;
    for (Index at = 0; at < lags; ++at) {  // h after input `at`, so the lag to the last prediction is lags − at
      Workspace w(network, at + 1, 1, false);
      std::copy_n(tokens.data(), at + 1, w.tokens(0));
      network.forward(w);
      w.carry();
      const State state = w.state();
      const bool lstm_on_top = network.plan().layers[network.plan().layers.size() - 2].states.size() > 1;
      const std::size_t first = state.values.size() - std::size_t(H * (lstm_on_top ? 2 : 1));
      double square = 0;
      for (std::size_t i = first; i < first + std::size_t(H); ++i) {
        State moved = state;
        moved.values[i] += Real(1e-5);
        const double above = loss_from(network, moved, tokens, at, lags);
        moved.values[i] -= Real(2e-5);
        const double slope = (above - loss_from(network, moved, tokens, at, lags)) / 2e-5;
        square += slope * slope;
      }
      EXPECT_NEAR(norms.back()[std::size_t(lags - at)], std::sqrt(square), 1e-7)
          << config.dump() << " lag " << lags - at;
    }
  }
}
#endif

}  // namespace
}  // namespace unfold
