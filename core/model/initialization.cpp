#include "unfold/model/initialization.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "unfold/base/rng.h"

namespace unfold {
namespace {

using Matrix64 = std::vector<double>;  // rows × cols, row-major

void gaussian(Matrix64& a, Rng& rng, double deviation) {
  for (double& x : a) x = rng.normal() * deviation;
}

void uniform(Matrix64& a, Rng& rng, double bound) {
  for (double& x : a) x = (2 * rng.uniform() - 1) * bound;
}

/// Orthonormal rows (or columns, if there are fewer) by modified Gram–Schmidt on a Gaussian matrix. Vectors
/// are stored so that the inner loop runs over independent elements: no reduction whose order could vary.
void orthogonal(Matrix64& a, Index rows, Index cols, Rng& rng) {
  const Index count = std::min(rows, cols), length = std::max(rows, cols);
  Matrix64 v(a.size());  // v[i·count + k]: component i of vector k
  gaussian(v, rng, 1);
  std::vector<double> projection(static_cast<std::size_t>(count));
  for (Index k = 0; k < count; ++k) {
    double square = 0;
    for (Index i = 0; i < length; ++i) square += v[std::size_t(i * count + k)] * v[std::size_t(i * count + k)];
    const double scale = 1 / std::sqrt(square);
    std::fill(projection.begin(), projection.end(), 0.0);
    for (Index i = 0; i < length; ++i) {
      double* row = v.data() + i * count;
      const double q = row[k] *= scale;
      for (Index j = k + 1; j < count; ++j) projection[std::size_t(j)] += q * row[j];
    }
    for (Index i = 0; i < length; ++i) {
      double* row = v.data() + i * count;
      for (Index j = k + 1; j < count; ++j) row[j] -= row[k] * projection[std::size_t(j)];
    }
  }
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < cols; ++c)
      a[std::size_t(r * cols + c)] = v[std::size_t(rows >= cols ? r * count + c : c * count + r)];
}

/// |largest eigenvalue| by the growth of a power iteration, averaged over late steps (complex pairs rotate).
double spectral_radius(const Matrix64& a, Index n) {
  std::vector<double> x(std::size_t(n), 1.0), y(x);
  double log_growth = 0;
  constexpr int steps = 400, late = 200;
  for (int step = 0; step < steps; ++step) {
    for (Index r = 0; r < n; ++r)
      y[std::size_t(r)] =
          std::inner_product(x.begin(), x.end(), a.begin() + r * n, 0.0);  // sequential: one fixed order
    double square = 0;
    for (const double v : y) square += v * v;
    const double norm = std::sqrt(square);
    if (norm == 0) return 0;
    for (Index r = 0; r < n; ++r) x[std::size_t(r)] = y[std::size_t(r)] / norm;
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

void fill(Matrix64& a, Index rows, Index cols, Initializer how, const InitializationConfig& c, Rng& rng) {
  switch (how) {
    case Initializer::xavier: return uniform(a, rng, std::sqrt(6.0 / double(rows + cols)));
    case Initializer::he: return gaussian(a, rng, std::sqrt(2.0 / double(cols)));
    case Initializer::orthogonal: return orthogonal(a, rows, cols, rng);
    case Initializer::uniform: return uniform(a, rng, 1 / std::sqrt(double(cols)));
    case Initializer::sparse: return sparse(a, rows, cols, c.nonzeros, c.spectral_radius, rng);
    case Initializer::zero: return std::fill(a.begin(), a.end(), 0.0);
    case Initializer::identity:
      for (Index r = 0; r < rows; ++r)
        for (Index k = 0; k < cols; ++k) a[std::size_t(r * cols + k)] = r == k ? 1 : 0;
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
    for (Index row = 0; row < p.rows; row += p.block) {
      Matrix64 block(std::size_t(p.block * p.cols));
      fill(block, p.block, p.cols, how, config, rng);
      for (std::size_t i = 0; i < block.size(); ++i) to[row * p.cols + Index(i)] = Real(block[i] * config.gain);
    }
  }
}

}  // namespace unfold
