#include "unfold/model/cell.h"

#include "unfold/kernels/kernels.h"

namespace unfold {

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
  switch (f) {
    case Activation::tanh:
      for (Index i = 0; i < n; ++i) dx[i] = dy[i] * (1 - y[i] * y[i]);
      return;
    case Activation::sigmoid:
      for (Index i = 0; i < n; ++i) dx[i] = dy[i] * (y[i] * (1 - y[i]));
      return;
    case Activation::relu:
      for (Index i = 0; i < n; ++i) dx[i] = y[i] > 0 ? dy[i] : 0;
      return;
    case Activation::identity:
      for (Index i = 0; i < n; ++i) dx[i] = dy[i];
  }
}

}  // namespace unfold
