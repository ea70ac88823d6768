// The packed products beside Eigen's: GFLOP/s of one thread for the recurrent product of an LSTM, 4H × H by H × N, each
// pair of runs one after the other. Built for two instruction sets, since Eigen's products are compiled for one:
//   cmake --build build/native --target products_base products_native
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "unfold/base/eigen.h"
#include "unfold/base/hash.h"
#include "unfold/base/rng.h"
#include "unfold/kernels/kernels.h"

namespace unfold {
namespace {

using RealMatrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;

constexpr Index N = 32;
constexpr int pairs = 41;
constexpr double operations = 2e8;  // of a run

RealMatrix random(Index rows, Index cols, std::uint32_t index) {
  Rng rng(1, Stream::test, index);
  return RealMatrix::NullaryExpr(rows, cols, [&] { return Real(2 * rng.uniform() - 1); });
}

/// GFLOP/s of a run, by the processor's time: others may be at work on this machine.
template <class F>
double speed(double flops, const F& product) {
  const int times = std::max(1, int(operations / flops));
  const std::clock_t start = std::clock();
  for (int i = 0; i < times; ++i) product();
  return flops * times / 1e9 / (double(std::clock() - start) / CLOCKS_PER_SEC);
}

std::string summary(std::vector<double> values, int digits) {
  std::sort(values.begin(), values.end());
  char text[64];
  std::snprintf(text, sizeof text, "%6.*f (%.*f to %.*f)", digits, values[values.size() / 2], digits, values.front(),
                digits, values.back());
  return text;
}

std::string hash_of(const RealMatrix& c) {
  Hash hash;
  hash.add(c.data(), std::size_t(c.size()) * sizeof(Real));
  return hash.text();
}

/// Weights are packed once after an update and then used at every step of a window: packing is not counted here. Eigen
/// packs both factors in every product.
void compare(Index H, bool fast) {
  kernels::set_fast(fast);
  const Index M = 4 * H;
  const RealMatrix a = random(M, H, 1), b = random(H, N, 2);
  RealMatrix ours(M, N), eigens(M, N);
  std::vector<Real> packed(std::size_t(kernels::packed_size(M, H)));
  kernels::pack(a.data(), 1, M, M, H, packed.data());
  const double flops = 2.0 * double(M * H * N);
  std::vector<double> left, right, ratios;
  for (int pair = 0; pair < pairs; ++pair) {
    const auto mine = [&] { kernels::gemm(packed.data(), M, H, b.data(), H, N, nullptr, 0, ours.data(), M); };
    const auto theirs = [&] { eigens.noalias() = a * b; };
    const bool first = pair % 2 == 0;
    const double one = first ? speed(flops, mine) : speed(flops, theirs);
    const double two = first ? speed(flops, theirs) : speed(flops, mine);
    left.push_back(first ? one : two);
    right.push_back(first ? two : one);
    ratios.push_back(left.back() / right.back());
  }
  std::printf("%4td × %3td × %td  %-6s %-12s packed %s  Eigen %s  ratio %s  bits %s %s\n", M, H, N,
              kernels::active().name, kernels::active().fast ? "fast" : "reproducible", summary(left, 0).c_str(),
              summary(right, 0).c_str(), summary(ratios, 2).c_str(), hash_of(ours).c_str(), hash_of(eigens).c_str());
}

}  // namespace
}  // namespace unfold

int main() {
  for (const bool fast : {false, true})
    for (const unfold::Index H : {128, 256, 512}) unfold::compare(H, fast);
}
