// An operation of a plan: one small class in one file of this folder. It names the buffers that only it uses, and says
// what it does to some columns forward, what it does with their gradients backward, and what it adds to the gradients
// of its parameters once all gradients of sums are known.
//
// Every method gets its window (Pass) and columns; an operation keeps no state between calls, so that threads may run
// it on different columns at once.
#pragma once

#include <string>
#include <vector>

#include "unfold/base/profile.h"
#include "unfold/model/pass.h"

namespace unfold {

struct Plan;
struct LinearSpec;
class Description;

/// What one parameter, or a source without a matrix, adds to the preactivations of a cell at one column.
struct Term {
  std::string name;          // of the parameter, or of the source's buffer
  bool apart = false;        // it adds to the recurrent part that the cell reads separately (Cell::separate)
  std::vector<Real> values;  // G·H
};

class Operation {
 public:
  virtual ~Operation() = default;

  /// The kind, as the plan's JSON names it.
  virtual const char* name() const = 0;
  /// What it reads and writes, its parameters and constants, as fields of its JSON.
  virtual void describe(Description& d) const = 0;

  /// Adds to the plan the buffers that only this operation uses.
  virtual void buffers(Plan&) {}
  /// Writes the packed forms of its weights, after the parameters changed.
  virtual void pack(const Real* /*parameters*/, Real* /*packed*/) const {}

  /// Computes what it writes, at these columns.
  virtual void forward(const Pass&, const Columns&) const {}
  /// Adds to the gradients of what it reads, from those of what it writes, which are complete by then.
  virtual void backward(const Pass&, const Columns&) const {}
  /// Adds columns [first, last) of the window's T·N to the gradients of its parameters. Called for successive ranges;
  /// what cannot be cut is added when `first` is 0.
  virtual void gradient(const Pass&, Real* /*gradient*/, Index /*first*/, Index /*last*/) const {}

  /// Multiply–adds of one column forward (or an equivalent in time).
  virtual double cost() const { return 0; }
  /// Floating-point operations of forward, backward and gradient for one column; a multiply–add counts two.
  virtual double flops() const { return 0; }
  /// Under which heading the profile counts its time.
  virtual Phase phase() const { return Phase::gates; }

  /// What a linear map or a lookup multiplies with; null for others.
  virtual const LinearSpec* map() const { return nullptr; }
  /// Zeroes what must stay zero among its parameters, or their gradients (clockwork).
  virtual void mask(Real* /*x*/) const {}
  /// dx (V × T·N) += the gradient of the one-hot input.
  virtual void input_gradient(const Pass&, Real* /*dx*/) const {}
  /// Adds its terms to sum `buffer` at one column, see Term.
  virtual void term(const Plan&, const Pass&, Index /*column*/, int /*buffer*/, std::vector<Term>&) const {}

  int layer = -1;     // of the plan, which it belongs to
  bool once = false;  // it runs over all T·N columns at a time
};

}  // namespace unfold
