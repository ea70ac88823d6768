// Against PyTorch: outputs, loss, every gradient, states, optimiser steps, schedules (tests/golden/README.md).
#include "support.h"
#include "unfold/train/optim.h"

namespace unfold::test {
namespace {

// The goldens' spelling of a configuration and of names, in ours -------------------------------------------------

Json our_layer(const Json& theirs, int number, bool skip_inputs) {
  Json layer = theirs;
  if (!theirs.contains("edges")) return layer;
  layer["edges"] = Json::array({{{"from", number == 0 ? Json("input") : Json(number - 1)}}});
  if (skip_inputs && number > 0) layer["edges"].push_back({{"from", "input"}});
  for (const Json& edge : theirs["edges"]) {
    Json own{{"from", edge["source"]}, {"delay", edge["delay"]}};
    if (edge.contains("block")) {
      own.update(edge["block"]);
      own["hidden"] = own["sizes"];
      own.erase("sizes");
    }
    layer["edges"].push_back(own);
  }
  return layer;
}

Config our_config(const Json& theirs) {
  Json config = theirs;
  if (theirs.contains("preset")) return parse_config(config);
  for (std::size_t l = 0; l < theirs["layers"].size(); ++l)
    config["layers"][l] = our_layer(theirs["layers"][l], int(l), theirs.value("skipInputs", false));
  return parse_config(config);
}

std::string our_name(std::string name, const Json& config) {
  const auto replace = [&](const std::string& from, const std::string& to) {
    if (const auto at = name.find(from); at != std::string::npos) name.replace(at, from.size(), to);
  };
  if (name.starts_with("readout") || config.contains("preset")) return name;
  const std::size_t layer = std::stoul(name.substr(7));
  replace("@", "_");
  replace("transition.weight_hh", "hh.0.weight");
  replace("transition.", "hh.0.");
  replace("shortcut", "shortcut_hh");
  if (config["layers"][layer]["bias"] == "one") replace("bias_ih", "bias");
  return name;
}

/// "layer0.h", "layer1.h@3", "layer0.c": layer, number of the state, and the steps back that it names.
struct StateName {
  std::size_t layer;
  int number;
  Index back;
};

StateName parse_state(const std::string& name) {
  const auto at = name.find('@');
  const char letter = name[name.find('.') + 1];
  const auto number = std::string(letter == 'a' || letter == 'b' ? "hab" : "hcnm").find(letter);
  return {std::stoul(name.substr(5)), int(number), at == std::string::npos ? 1 : std::stol(name.substr(at + 1))};
}

// ---------------------------------------------------------------------------------------------------------------

class GoldenNetwork : public testing::TestWithParam<std::string> {
 protected:
  GoldenNetwork()
      : g_(golden(GetParam())),
        config_(our_config(g_["config"])),
        network_(config_, g_["vocabulary"].get<Index>()),
        workspace_(network_, config_.sequence_length, config_.batch_size, true) {}

  std::span<Real> state(const std::string& name, Index end) {
    const StateName s = parse_state(name);
    Real* at = workspace_.state(s.layer, s.number, end - s.back);
    return {at, std::size_t(config_.batch_size * config_.layers[s.layer].units)};
  }

  std::span<const Real> state_gradient(const std::string& name) {
    const StateName s = parse_state(name);
    const Real* at =
        s.number > 0 ? workspace_.state_gradient(s.layer, s.number) : workspace_.hidden_gradient(s.layer, -s.back);
    return {at, std::size_t(config_.batch_size * config_.layers[s.layer].units)};
  }

  void prepare() {
    Index covered = 0;
    for (const auto& [name, value] : g_["parameters"].items()) {
      const auto data = value["data"].get<std::vector<double>>();
      const std::span<Real> to = tensor(network_, our_name(name, g_["config"]));
      ASSERT_EQ(to.size(), data.size()) << name;
      std::ranges::copy(data, to.begin());
      covered += Index(data.size());
    }
    ASSERT_EQ(covered, network_.table().size()) << "the golden has fewer parameters";
    for (const auto& [name, value] : g_["state"].items()) {
      const auto data = value.get<std::vector<double>>();
      ASSERT_EQ(state(name, 0).size(), data.size()) << name;
      std::ranges::copy(data, state(name, 0).begin());
    }
    network_.touch();
  }

  /// Forward of the window; targets in targets_.
  void forward() {
    std::vector<Token> inputs;
    for (Index t = 0; t < config_.sequence_length; ++t)
      for (Index n = 0; n < config_.batch_size; ++n) {
        inputs.push_back(g_["tokens"][std::size_t(t)][std::size_t(n)].get<Token>());
        targets_.push_back(g_["tokens"][std::size_t(t + 1)][std::size_t(n)].get<Token>());
      }
    run(network_, workspace_, inputs);
  }

