// The tensor level: against PyTorch's modules over ragged batches, against central differences, and what it refuses.
#include "unfold/api/tensor.h"

#include <array>
#include <set>

#include "support.h"
#include "unfold/base/hash.h"
#include "unfold/base/rng.h"

namespace unfold::test {
namespace {

constexpr double tolerance = is_double ? 1e-10 : 1e-5;

std::vector<Real> reals(const Json& json) {
  const auto list = json.get<std::vector<double>>();
  return {list.begin(), list.end()};
}

/// PyTorch's [layers, N, H], h then c, as State::values has them: each layer's h, then its c.
template <class T>
std::vector<T> interleaved(const Json& arrays, std::size_t layers) {
  std::vector<T> values;
  for (std::size_t l = 0; l < layers; ++l)
    for (const Json& array : arrays) {
      const auto all = array.get<std::vector<double>>();
      const std::size_t size = all.size() / layers;
      values.insert(values.end(), all.begin() + std::ptrdiff_t(l * size), all.begin() + std::ptrdiff_t((l + 1) * size));
    }
  return values;
}

class GoldenRagged : public testing::TestWithParam<std::string> {};

TEST_P(GoldenRagged, ForwardAndBackward) {
  const Json g = golden(GetParam());
  TensorNetwork network(parse_config(g["config"]));
  ASSERT_TRUE(network.pytorch_names());
  ASSERT_EQ(network.parameters().size(), g["parameters"].size());
  for (const auto& [name, value] : g["parameters"].items()) network.set_parameter(name, reals(value));
  const std::size_t L = network.layers().size();
  const State state{.values = interleaved<Real>(g["state"], L)}, dstate{.values = interleaved<Real>(g["dstate"], L)};
  const auto x = reals(g["x"]), dy = reals(g["dy"]);
  std::vector<Real> padded = x;  // what lies beyond a sequence does not matter, whatever it is
  const Index T = g["steps"], N = g["batch"], D = network.inputs();
  const auto lengths = g["lengths"].get<std::vector<Index>>();
  for (Index t = 0; t < T; ++t)
    for (Index n = 0; n < N; ++n)
      if (t >= lengths[std::size_t(n)])
        for (Index k = 0; k < D; ++k) padded[std::size_t((t * N + n) * D + k)] = Real(NAN);
  for (int pass = 1; pass <= 2; ++pass) {  // gradients add up
    const auto out = network.forward({.steps = T, .columns = N, .x = padded, .lengths = lengths, .state = &state});
    EXPECT_LE(relative_error(out.y, g["y"]), tolerance);
    EXPECT_LE(relative_error(out.state.values, interleaved<double>(g["final_state"], L)), tolerance);
    const auto d = network.backward(dy, &dstate);
    EXPECT_LE(relative_error(d.x, g["dx"]), tolerance);
    EXPECT_LE(relative_error(d.state.values, interleaved<double>(g["dfirst"], L)), tolerance);
    for (const auto& [name, value] : g["gradients"].items()) {
      auto expected = value.get<std::vector<double>>();
      for (double& v : expected) v *= pass;
      EXPECT_LE(relative_error(network.gradient(name), expected), tolerance) << name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, GoldenRagged, testing::ValuesIn(goldens("ragged_")),
                         [](const auto& info) { return info.param; });

TEST(GoldenRaggedFiles, AreThere) { EXPECT_EQ(goldens("ragged_").size(), 6u); }

// Optimisers ------------------------------------------------------------------------------------------------------

/// As torch.optim takes it.
Json torch_options(const Json& optimizer, const Json& clip) {
  const std::string name = optimizer["name"];
  Json options{{"optimizer", name == "momentum" || name == "nesterov" ? "sgd" : name}};
  if (name == "nesterov") options["nesterov"] = true;
  const std::vector<std::pair<const char*, std::string>> names{
      {"learningRate", "lr"},   {"weightDecay", "weight_decay"},
      {"epsilon", "eps"},       {"decay", name == "adadelta" ? "rho" : "alpha"},
      {"momentum", "momentum"}, {"centered", "centered"}};
  for (const auto& [ours, theirs] : names)
    if (optimizer.contains(ours)) options[theirs] = optimizer[ours];
  if (optimizer.contains("beta1")) options["betas"] = {optimizer["beta1"], optimizer["beta2"]};
  if (!options.contains("weight_decay")) options["weight_decay"] = 0;
  if (clip["norm"] != 0) options["max_norm"] = clip["norm"];
  if (clip["value"] != 0) options["clip_value"] = clip["value"];
  return options;
}

class TensorOptimizers : public testing::TestWithParam<std::string> {};

/// A unit that adds: the gradient of its weights is its input.
TEST_P(TensorOptimizers, TakeTorchsSteps) {
  const Json g = golden(GetParam());
  const auto initial = reals(g["initial"]);
  std::set<std::string> seen;
  for (const Json& c : g["cases"]) {
    TensorNetwork network(parse_config(
        R"({"task":{"name":"tensor","inputs":5},"layers":[{"cell":"rnn","units":1,"activation":"identity","bias":"none","edges":[{"from":"input"}]}]})"));
    const std::string name = network.parameters().at(0).name;
    ASSERT_EQ(network.parameters().size(), 1u);
    network.set_parameter(name, initial);
    const TensorOptimizer options = parse_tensor_optimizer(torch_options(c["optimizer"], c["clip"]));
    for (std::size_t step = 0; step < g["gradients"].size(); ++step) {
      network.zero_gradients();
      network.forward({.steps = 1, .columns = 1, .x = reals(g["gradients"][step])});
      network.backward(std::vector<Real>{1});
      const double norm = g["gradient_norms"][step];
      EXPECT_NEAR(network.step(options).value, norm, 1e-12 * norm);
      EXPECT_LE(relative_error(network.parameter(name), c["parameters"][step]), is_double ? 1e-12 : 2e-6)
          << c["optimizer"] << c["clip"] << " step " << step;
    }
    EXPECT_EQ(network.steps(), std::int64_t(g["gradients"].size()));
    seen.insert(c["optimizer"]["name"]);
  }
  EXPECT_EQ(seen.size(), optimizer_names.size());
}

INSTANTIATE_TEST_SUITE_P(All, TensorOptimizers, testing::Values("optimizers", "optimizers_clipped"),
                         [](const auto& info) { return info.param; });

TEST(TensorOptions, HaveTheLimitsOfPyTorch) {
  const TensorOptimizer t =
      parse_tensor_optimizer({{"optimizer", "adam"}, {"eps", 0}, {"max_norm", 1e9}, {"clip_value", 1e9}});
  EXPECT_EQ(t.optimizer.epsilon, 0);
  EXPECT_EQ(t.clip.norm, 1e9);
  EXPECT_EQ(t.clip.value, 1e9);
  const TensorOptimizer off =
      parse_tensor_optimizer({{"optimizer", "adadelta"}, {"rho", 1}, {"max_norm", INFINITY}, {"clip_value", INFINITY}});
  EXPECT_EQ(off.optimizer.decay, 1);
  EXPECT_EQ(off.clip.norm, 0);
  EXPECT_EQ(off.clip.value, 0);
  const std::pair<Json, const char*> bad[]{
      {{{"optimizer", "adam"}, {"eps", -1e-9}}, "eps"},           {{{"optimizer", "sgd"}, {"lr", INFINITY}}, "lr"},
      {{{"optimizer", "sgd"}, {"max_norm", NAN}}, "max_norm"},    {{{"optimizer", "adam"}, {"betas", {0.9}}}, "betas"},
      {{{"optimizer", "adam"}, {"betas", {0.9, 1}}}, "betas[1]"}, {{{"optimizer", "adadelta"}, {"rho", 2}}, "rho"},
      {{{"optimizer", "rmsprop"}, {"alpha", 2}}, "alpha"}};
  for (const auto& [options, field] : bad)
    EXPECT_TRUE(refuses(ErrorCode::invalid_argument, field, [&] { parse_tensor_optimizer(options); })) << options;
}

TEST(Tensor, AnotherMethodBeginsAnewTheSameGoesOn) {
  const auto text = R"({"task":{"name":"tensor","inputs":2},"layers":[{"cell":"gru","units":2}],"seed":3})";
  TensorNetwork a(parse_config(text)), b(parse_config(text));
  const auto learn = [](TensorNetwork& network, const Json& options) {
    network.zero_gradients();
    network.forward({.steps = 2, .columns = 1, .x = std::vector<Real>{1, 2, 3, 4}});
    network.backward(std::vector<Real>{1, -1, 1, -1});
    network.step(parse_tensor_optimizer(options));
  };
  const Json momentum{{"optimizer", "sgd"}, {"lr", 0.1}, {"momentum", 0.9}};
  learn(a, momentum);
  learn(b, momentum);
  learn(a, momentum);
  learn(b, {{"optimizer", "sgd"}, {"lr", 0.1}});  // leaves no velocity
  EXPECT_FALSE(same_bits(a.parameter("weight_ih_l0"), b.parameter("weight_ih_l0")));
  for (const NamedTensor& t : a.parameters()) b.set_parameter(t.name, a.parameter(t.name));
  learn(b, momentum);
  TensorNetwork fresh(parse_config(text));
  for (const NamedTensor& t : a.parameters()) fresh.set_parameter(t.name, a.parameter(t.name));
  learn(fresh, momentum);
  for (const NamedTensor& t : a.parameters()) EXPECT_TRUE(same_bits(b.parameter(t.name), fresh.parameter(t.name)));
}

TEST(Tensor, OverflowChangesNothing) {
  TensorNetwork network(parse_config(R"({"task":{"name":"tensor","inputs":1},"layers":[{"cell":"gru","units":2}]})"));
  const auto before = network.parameter("weight_hh_l0");
  for (const Real huge : {Real(INFINITY), Real(1e9)}) {
    network.zero_gradients();
    network.forward({.steps = 2, .columns = 1, .x = std::vector<Real>{1, 2}});
    network.backward(std::vector<Real>{huge, huge, huge, huge});
    EXPECT_THROW(network.step(parse_tensor_optimizer({{"optimizer", "sgd"}, {"lr", 9e5}})), NonFinite);
    EXPECT_TRUE(same_bits(network.parameter("weight_hh_l0"), before));
    EXPECT_EQ(network.steps(), 0);
  }
}

// Sizes -----------------------------------------------------------------------------------------------------------

TEST(Tensor, GrowingAndShrinkingLeavesTheNumbers) {
  const Config config = parse_config(
      R"({"task":{"name":"tensor","inputs":2,"outputs":2},"seed":5,"layers":[{"cell":"lstm","units":5,"bidirectional":true},{"cell":"gru","units":4,"edges":[{"from":0},{"from":1},{"from":"self"},{"from":"self","delay":3}]}]})");
  TensorNetwork used(config);
  const std::vector<std::array<Index, 2>> sizes{{4, 3}, {9, 3}, {2, 3}, {2, 7}, {4, 3}, {1, 1}, {30, 2}, {4, 3}};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto [T, N] = sizes[i];
    TensorNetwork fresh(config);
    std::vector<Real> x(std::size_t(T * N * 2)), dy(x.size());
    randomize(x, 1, i + 1);
    randomize(dy, 1, i + 100);
    std::vector<Index> lengths(std::size_t(N), T);
    if (i % 2) lengths[0] = (T + 1) / 2;
    used.zero_gradients();
    const auto run = [&](TensorNetwork& network) {
      const auto out = network.forward({.steps = T, .columns = N, .x = x, .lengths = lengths});
      const auto d = network.backward(dy);
      std::vector<Real> all = out.y;
      const auto append = [&](const std::vector<Real>& more) { all.insert(all.end(), more.begin(), more.end()); };
      append(out.state.values);
      append(d.x);
      append(d.state.values);
      for (const NamedTensor& t : network.parameters()) append(network.gradient(t.name));
      return all;
    };
    EXPECT_TRUE(same_bits(run(used), run(fresh))) << T << " × " << N;
  }
}

/// The same run as in tests/package/network-training.test.ts, with the same hash: native = WebAssembly.
TEST(Tensor, LeavesTheRecordedBits) {
  if (is_double) GTEST_SKIP() << "of float";
  TensorNetwork network(parse_config(
      R"({"task":{"name":"tensor","inputs":3,"outputs":2},"layers":[{"cell":"gru","units":20,"bidirectional":true},{"cell":"lstm","units":20}],"dropout":0.2,"seed":11})"));
  std::vector<Real> x(7 * 6 * 3);
  std::uint32_t state = 4;
  for (Real& value : x) {
    state = state * 1664525u + 1013904223u;
    value = Real(double(state) / 2147483648.0 - 1);
  }
  for (int step = 0; step < 5; ++step) {
    const auto out =
        network.forward({.steps = 7, .columns = 6, .x = x, .lengths = {7, 1, 0, 4, 7, 6}, .training = true});
    network.backward(out.y);
    network.step(parse_tensor_optimizer({{"optimizer", "adamw"}, {"lr", 0.05}, {"max_norm", 1}}));
  }
  Hash hash;
  for (const NamedTensor& t : network.parameters()) hash.add(network.parameter(t.name));
  EXPECT_EQ(hash.text(), "341147863c579677");
}

TEST(Tensor, RefusesShapes) {
  TensorNetwork network(parse_config(R"({"task":{"name":"tensor","inputs":2,"outputs":1},"layers":[{"units":3}]})"));
  const std::vector<Real> x(12);
  const auto code = ErrorCode::invalid_argument;
  EXPECT_TRUE(refuses(code, "x", [&] { network.forward({.steps = 2, .columns = 2, .x = x}); }));
  EXPECT_TRUE(
      refuses(code, "lengths[1]", [&] { network.forward({.steps = 3, .columns = 2, .x = x, .lengths = {1, 4}}); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_state, "backward", [&] { network.backward(x); }));
  network.forward({.steps = 3, .columns = 2, .x = x});
  EXPECT_TRUE(refuses(code, "dy", [&] { network.backward(x); }));
  EXPECT_TRUE(refuses(code, "name", [&] { network.parameter("weight"); }));
  EXPECT_TRUE(refuses(code, "weight_ih_l0", [&] { network.set_parameter("weight_ih_l0", x); }));
  EXPECT_TRUE(refuses(code, "alpha", [&] { parse_tensor_optimizer({{"optimizer", "adam"}, {"alpha", 0.5}}); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_config, "task.name", [&] { TensorNetwork other(parse_config("{}")); }));
}

}  // namespace
}  // namespace unfold::test
