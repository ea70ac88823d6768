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

void activation_gradient(Activation f, const Real* y, const Real* dy, Real* dx, Index n) {
  const ConstArrayView value = array(y, n), from = array(dy, n);
  ArrayView to = array(dx, n);
  switch (f) {
    case Activation::tanh: to = from * (1 - value * value); return;
    case Activation::sigmoid: to = from * (value * (1 - value)); return;
    case Activation::relu: to = (value > 0).select(from, Real(0)); return;
    case Activation::identity: to = from;
  }
}

}  // namespace unfold
