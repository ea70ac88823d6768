// The tensor level with Eigen's matrices: the same numbers as with spans, in place where that can be, and a loss of
// one's own that reads as it is written on paper.
#include "unfold/api/tensor.h"

#include "support.h"

namespace unfold::test {
namespace {

using RealVector = Eigen::Matrix<Real, Eigen::Dynamic, 1>;

constexpr Index T = 5, N = 3, D = 2, O = 4;
const char* const text = R"({"task":{"name":"tensor","inputs":2,"outputs":4},"layers":[{"cell":"gru","units":7}]})";

RealMatrix random(Index rows, Index cols, std::uint64_t seed) {
  RealMatrix m(rows, cols);
  randomize({m.data(), std::size_t(m.size())}, 1, seed);
  return m;
}

std::span<const Real> elements(const RealMatrix& m) { return {m.data(), std::size_t(m.size())}; }

/// y, dx and the gradient of a parameter after forward and backward by some way of calling them.
template <class F>
std::vector<Real> numbers_of(const F& pass) {
  TensorNetwork network(parse_config(text));
  const auto [y, d] = pass(network);
  std::vector<Real> all = y.y;
  for (const auto* more : {&y.state.values, &d.x, &d.state.values}) all.insert(all.end(), more->begin(), more->end());
  const std::vector<Real> gradient = network.gradient("weight_hh_l0");
  all.insert(all.end(), gradient.begin(), gradient.end());
  return all;
}

using Pass = std::pair<TensorNetwork::Outputs, TensorNetwork::Gradients>;

TEST(TensorMatrices, GiveTheNumbersOfSpans) {
  const RealMatrix x = random(D, T * N, 1), dy = random(O, T * N, 2), wide = random(D + 3, T * N + 2, 3);
  const auto spans = [&](const RealMatrix& in) {
    return numbers_of([&](TensorNetwork& network) -> Pass {
      auto out = network.forward({.steps = T, .columns = N, .x = elements(in)});
      return {std::move(out), network.backward(elements(dy))};
    });
  };
  const auto matrices = [&](const MatrixArgument& in) {
    return numbers_of([&](TensorNetwork& network) -> Pass {
      auto out = network.forward(in, {.columns = N});
      return {std::move(out), network.backward(dy)};
    });
  };
  EXPECT_TRUE(same_bits(matrices(x), spans(x)));
  EXPECT_TRUE(same_bits(matrices(wide.block(2, 1, D, T * N)), spans(wide.block(2, 1, D, T * N)))) << "some rows";
  EXPECT_TRUE(same_bits(matrices(x * 2), spans(x * 2))) << "an expression";
  EXPECT_FALSE(same_bits(matrices(x), spans(x * 2)));
}

TEST(TensorMatrices, AreViewsOfWhatIsThere) {
  TensorNetwork network(parse_config(text));
  const RealMatrix x = random(D, T, 1);
  const auto [y, state] = network.forward(x);  // one sequence
  EXPECT_EQ(as_matrix(y, O).data(), y.data());
  EXPECT_EQ(as_matrix(y, O).cols(), T);
  EXPECT_EQ(as_matrix(y, O)(3, 2), y[2 * O + 3]);
  const ConstMatrixView weight = network.parameter_view("weight_ih_l0");
  EXPECT_EQ(weight.rows(), 21);
  EXPECT_EQ(weight.cols(), D);
  EXPECT_EQ(weight(4, 1), network.parameter("weight_ih_l0")[4 * D + 1]);
  network.backward(RealMatrix(RealMatrix::Ones(O, T)));
  EXPECT_EQ(network.gradient_view("readout.bias"), RealVector::Constant(O, Real(T)));
}

TEST(TensorMatrices, ParametersMayBeOfAnyOrder) {
  TensorNetwork network(parse_config(text));
  const RealMatrix by_columns = random(21, D, 4);
  const RowMajorMatrix by_rows = by_columns;
  const RealVector bias = random(21, 1, 5);
  for (const int order : {0, 1}) {
    network.set_parameter("weight_ih_l0", RealMatrix(RealMatrix::Zero(21, D)));
    if (order == 0)
      network.set_parameter("weight_ih_l0", by_columns);
    else
      network.set_parameter("weight_ih_l0", by_rows);
    EXPECT_EQ(network.parameter_view("weight_ih_l0"), by_columns);
  }
  network.set_parameter("weight_ih_l0", by_columns.topRows(21) * 2);
  EXPECT_EQ(network.parameter_view("weight_ih_l0"), by_columns * 2);
  network.set_parameter("bias_ih_l0", bias);
  EXPECT_EQ(network.parameter_view("bias_ih_l0"), bias);
}

TEST(TensorMatrices, OfAnotherShapeAreRefused) {
  TensorNetwork network(parse_config(text));
  const auto code = ErrorCode::invalid_argument;
  EXPECT_TRUE(refuses(code, "x", [&] { network.forward(random(D + 1, T, 1)); }));
  EXPECT_TRUE(refuses(code, "x", [&] { network.forward(random(D, 7, 1), {.columns = N}); }));
  EXPECT_TRUE(refuses(code, "batch", [&] { network.forward(random(D, 6, 1), {.columns = 0}); }));
  network.forward(random(D, T * N, 1), {.columns = N});
  EXPECT_TRUE(refuses(code, "dy", [&] { network.backward(random(T * N, O, 1)); }));
  EXPECT_TRUE(refuses(code, "dy", [&] { network.backward(random(O, T, 1)); }));
  EXPECT_TRUE(refuses(code, "weight_ih_l0", [&] { network.set_parameter("weight_ih_l0", random(D, 21, 1)); }));
  EXPECT_TRUE(refuses(code, "name", [&] { network.parameter_view("weight"); }));
  TensorNetwork both(parse_config(R"({"task":{"name":"tensor","inputs":2,"outputs":4},
      "layers":[{"cell":"lstm","units":3,"bidirectional":true},{"cell":"lstm","units":3,"bidirectional":true}]})"));
  EXPECT_TRUE(refuses(code, "name", [&] { both.parameter_view("weight_ih_l1"); })) << "two matrices side by side";
  EXPECT_EQ(both.parameter_view("weight_ih_l0_reverse").rows(), 12);
}

/// The example at the top of tensor.h: the running mean of a product of two inputs.
TEST(TensorMatrices, LearnFromALossOfOnesOwn) {
  TensorNetwork network(parse_config(R"({"task":{"name":"tensor","inputs":2,"outputs":1},
                                         "layers":[{"cell":"lstm","units":12}]})"));
  const TensorOptimizer adam = parse_tensor_optimizer({{"optimizer", "adam"}, {"lr", 0.02}});
  const RealMatrix x = random(D, T * 16, 6);
  RealMatrix target = x.row(0).cwiseProduct(x.row(1));
  for (Index k = 16; k < target.cols(); ++k) target(0, k) = (target(0, k) + target(0, k - 16)) / 2;
  double first = 0, loss = 0;
  for (int step = 0; step < 150; ++step) {
    network.zero_gradients();
    const auto [y, state] = network.forward(x, {.columns = 16});
    const RealMatrix difference = as_matrix(y, 1) - target;
    network.backward(difference);
    network.step(adam);
    loss = double(difference.squaredNorm());
    if (step == 0) first = loss;
  }
  EXPECT_LT(loss, first / 20);
}

}  // namespace
}  // namespace unfold::test