  double loss_and_delta() {
    std::vector<double> losses(targets_.size());
    const auto K = Index(targets_.size());
    softmax_cross_entropy(workspace_.logits(), network_.symbols(), K, targets_.data(), Real(1.0 / double(K)),
                          losses.data());
    double sum = 0;
    for (const double x : losses) sum += x;
    return sum / double(K);
  }

  static constexpr double tolerance_ = is_double ? 1e-10 : 1e-5;
  Json g_;
  Config config_;
  Network network_;
  Workspace workspace_;
  std::vector<Token> targets_;
};

TEST_P(GoldenNetwork, ForwardAndBackward) {
  ASSERT_NO_FATAL_FAILURE(prepare());
  forward();
  EXPECT_LE(relative_error(logits_of(network_, workspace_), g_["logits"]), tolerance_);
  for (const auto& [name, value] : g_["final_state"].items())
    EXPECT_LE(relative_error(state(name, config_.sequence_length), value), tolerance_) << name;
  EXPECT_NEAR(loss_and_delta(), g_["loss"].get<double>(), tolerance_);

  // Gradients are added to what is there.
  const Real before = is_double ? 1 : 0;
  std::vector<Real> gradient(std::size_t(network_.table().size()), before);
  network_.backward(workspace_, gradient.data());
  for (Real& x : gradient) x -= before;
  for (const auto& [name, value] : g_["gradients"].items()) {
    const Parameter& p = network_.table()[network_.table().find(our_name(name, g_["config"]))];
    EXPECT_LE(relative_error({gradient.data() + p.offset, std::size_t(p.size())}, value), tolerance_) << name;
  }
  for (const auto& [name, value] : g_["state_gradients"].items())
    EXPECT_LE(relative_error(state_gradient(name), value), tolerance_) << name;
}

INSTANTIATE_TEST_SUITE_P(All, GoldenNetwork, testing::ValuesIn(goldens("network_")),
                         [](const auto& info) { return info.param; });

TEST(Golden, FindsTheNetworks) { EXPECT_GE(goldens("network_").size(), 41u); }

// Optimisers ------------------------------------------------------------------------------------------------------

class GoldenOptimizer : public testing::TestWithParam<int> {};

TEST_P(GoldenOptimizer, EveryStep) {
  const Json g = golden("optimizers"), c = g["cases"][std::size_t(GetParam())];
  const Config config = parse_config(Json{{"optimizer", c["optimizer"]}, {"clip", c["clip"]}});
  const auto initial = g["initial"].get<std::vector<double>>();
  std::vector<Real> parameters(initial.begin(), initial.end());
  Optimizer optimizer(config.optimizer, Index(parameters.size()));
  for (std::size_t step = 0; step < g["gradients"].size(); ++step) {
    const auto given = g["gradients"][step].get<std::vector<double>>();
    std::vector<Real> gradient(given.begin(), given.end());
    const Norm norm = clip(config.clip, gradient.data(), Index(gradient.size()));
    const auto expected_norm = g["gradient_norms"][step].get<double>();
    EXPECT_NEAR(norm.value, expected_norm, 1e-14 * expected_norm);
    optimizer.update(parameters.data(), gradient.data(), config.optimizer.learning_rate);
    EXPECT_LE(relative_error(parameters, c["parameters"][step]), is_double ? 1e-12 : 2e-6)
        << c["optimizer"] << c["clip"] << " step " << step;
  }
}

INSTANTIATE_TEST_SUITE_P(All, GoldenOptimizer, testing::Range(0, int(golden("optimizers")["cases"].size())),
                         [](const auto& info) {
                           const Json c = golden("optimizers")["cases"][std::size_t(info.param)];
                           return test_name(c["optimizer"]["name"].get<std::string>() + std::to_string(info.param));
                         });

// Schedules -------------------------------------------------------------------------------------------------------

TEST(GoldenSchedule, EveryStep) {
  const Json g = golden("schedules");
  const double base = g["learningRate"];
  for (const Json& c : g["cases"]) {
    Json given = c["schedule"];
    if (given.contains("decay")) {  // theirs decays each step, ours by `factor` every `every` steps
      given["factor"] = given["decay"];
      given["every"] = 1;
      given.erase("decay");
    }
    Schedule schedule(parse_config(Json{{"schedule", given}}).schedule);
    for (std::size_t t = 0; t < g["losses"].size(); ++t) {
      const double expected = c["rates"][t];
      EXPECT_NEAR(schedule.rate(base, std::int64_t(t)), expected, 1e-14 * base) << given << " step " << t;
      schedule.observe(g["losses"][t]);
    }
  }
}

}  // namespace
}  // namespace unfold::test
