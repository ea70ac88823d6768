// Minimal gated unit (Zhou et al. 2016): one gate forgets, and resets before the recurrent product.
//   f = σ(z_f)   n = tanh(z_n), z_n = U_n·x + W_n·(f∘h₋) + b   h = (1−f)∘h₋ + f∘n
#include "model/cells/cells.h"
#include "unfold/kernels/kernels.h"
#include "unfold/model/cell.h"

namespace unfold::test {
namespace {

class Mgu final : public Cell {
 public:
  std::optional<EarlyGate> early_gate() const override { return EarlyGate{0, Activation::sigmoid}; }
  std::string equations() const override { return "f = sigmoid(z_f); n = tanh(z_n); h = (1 - f) * h_prev + f * n"; }

  void forward(const CellStep& s) const override {
    for (Index col = 0; col < s.columns; ++col) {
      ArrayView f = s.gate(0, col), n = s.gate(1, col);
      kernels::tanh(n.data(), s.units);
      s.next(0, col) = (1 - f) * s.former(0, col) + f * n;
    }
  }

  // df = dh∘(n−h₋)   dn = dh∘f   dh₋ += dh∘(1−f)
  void backward(const CellDelta& s) const override {
    s.each([&](const Slice& u) {
      ArrayView f = s.gate(0, u), n = s.gate(1, u);
      const ConstArrayView dh = s.dh(u);
      s.dearly(u) += dh * (n - s.former(0, u));
      s.dh_former(u) += dh * (1 - f);
      n = dh * (f * (1 - n * n));
    });
  }
};

constexpr const char* gates[] = {"f", "n"};

}  // namespace

const CellInfo mgu_cell{
    .name = "test-mgu",
    .label = "Minimal gated unit",
    .summary = "One gate that forgets and resets.",
    .equations = "f = σ(…);  n = tanh(U·x + W·(f∘h₋));  h = (1−f)∘h₋ + f∘n",
    .source = "Zhou et al. 2016",
    .gate_names = gates,
    .make = [](const CellSettings&) -> std::unique_ptr<Cell> { return std::make_unique<Mgu>(); },
};

}  // namespace unfold::test
