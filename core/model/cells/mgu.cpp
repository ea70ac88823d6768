// Minimal gated unit (Zhou et al. 2016): one gate forgets, and resets before the recurrent product.
//   f = σ(z_f)   n = tanh(z_n), z_n = U_n·x + W_n·(f∘h₋) + b   h = (1−f)∘h₋ + f∘n
#include "unfold/kernels/kernels.h"
#include "unfold/model/cell.h"
#include "unfold/model/cells/table.h"

namespace unfold {
namespace {

class Mgu final : public Cell {
 public:
  std::optional<EarlyGate> early_gate() const override { return EarlyGate{0, Activation::sigmoid}; }
  std::string equations() const override { return "f = sigmoid(z_f); n = tanh(z_n); h = (1 - f) * h_prev + f * n"; }

  void forward(const CellStep& s) const override {
    for (Index column = 0; column < s.columns; ++column) {
      ArrayView f = s.gate(0, column), n = s.gate(1, column);
      kernels::tanh(n.data(), s.units);
      s.next(0, column) = (1 - f) * s.previous(0, column) + f * n;
    }
  }

  // df = dh∘(n−h₋)   dz_n = dh∘f∘(1−n²)   dh₋ += dh∘(1−f)
  void backward(const CellDelta& s) const override {
    s.each([&](const Slice& u) {
      ArrayView f = s.gate(0, u), n = s.gate(1, u);
      const ConstArrayView dh = s.dh(u);
      s.dearly(u) += dh * (n - s.previous(0, u));
      s.dh_former(u) += dh * (1 - f);
      n = dh * (f * (1 - n * n));
    });
  }
};

constexpr const char* gates[] = {"f", "n"};
constexpr signed char time_gates[] = {-1, 0};

}  // namespace

const CellInfo mgu_cell{
    .name = "mgu",
    .label = "MGU",
    .summary = "One gate both forgets and resets: the smallest gated cell.",
    .equations = "f = σ(…);  n = tanh(U·x + W·(f∘h₋));  h = (1−f)∘h₋ + f∘n",
    .source = "Zhou et al. 2016",
    .gate_names = gates,
    .time_gates = time_gates,
    .make = [](const CellSettings&) -> std::unique_ptr<Cell> { return std::make_unique<Mgu>(); },
};

}  // namespace unfold
