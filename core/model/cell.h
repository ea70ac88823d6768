// A cell is pointwise: it turns summed preactivations and the former state into the new state. It multiplies
// no matrices, knows no time, allocates nothing. One file a cell in cells/; a file registers its cell by
// itself, and gradient tests, benchmarks and the page's menu iterate the registry.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "unfold/base/real.h"
#include "unfold/config/cell_info.h"

namespace unfold {

constexpr int max_states = 2;

/// One time step (or any run of columns) of a cell. Every pointer is column-major with `columns` contiguous
/// columns: z is G·H rows, the others H rows unless said.
struct CellStep {
  Index hidden, columns;
  const Real* own;                           // the cell's own vectors, own_vectors()·H
  Real* z;                                   // in: preactivations (input + recurrent part); out: gate activations
  Real* zh;                                  // recurrent part apart, if separate(); kept for backward
  std::array<const Real*, max_states> prev;  // former states: h, c
  std::array<Real*, max_states> next;        // new states
  Real* saved;                               // saved()·H rows, for backward
};

/// Backward of the same step. Gate activations in z are overwritten by their deltas ∂L/∂(preactivation).
struct CellDelta {
  Index hidden, columns;
  const Real* own;
  Real* z;                                   // in: gate activations; out: deltas
  Real* zh;                                  // in: recurrent part; out: its delta, if separate()
  std::array<const Real*, max_states> prev;  // former states
  const Real* saved;
  const Real* dh;  // ∂L/∂h of this step, complete
  Real* dc;        // in: ∂L/∂c of this step from later ones; out: ∂L/∂c of the former step
  Real* dh_prev;   // += the direct part of ∂L/∂h of the former step (not through matrices)
  Real* dreset;    // ∂L/∂(reset gate), between stages, see Cell::reset_gate
};

/// All steps at once, for the gradients of the cell's own vectors.
struct CellTrace {
  Index hidden, columns;                     // T·N columns
  const Real* z;                             // deltas, G·H rows
  std::array<const Real*, max_states> prev;  // former states
  const Real* saved;                         // saved()·H rows
  Index row_begin, row_end;                  // the hidden units of this call
  Real* down;                                // += gradient of own, own_vectors()·H
};

class Cell {
 public:
  virtual ~Cell() = default;
  /// Row blocks of z: the preactivations are gates()·H rows.
  virtual int gates() const = 0;
  /// States carried from step to step; the first is h, what others see.
  virtual int states() const { return 1; }
  /// Further H-row blocks kept for backward.
  virtual int saved() const { return 0; }
  /// Vectors of H parameters that the cell owns (peepholes), with their names.
  virtual std::vector<std::string> own_vectors() const { return {}; }
  /// True if the recurrent part of z is wanted apart (zh): the reset-after GRU.
  virtual bool separate() const { return false; }
  /// The row block whose activation multiplies the recurrent input of the last row block, or −1. Then the step
  /// has two stages: stage 0 computes the other blocks, and the last block's recurrent product follows it.
  virtual int reset_gate() const { return -1; }
  /// Initial value of the bias of row block g.
  virtual double initial_bias(int) const { return 0; }

  virtual void forward(const CellStep& step, int stage) const = 0;
  virtual void backward(const CellDelta& step, int stage) const = 0;
  virtual void own_gradient(const CellTrace&) const {}
};

/// x ← φ(x).
void activate(Activation f, Real* x, Index n);
/// dx ← dy ∘ φ'(x), with φ' written in y = φ(x). dx may be y or dy.
void activation_gradient(Activation f, const Real* y, const Real* dy, Real* dx, Index n);

}  // namespace unfold
