#include "unfold/model/cell.h"

#include "unfold/kernels/kernels.h"

namespace unfold {

std::unique_ptr<Cell> make_cell(const CellInfo& info, const CellSettings& settings) {
  std::unique_ptr<Cell> cell = info.make(settings);
  cell->info = &info;
  return cell;
}

void activate(Activation f, Real* x, Index n) {
  switch (f) {
    case Activation::tanh: return kernels::tanh(x, n);
    case Activation::sigmoid: return kernels::sigmoid(x, n);
    case Activation::identity: return;
    case Activation::relu:
      for (Index i = 0; i < n; ++i) x[i] = x[i] < 0 ? 0 : x[i];  // NaN stays NaN
  }
}

void activation_gradient(Activation f, const Real* from, const Real* delta, Real* to, Index n) {
  const ConstArrayView y = array(from, n), dy = array(delta, n);
  ArrayView dx = array(to, n);
  switch (f) {
    case Activation::tanh: dx = dy * (1 - y * y); return;
    case Activation::sigmoid: dx = dy * (y * (1 - y)); return;
    case Activation::relu: dx = (y > 0).select(dy, Real(0)); return;
    case Activation::identity: dx = dy;
  }
}

}  // namespace unfold
