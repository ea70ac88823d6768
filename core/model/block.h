// Blocks map columns to columns: a matrix (Affine) or a gather of its columns by token (Lookup). Deeper
// blocks are made of these and of activations by edge.cpp.
//
// Weights are packed once after each update and then used at every step of a window.
#pragma once

#include <vector>

#include "unfold/base/real.h"
#include "unfold/model/parameters.h"

namespace unfold {

/// 64-byte aligned storage, zeroed when made.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(Index size);
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Buffer();
  Real* data() { return data_; }
  const Real* data() const { return data_; }
  Index size() const { return size_; }

 private:
  void swap(Buffer& other) {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }
  Real* data_ = nullptr;
  Index size_ = 0;
};

/// y (rows) += W·x (cols), W being `rows` rows from `row` of parameter `weight`.
struct Matrix {
  int weight = -1;
  Index row = 0, rows = 0, cols = 0;
  bool lookup = false;        // x is one-hot, given as a token
  bool by_row = false;        // lookup in a table whose row is the token's vector (an embedding), not its column
  bool data_gradient = true;  // ∂L/∂x is wanted

  // Places in the network's packed storage.
  Index packed = 0, packed_transposed = 0;

  Index offset(const ParameterTable& table) const { return table[weight].offset + row * cols; }
  Index packed_elements() const;
};

/// Writes the packed forms of m's weights.
void pack(const Matrix& m, const Real* weights, Real* packed);

/// y ← init + W·x for N columns; init as in kernels::gemm. y and x have leading dimensions ldy, ldx.
void forward(const Matrix& m, const Real* packed, const Real* x, Index ldx, Index N, const Real* init, Index ldi,
             Real* y, Index ldy);
/// The same for tokens; a token ≥ cols stands for "nothing" and adds nothing.
void forward(const Matrix& m, const Real* packed, const Token* tokens, Index N, const Real* init, Index ldi, Real* y,
             Index ldy);
/// dx += Wᵀ·dy
void backward(const Matrix& m, const Real* packed, const Real* dy, Index ldy, Index N, Real* dx, Index ldx);
/// dW += dy·xᵀ over K columns, rows [begin, end) of the matrix. dw points at the matrix's first element.
void weight_gradient(const Matrix& m, const Real* x, Index ldx, const Real* dy, Index ldy, Index K, Index begin,
                     Index end, Real* dw);
void weight_gradient(const Matrix& m, const Token* tokens, const Real* dy, Index ldy, Index K, Index begin, Index end,
                     Real* dw);
/// db += Σ dy over K columns, rows [begin, end).
void bias_gradient(const Real* dy, Index ldy, Index K, Index begin, Index end, Real* db);

}  // namespace unfold
