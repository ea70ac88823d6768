// Weights as the engine multiplies with them: packed once for each change of the parameters, used at every step.
#pragma once

#include "unfold/base/real.h"
#include "unfold/model/parameters.h"

namespace unfold {

/// y (rows) += W·x (cols), where W is `rows` rows of a parameter, from `row` on.
struct Matrix {
  int weight = -1;  // the parameter
  Index row = 0, rows = 0, cols = 0;
  Size offset = 0;            // of its first element in the vector of parameters
  bool lookup = false;        // x is one-hot, given as a token
  bool by_row = false;        // lookup in a table whose row is the token's vector (an embedding), not its column
  bool data_gradient = true;  // ∂L/∂x is wanted

  // Places in the network's packed storage.
  Size packed = 0, packed_transposed = 0;

  /// Elements of packed storage for products with W, and for those with Wᵀ; both are multiples of a cache line.
  Size packed_elements() const;
  Size transposed_elements() const;
};

/// `elements`, rounded up to a whole number of cache lines.
constexpr Size cache_lines(Size elements) { return (elements + 15) / 16 * 16; }

/// Writes the packed forms of m's weights (for W, and for Wᵀ if its data gradient is wanted) to their places in
/// `packed`.
void pack(const Matrix& m, const Real* parameters, Real* packed);

/// y ← init + W·x for N columns; init as in kernels::gemm. y and x have leading dimensions ldy, ldx.
void multiply(const Matrix& m, const Real* packed, const Real* x, Index ldx, Index N, const Real* init, Index ldi,
              Real* y, Index ldy);
/// The same for tokens; a token ≥ cols stands for "nothing" and adds nothing. `factors` [N], unless null, multiply what
/// each token adds.
void look_up(const Matrix& m, const Real* packed, const Token* tokens, const Real* factors, Index N, const Real* init,
             Index ldi, Real* y, Index ldy);
/// dx += Wᵀ·dy for N columns.
void multiply_transposed(const Matrix& m, const Real* packed, const Real* dy, Index ldy, Index N, Real* dx, Index ldx);
/// dW += dy·xᵀ over K columns, rows [begin, end) of the matrix; dw points at the matrix's first element.
void add_outer_products(const Matrix& m, const Real* x, Index ldx, const Real* dy, Index ldy, Index K, Index begin,
                        Index end, Real* dw);
/// The same for tokens: each column of dy, times its factor, is added to its token's column of dW.
void scatter_add(const Matrix& m, const Token* tokens, const Real* factors, const Real* dy, Index ldy, Index K,
                 Index begin, Index end, Real* dw);

}  // namespace unfold
