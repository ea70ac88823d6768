#include "unfold/model/matrix.h"

#include <algorithm>
#include <vector>

#include "unfold/base/buffer.h"
#include "unfold/base/parallel.h"
#include "unfold/kernels/kernels.h"

namespace unfold {
namespace {

Real* outer_scratch() {
  thread_local Buffer scratch(kernels::outer_scratch);
  return scratch.data();
}

}  // namespace

Size Matrix::packed_elements() const { return cache_lines(lookup ? rows * cols : kernels::packed_size(rows, cols)); }

Size Matrix::transposed_elements() const {
  return !lookup && data_gradient ? cache_lines(kernels::packed_size(cols, rows)) : 0;
}

void pack(const Matrix& m, const Real* parameters, Real* packed) {
  const Real* weights = parameters + m.offset;
  Real* to = packed + m.packed;
  if (m.lookup && m.by_row) {
    std::copy_n(weights, m.rows * m.cols, to);
    return;
  }
  if (m.lookup) {  // one contiguous row a token
    for (Index c = 0; c < m.cols; ++c)
      for (Index r = 0; r < m.rows; ++r) to[c * m.rows + r] = weights[r * m.cols + c];
    return;
  }
  const Index panel = kernels::active().panel;
  const double work = 8.0 * double(m.rows * m.cols);
  parallel_for(m.rows, panel, work, [&](Index begin, Index end) {
    kernels::pack(weights + begin * m.cols, m.cols, 1, end - begin, m.cols, to + begin * m.cols);
  });
  if (!m.data_gradient) return;
  parallel_for(m.cols, panel, work, [&](Index begin, Index end) {
    kernels::pack(weights + begin, 1, m.cols, end - begin, m.rows, packed + m.packed_transposed + begin * m.rows);
  });
}

void multiply(const Matrix& m, const Real* packed, const Real* x, Index ldx, Index N, const Real* init, Index ldi,
              Real* y, Index ldy) {
  kernels::gemm(packed + m.packed, m.rows, m.cols, x, ldx, N, init, ldi, y, ldy);
}

void look_up(const Matrix& m, const Real* packed, const Token* tokens, const Real* factors, Index N, const Real* init,
             Index ldi, Real* y, Index ldy) {
  for (Index n = 0; n < N; ++n, y += ldy) {
    if (init)
      std::copy_n(init + n * ldi, m.rows, y);
    else
      std::fill_n(y, m.rows, Real(0));
    if (tokens[n] >= m.cols) continue;
    const Real* from = packed + m.packed + tokens[n] * m.rows;
    if (factors)
      for (Index r = 0; r < m.rows; ++r) y[r] += factors[n] * from[r];
    else
      for (Index r = 0; r < m.rows; ++r) y[r] += from[r];
  }
}

void multiply_transposed(const Matrix& m, const Real* packed, const Real* dy, Index ldy, Index N, Real* dx, Index ldx) {
  kernels::gemm(packed + m.packed_transposed, m.cols, m.rows, dy, ldy, N, dx, ldx, dx, ldx);
}

void add_outer_products(const Matrix& m, const Real* x, Index ldx, const Real* dy, Index ldy, Index K, Index begin,
                        Index end, Real* dw) {
  kernels::outer(x, ldx, m.cols, dy + begin, ldy, end - begin, K, dw + begin * m.cols, m.cols, outer_scratch());
}

// Summed by token in a small table first: rows of dW are `cols` apart, and T·N columns would miss the cache.
void scatter_add(const Matrix& m, const Token* tokens, const Real* factors, const Real* dy, Index ldy, Index K,
                 Index begin, Index end, Real* dw) {
  constexpr Index block = 32;
  thread_local std::vector<Real> sums;
  sums.resize(std::size_t(block * m.cols));
  for (Index r0 = begin; r0 < end; r0 += block) {
    const Index r1 = std::min(end, r0 + block), rows = r1 - r0;
    std::fill(sums.begin(), sums.end(), Real(0));
    for (Index k = 0; k < K; ++k) {
      if (tokens[k] >= m.cols) continue;
      Real* to = sums.data() + tokens[k] * block;
      const Real* from = dy + k * ldy + r0;
      if (factors)
        for (Index r = 0; r < rows; ++r) to[r] += factors[k] * from[r];
      else
        for (Index r = 0; r < rows; ++r) to[r] += from[r];
    }
    const Index row_stride = m.by_row ? 1 : m.cols, column_stride = m.by_row ? m.rows : 1;
    for (Index c = 0; c < m.cols; ++c)
      for (Index r = 0; r < rows; ++r)
        dw[(r0 + r) * row_stride + c * column_stride] += sums[std::size_t(c * block + r)];
  }
}

}  // namespace unfold
