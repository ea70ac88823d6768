#include "unfold/model/initialization.h"

#include <algorithm>
#include <cmath>

#include "unfold/base/numeric.h"
#include "unfold/base/parallel.h"
#include "unfold/base/rng.h"
#include "unfold/model/orthogonal.h"

namespace unfold {
namespace {

using Matrix64 = std::vector<double>;  // rows × cols, row-major

void gaussian(Matrix64& a, Rng& rng, double deviation) {
  rng.normals(a.data(), Index(a.size()));
  for (double& x : a) x *= deviation;
}

void uniform(Matrix64& a, Rng& rng, double bound) {
  for (double& x : a) x = (2 * rng.uniform() - 1) * bound;
}

/// |largest eigenvalue| by the growth of a power iteration, averaged over late steps (complex pairs rotate). Each sum
/// is one chain over the columns; zeros are left out of it, since adding 0·x to a sum that starts from 0 changes no
/// bit.
double spectral_radius(const Matrix64& a, Index n) {
  struct Element {
    std::size_t row, column;
    double value;
  };
  std::vector<Element> elements;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != 0) elements.push_back({i / std::size_t(n), i % std::size_t(n), a[i]});
  std::vector<double> x(std::size_t(n), 1.0), y(x);
  double log_growth = 0;
  constexpr int steps = 400, late = 200;
  for (int step = 0; step < steps; ++step) {
    std::fill(y.begin(), y.end(), 0.0);
    for (const Element& e : elements) y[e.row] += x[e.column] * e.value;
    double square = 0;
    for (const double v : y) square += v * v;
    const double norm = std::sqrt(square);
    if (norm == 0) return 0;
    for (std::size_t r = 0; r < x.size(); ++r) x[r] = y[r] / norm;
    if (step >= steps - late) log_growth += numeric::log(norm);
  }
  return numeric::exp(log_growth / late);
}

void sparse(Matrix64& a, Index rows, Index cols, int nonzeros, double radius, Rng& rng) {
  std::fill(a.begin(), a.end(), 0.0);
  const Index k = std::min<Index>(nonzeros, cols);
  for (Index r = 0; r < rows; ++r)
    for (Index placed = 0; placed < k;) {
      double& x = a[std::size_t(r * cols + Index(rng.uniform() * double(cols)))];
      if (x != 0) continue;
      x = rng.normal();
      ++placed;
    }
  if (rows != cols) return;
  const double now = spectral_radius(a, rows);
  if (now > 0)
    for (double& x : a) x *= radius / now;
}

/// Matrices of one size, one after the other.
void orthogonal_blocks(Matrix64& a, Index rows, Index cols, Rng& rng) {
  rng.normals(a.data(), Index(a.size()));
  const Index size = rows * cols, blocks = Index(a.size()) / size;
  parallel_for(blocks, 1, 2.0 * double(size * std::min(rows, cols) * blocks), [&](Index begin, Index end) {
    for (Index b = begin; b < end; ++b) orthogonal(a.data() + b * size, rows, cols);
  });
}

void fill(Matrix64& a, Index rows, Index cols, Initializer how, const InitializationConfig& c, Rng& rng) {
  switch (how) {
    case Initializer::xavier: return uniform(a, rng, std::sqrt(6.0 / double(rows + cols)));
    case Initializer::he: return gaussian(a, rng, std::sqrt(2.0 / double(cols)));
    case Initializer::orthogonal: return orthogonal_blocks(a, rows, cols, rng);
    case Initializer::uniform: return uniform(a, rng, 1 / std::sqrt(double(cols)));
    case Initializer::sparse: return sparse(a, rows, cols, c.nonzeros, c.spectral_radius, rng);
    case Initializer::zero: return std::fill(a.begin(), a.end(), 0.0);
    case Initializer::identity:
      for (Index r = 0; r < rows; ++r)
        for (Index k = 0; k < cols; ++k) a[std::size_t(r * cols + k)] = r == k ? 1 : 0;
  }
}

/// The same time for all gates of a unit.
void chrono(const Parameter& p, double longest, Rng& rng, Real* to) {
  for (Index k = 0; k < p.block; ++k) {
    const double bias = numeric::log(1 + rng.uniform() * (longest - 2));
    for (std::size_t g = 0; g < p.time_gates.size(); ++g)
      if (p.time_gates[g] != 0) to[Index(g) * p.block + k] = Real(p.time_gates[g] * bias);
  }
}

}  // namespace

void initialize(const ParameterTable& table, const InitializationConfig& config, std::uint64_t seed, Real* parameters) {
  std::uint32_t number = 0;
  for (const Parameter& p : table) {
    Rng rng(seed, Stream::initialization, number++);
    Real* to = parameters + p.offset;
    if (p.fill == Fill::zero || p.fill == Fill::constant) {
      for (Index r = 0; r < p.rows; ++r)
        to[r] = p.fill == Fill::zero ? Real(0) : Real(p.values[std::size_t(r / p.block)]);
      if (config.chrono > 0 && !p.time_gates.empty()) chrono(p, config.chrono, rng, to);
      continue;
    }
    if (p.fill == Fill::embedding) {  // as PyTorch's, scaled so that a tied readout starts small
      const double deviation = 1 / std::sqrt(double(p.cols));
      for (Index i = 0; i < p.size(); ++i) to[i] = Real(rng.normal() * deviation);
      continue;
    }
    const Initializer how = p.fill == Fill::recurrent ? config.recurrent
                            : p.fill == Fill::readout ? config.readout
                                                      : config.input;
    for (Index row = 0; row < p.rows;) {
      // An orthogonal block on each thread where there are as many, else one after the other on all of them.
      const bool enough = how == Initializer::orthogonal && (p.rows - row) / p.block >= threads();
      const Index rows = p.block * (enough ? threads() : 1);
      Matrix64 blocks(std::size_t(rows * p.cols));
      fill(blocks, p.block, p.cols, how, config, rng);
      for (std::size_t i = 0; i < blocks.size(); ++i) to[row * p.cols + Index(i)] = Real(blocks[i] * config.gain);
      row += rows;
    }
  }
}

}  // namespace unfold
