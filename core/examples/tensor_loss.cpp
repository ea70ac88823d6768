// The tensor level: sequences of numbers in, numbers out, and a loss of one's own. The network learns to add the two
// marked numbers of a sequence; the loss is Huber's, of the last step alone, so that outliers pull with a force of 1.
//
// With a plain compiler line, or with CMake, where Unfold is installed at $PREFIX:
//
//   g++ -std=c++20 tensor_loss.cpp -I$PREFIX/include -I/usr/include/eigen3 -L$PREFIX/lib -lunfold -pthread
//   ./a.out
//
//   cmake -S . -B build -DCMAKE_PREFIX_PATH=$PREFIX && cmake --build build
//   build/tensor_loss
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include "unfold/api/tensor.h"

namespace {

constexpr int T = 10, N = 32;  // steps, sequences at a time

/// x: [T, N, 2], a number in [0, 1) and whether it is marked; target: [N].
void draw(std::mt19937& random, std::vector<unfold::Real>& x, std::vector<unfold::Real>& target) {
  std::fill(target.begin(), target.end(), 0);
  for (unsigned n = 0; n < N; ++n) {
    const unsigned first = unsigned(random() % (T / 2)), second = T / 2 + unsigned(random() % (T / 2));
    for (unsigned t = 0; t < T; ++t) {
      const bool marked = t == first || t == second;
      const auto number = unfold::Real(random() % 1000) / 1000;
      x[2 * (t * N + n)] = number;
      x[2 * (t * N + n) + 1] = marked;
      if (marked) target[n] += number;
    }
  }
}

}  // namespace

int main() {
  unfold::TensorNetwork network(
      unfold::parse_config(R"({"task":{"name":"tensor","inputs":2,"outputs":1},"layers":[{"units":24}],"seed":1})"));
  const auto adam = unfold::parse_tensor_optimizer({{"optimizer", "adam"}, {"lr", 0.01}, {"max_norm", 1}});
  std::mt19937 random(1);
  std::vector<unfold::Real> x(T * N * 2), target(N), dy(T * N);
  for (int step = 0; step <= 400; ++step) {
    draw(random, x, target);
    const auto [y, state] = network.forward({.steps = T, .columns = N, .x = x});  // y: [T, N, 1]
    double loss = 0;
    for (unsigned n = 0; n < N; ++n) {  // Huber: e²/2 for |e| ≤ 1, else |e| − 1/2
      const unfold::Real error = y[(T - 1) * N + n] - target[n], size = std::abs(error);
      loss += (size <= 1 ? size * size / 2 : size - unfold::Real(0.5)) / N;
      dy[(T - 1) * N + n] = std::clamp<unfold::Real>(error, -1, 1) / N;  // ∂L/∂y, 0 at every other step
    }
    network.zero_gradients();
    network.backward(dy);
    network.step(adam);
    if (step % 100 == 0) std::printf("step %3d  loss %.4f\n", step, loss);
  }
}
