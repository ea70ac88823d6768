// A cell is pointwise: it turns summed preactivations and the previous states into gate activations and new states. It
// multiplies no matrices, knows no time and allocates nothing. One file for each cell in cells/, one name in
// cells/table.cpp; parser, schema, gradient tests and the page's menu iterate the table (core/README.md "Add a cell").
//
// Shapes, for H units and `columns` columns: z is G·H rows (gate g is rows g·H …), a state H rows.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "unfold/base/eigen.h"
#include "unfold/base/real.h"
#include "unfold/config/cell_info.h"
#include "unfold/model/pass.h"

namespace unfold {

/// Some units of one column: what an expression works on at a time. At most `Units::MaxSizeAtCompileTime` of them, so
/// that temporaries lie on the stack and stay in the cache.
struct Slice {
  Index column, begin, count;
};
using Units = Eigen::Array<Real, Eigen::Dynamic, 1, Eigen::ColMajor, 64, 1>;

/// What a cell sees of one time step (or any run of columns), by name.
struct CellColumns {
  Index units = 0, columns = 0;  // H, and how many sequences
  int gates = 0, saved_rows = 0;
  const Real* own = nullptr;                              // the cell's own vectors, one after the other
  const Real* derived_values = nullptr;                   // derived()·H, what follows from them
  Real* z = nullptr;                                      // sums, G·H rows
  Real* zh = nullptr;                                     // the recurrent part, if separate()
  Real* saved_values = nullptr;                           // saved()·H rows
  std::array<const Real*, max_states> previous_states{};  // H rows

  /// Gate g of column n, of which units or slices are taken.
  ArrayView gate(int g, Index n) const { return array(z + (n * gates + g) * units, units); }
  ArrayView recurrent(int g, Index n) const { return array(zh + (n * gates + g) * units, units); }
  ArrayView saved(int i, Index n) const { return array(saved_values + (n * saved_rows + i) * units, units); }
  ConstArrayView previous(int i, Index n) const { return array(previous_states[std::size_t(i)] + n * units, units); }
  ConstArrayView vector(int i) const { return array(own + i * units, units); }
  ConstArrayView derived(int i) const { return array(derived_values + i * units, units); }

  /// f(slice) for all units of all columns.
  template <class F>
  void each(const F& f) const {
    constexpr Index step = Units::MaxSizeAtCompileTime;
    for (Index n = 0; n < columns; ++n)
      for (Index k = 0; k < units; k += step) f(Slice{n, k, units - k < step ? units - k : step});
  }
  ArrayView gate(int g, const Slice& s) const { return part(z + (s.column * gates + g) * units, s); }
  ArrayView recurrent(int g, const Slice& s) const { return part(zh + (s.column * gates + g) * units, s); }
  ArrayView saved(int i, const Slice& s) const { return part(saved_values + (s.column * saved_rows + i) * units, s); }
  ConstArrayView previous(int i, const Slice& s) const {
    return array(previous_states[std::size_t(i)] + s.column * units + s.begin, s.count);
  }
  ConstArrayView vector(int i, const Slice& s) const { return array(own + i * units + s.begin, s.count); }
  ConstArrayView derived(int i, const Slice& s) const { return array(derived_values + i * units + s.begin, s.count); }

 protected:
  static ArrayView part(Real* column, const Slice& s) { return array(column + s.begin, s.count); }
};

/// Forward: z holds preactivations (input + recurrent part) and is overwritten by gate activations.
struct CellStep : CellColumns {
  std::array<Real*, max_states> next_states{};
  ArrayView next(int i, Index n) const { return array(next_states[std::size_t(i)] + n * units, units); }
  ArrayView next(int i, const Slice& s) const { return part(next_states[std::size_t(i)] + s.column * units, s); }
};

/// Backward of the same step: z holds gate activations and is overwritten by their deltas ∂L/∂(preactivation); zh holds
/// the recurrent part and is overwritten by its delta.
struct CellDelta : CellColumns {
  const Real* dh_values = nullptr;          // ∂L/∂h of this step, complete
  Real* dformer = nullptr;                  // ∂L/∂h of the step before
  Real* early_gradient = nullptr;           // of Cell::early_gate
  std::array<Real*, max_states> dstates{};  // of states from 1 on: in ∂L/∂s_t, out ∂L/∂s_{t−1}
  ConstArrayView dh(const Slice& s) const { return array(dh_values + s.column * units + s.begin, s.count); }
  /// += the part that does not pass through matrices.
  ArrayView dh_former(const Slice& s) const { return part(dformer + s.column * units, s); }
  /// += ∂L/∂(early gate).
  ArrayView dearly(const Slice& s) const { return part(early_gradient + s.column * units, s); }
  ArrayView dstate(int i, const Slice& s) const { return part(dstates[std::size_t(i)] + s.column * units, s); }
};

/// All T·N columns at once, for the gradients of the cell's own vectors; z holds deltas.
struct CellTrace : CellColumns {
  Real* gradient = nullptr;  // += gradient of own
  ArrayView dvector(int i) const { return array(gradient + i * units, units); }
};

/// A gate that is activated before the others because the recurrent input of the last gate is multiplied by it (the
/// reset gate of Cho et al. 2014). The cell finds it activated and, in backward, leaves it as it is: what the cell's
/// own use of the gate gives is added to CellDelta::dearly.
struct EarlyGate {
  int gate;
  Activation function;
};

class Cell {
 public:
  virtual ~Cell() = default;
  /// The table's entry of this cell.
  const CellInfo* info = nullptr;

  /// Row blocks of z.
  int gates() const { return int(info->gate_names.size()); }
  /// States carried from step to step; the first is h, what others see.
  int states() const { return int(info->state_names.size()); }
  const char* state_name(int i) const { return info->state_names[std::size_t(i)]; }

  /// Further H-row blocks kept for backward.
  virtual int saved() const { return 0; }
  /// True if the cell reads the recurrent part of z separately (zh), as the GRU with its reset gate after the product.
  virtual bool separate() const { return false; }
  virtual std::optional<EarlyGate> early_gate() const { return std::nullopt; }
  /// Initial value of the bias of gate g.
  virtual double initial_bias(int) const { return 0; }
  /// Initial values of the cell's own vector i: evenly from the first unit's to the last unit's.
  virtual std::array<double, 2> initial_vector(int) const { return {0, 0}; }

  /// Vectors of H that follow from the cell's own alone: computed once for each change of the parameters.
  virtual int derived() const { return 0; }
  virtual void derive(const Real* /*own*/, Index /*units*/, Real* /*derived*/) const {}

  /// What forward computes, in the language of expression.h: exporters, diagrams and documents read it.
  virtual std::string equations() const = 0;
  virtual void forward(const CellStep& s) const = 0;
  virtual void backward(const CellDelta& s) const = 0;
  virtual void own_gradient(const CellTrace&) const {}
};

/// The cell of a table's entry, with a layer's settings.
std::unique_ptr<Cell> make_cell(const CellInfo& info, const CellSettings& settings);

/// x ← φ(x).
void activate(Activation f, Real* x, Index n);
/// dx ← dy ∘ φ'(x), with φ' written in y = φ(x). dx may be y or dy.
void activation_gradient(Activation f, const Real* y, const Real* dy, Real* dx, Index n);

}  // namespace unfold
