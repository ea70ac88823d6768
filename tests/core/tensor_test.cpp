// The tensor level: against PyTorch's modules over ragged batches, against central differences, and what it refuses.
#include "tensor.h"

#include "rng.h"
#include "support.h"

namespace unfold::test {
namespace {

constexpr double tolerance = is_double ? 1e-10 : 1e-5;

std::vector<Real> reals(const Json& json) {
  const auto list = json.get<std::vector<double>>();
  return {list.begin(), list.end()};
}

/// PyTorch's [layers, N, H], h then c, as TensorState::values has them: each layer's h, then its c.
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
  const TensorState state{.values = interleaved<Real>(g["state"], L)},
      dstate{.values = interleaved<Real>(g["dstate"], L)};
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

TEST(Tensor, RefusesShapes) {
  TensorNetwork network(parse_config(R"({"task":{"name":"tensor","inputs":2,"outputs":1},"layers":[{"hidden":3}]})"));
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
