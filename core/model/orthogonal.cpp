// For k = 0, 1, …:   q_k = v_k/‖v_k‖,   then for every j > k:   p = q_k·v_j,   v_j ← v_j − q_k·p
//
// Vectors stand in panels of eight, a component of the eight side by side: what is computed for them at once are
// different vectors, and each dot product remains one chain over the components. Eight finished vectors are taken out
// of all the panels behind them before those leave the first-level cache. Neither changes the operations on a number,
// nor their order.
#include "unfold/model/orthogonal.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "unfold/base/parallel.h"

namespace unfold {
namespace {

constexpr Index width = 8;  // vectors of a panel; component i of each: panel[i·width + lane]

/// Takes the directions q (`count` ≥ 1 unit vectors, one after the other) out of the vectors of a panel. The update by
/// one direction and the dot products with the next share a pass.
void project(const double* q, Index count, double* panel, Index length) {
  double along[width] = {};
  for (Index i = 0; i < length; ++i)
    for (Index lane = 0; lane < width; ++lane) along[lane] += q[i] * panel[i * width + lane];
  for (Index k = 1; k < count; ++k, q += length) {
    double next[width] = {};
    for (Index i = 0; i < length; ++i)
      for (Index lane = 0; lane < width; ++lane) {
        const double x = panel[i * width + lane] - q[i] * along[lane];
        panel[i * width + lane] = x;
        next[lane] += q[length + i] * x;
      }
    std::copy_n(next, width, along);
  }
  for (Index i = 0; i < length; ++i)
    for (Index lane = 0; lane < width; ++lane) panel[i * width + lane] -= q[i] * along[lane];
}

/// q ← the first `count` vectors of a panel, made orthonormal. What is left in the panel is of no use.
void orthonormalize(double* panel, Index length, Index count, double* q) {
  for (Index k = 0; k < count; ++k, q += length) {
    double square = 0;
    for (Index i = 0; i < length; ++i) square += panel[i * width + k] * panel[i * width + k];
    const double scale = 1 / std::sqrt(square);
    for (Index i = 0; i < length; ++i) q[i] = panel[i * width + k] * scale;
    if (k + 1 < count) project(q, 1, panel, length);
  }
}

}  // namespace

void orthogonal(double* a, Index rows, Index cols) {
  const Index count = std::min(rows, cols), length = std::max(rows, cols), panels = (count + width - 1) / width;
  std::vector<double> vectors(std::size_t(panels * width * length)), q(std::size_t(width * length));
  const auto panel = [&](Index p) { return vectors.data() + p * width * length; };
  for (Index i = 0; i < length; ++i)
    for (Index k = 0; k < count; ++k) panel(k / width)[i * width + k % width] = a[i * count + k];
  for (Index p = 0; p < panels; ++p) {
    const Index first = p * width, found = std::min(width, count - first), behind = panels - p - 1;
    orthonormalize(panel(p), length, found, q.data());
    for (Index k = 0; k < found; ++k)
      for (Index i = 0; i < length; ++i)
        a[rows >= cols ? i * count + first + k : (first + k) * length + i] = q[std::size_t(k * length + i)];
    parallel_for(behind, 1, 4.0 * double(width * width * length * behind), [&](Index begin, Index end) {
      for (Index other = begin; other < end; ++other) project(q.data(), width, panel(p + 1 + other), length);
    });
  }
}

}  // namespace unfold
