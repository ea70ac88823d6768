// The gradient of the whole loss under every regulariser (masks and noise fixed) against central differences, in
// double.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "gradient_problem.h"
#include "unfold/model/loss.h"
#include "unfold/train/regularizers.h"

namespace unfold {
namespace {

constexpr Index T = 5, N = 2, V = 4;
constexpr double tolerance = 1e-6;

/// A window of unequal lengths, and its loss as a function of the parameters before noise and masks.
struct Problem : test::SymbolProblem {
  explicit Problem(const Json& json) : SymbolProblem(json, T, N, V) {
    draw_symbols(V);
    for (Index t = 3; t < T; ++t) targets[std::size_t(t * N + 1)] = no_token;
    perturbed = Buffer(network.table().size());
    packed = Buffer(network.plan().packed);
  }

  void forward() {
    workspace.reset();
    const Index lengths[]{T, 3};
    workspace.set_lengths(0, lengths);
    std::copy(inputs.begin(), inputs.end(), workspace.tokens(0));
    perturb(config.regularization, network, workspace.dropping(), network.parameters(), perturbed.data());
    network.pack(perturbed.data(), packed.data());
    network.prepare(workspace, perturbed.data(), packed.data());
    run(false, nullptr);
  }

  void run(bool back, Real* gradient) {
    std::vector<Network::Slice> slices;
    network.slices(workspace, back, slices);
    for (const Network::Slice& slice : slices) network.run(slice, workspace, gradient);
  }

  /// Worked out from the equations: cross-entropy with smoothed targets, and both penalties.
  double loss() {
    forward();
    double sum = 0;
    const double smoothing = config.task.label_smoothing;
    for (Index k = 0; k < T * N; ++k) {
      if (targets[std::size_t(k)] == no_token) continue;
      const Real* x = workspace.logits() + k * V;
      double total = 0;
      for (Index v = 0; v < V; ++v) total += std::exp(x[v]);
      for (Index v = 0; v < V; ++v) {
        const double wanted = (v == targets[std::size_t(k)] ? 1 - smoothing : 0) + smoothing / double(V);
        sum -= wanted * (x[v] - std::log(total));
      }
    }
    return sum + penalties();
  }

  double penalties() {
    const std::size_t layer = network.first_layer() + config.layers.size() - 1;
    const Index H = config.layers.back().units;
    double squares = 0, changes = 0;
    for (Index n = 0; n < N; ++n)
      for (Index t = 0; t < (n == 0 ? T : 3); ++t)
        for (Index i = n * H; i < (n + 1) * H; ++i) {
          squares += std::pow(workspace.output(layer, t)[i], 2);
          if (t > 0) changes += std::pow(workspace.hidden(layer, t)[i] - workspace.hidden(layer, t - 1)[i], 2);
        }
    return config.regularization.activation * squares / double((T + 3) * H) +
           config.regularization.temporal_activation * changes / double((T - 1 + 2) * H);
  }

  std::vector<Real> gradient() {
    std::vector<Real> gradient(std::size_t(network.table().size()));
    forward();
    softmax_cross_entropy(workspace.logits(), V, T * N, targets.data(), 1, losses.data(), config.task.label_smoothing);
    workspace.clear_gradients();
    EXPECT_NEAR(penalize_activations(config, network, workspace), penalties(), 1e-12);
    run(true, gradient.data());
    mask_gradient(config.regularization, network, workspace.dropping(), gradient.data());
    return gradient;
  }

  double difference(Real& x) {
    return test::central_difference(x, [&] { return loss(); });
  }

  Buffer perturbed, packed;
};

void expect_gradient(const Json& json) {
  Problem p(json);
  const std::vector<Real> gradient = p.gradient();
  std::vector<Real> free(gradient.size(), Real(1));
  p.network.mask(free.data());
  double largest = 0;
  for (const Real g : gradient) largest = std::max(largest, std::fabs(g));
  for (const Parameter& t : p.network.table())
    for (Index i = t.offset; i < t.offset + t.size(); ++i) {
      if (free[std::size_t(i)] == 0) continue;
      EXPECT_NEAR(gradient[std::size_t(i)], p.difference(p.network.parameters()[i]), tolerance * largest)
          << json.dump() << " " << t.name << " " << i - t.offset;
    }
}

const std::vector<Json>& regularizers() {
  static const std::vector<Json> list{{{"task", {{"name", "next"}, {"labelSmoothing", 0.3}}}},
                                      {{"regularization", {{"weightDrop", 0.5}}}},
                                      {{"regularization", {{"weightNoise", 0.2}}}},
                                      {{"regularization", {{"activation", 2}, {"temporalActivation", 3}}}},
                                      {{"regularization", {{"inputDropout", 0.5}}}},
                                      {{"regularization", {{"inputDropout", 0.5}}}, {"variationalDropout", true}},
                                      {{"regularization",
                                        {{"weightDrop", 0.4},
                                         {"weightNoise", 0.1},
                                         {"activation", 2},
                                         {"temporalActivation", 3},
                                         {"inputDropout", 0.3}}},
                                       {"dropout", 0.3},
                                       {"task", {{"name", "next"}, {"labelSmoothing", 0.1}}}}};
  return list;
}

TEST(GradientOfRegularizers, IsThatOfTheWholeLoss) {
  const std::vector<Json> networks{
      {{"layers", {{{"cell", "lstm"}, {"units", 3}}}}},
      {{"layers", {{{"cell", "gru"}, {"units", 3}, {"reset", "before"}}, {{"cell", "rnn"}, {"units", 2}}}},
       {"embedding", 3}},
      {{"layers",
        {{{"cell", "peephole-lstm"}, {"units", 2}, {"recurrentDropout", 0.3}, {"layerNorm", true}},
         {{"cell", "gru"}, {"units", 2}, {"residual", true}, {"clock", {1, 2}}}}},
       {"embedding", 2},
       {"tieWeights", true}},
      Json::parse(R"({"layers":[{"cell":"rnn","units":3,"edges":[{"from":"input"},{"from":"input","delay":1},
                      {"from":"self","hidden":[2],"join":"all"},{"from":"self","delay":2}]}]})"),
  };
  for (const Json& network : networks)
    for (const Json& regularizer : regularizers()) {
      Json json = network;
      json.update(regularizer);
      expect_gradient(json);
    }
}

}  // namespace
}  // namespace unfold
