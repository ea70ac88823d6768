// UGRNN (Collins et al. 2017): one gate between the old state and a candidate.
//   f = σ(z_f)   n = tanh(z_n)   h = f∘h₋ + (1−f)∘n, where z = U·x + W·h₋ + b
#include "unfold/kernels/kernels.h"
#include "unfold/model/cell.h"
#include "unfold/model/cells/table.h"

namespace unfold {
namespace {

class Ugrnn final : public Cell {
 public:
  std::string equations() const override { return "f = sigmoid(z_f); n = tanh(z_n); h = f * h_prev + (1 - f) * n"; }

  void forward(const CellStep& s) const override {
    for (Index k = 0; k < s.columns; ++k) {
      ArrayView f = s.gate(0, k), n = s.gate(1, k);
      kernels::sigmoid(f.data(), s.units);
      kernels::tanh(n.data(), s.units);
      s.next(0, k) = f * s.previous(0, k) + (1 - f) * n;
    }
  }

  // dz_f = dh∘(h₋−n)∘f(1−f)   dz_n = dh∘(1−f)∘(1−n²)   dh₋ += dh∘f
  void backward(const CellDelta& s) const override {
    s.each([&](const Slice& u) {
      ArrayView f = s.gate(0, u), n = s.gate(1, u);
      const ConstArrayView dh = s.dh(u);
      s.dh_former(u) += dh * f;
      const Units dn = dh * (1 - f) * (1 - n * n);
      f = dh * (s.previous(0, u) - n) * (f * (1 - f));
      n = dn;
    });
  }
};

constexpr const char* gates[] = {"f", "n"};
constexpr signed char time_gates[] = {1, 0};

}  // namespace

const CellInfo ugrnn_cell{
    .name = "ugrnn",
    .label = "UGRNN",
    .summary = "One gate between the old state and a candidate.",
    .equations = "f = σ(U_f·x + W_f·h₋);  n = tanh(U·x + W·h₋);  h = f∘h₋ + (1−f)∘n",
    .source = "Collins et al. 2017",
    .gate_names = gates,
    .time_gates = time_gates,
    .make = [](const CellSettings&) -> std::unique_ptr<Cell> { return std::make_unique<Ugrnn>(); },
};

}  // namespace unfold
