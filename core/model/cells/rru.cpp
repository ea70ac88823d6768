// The state of a residual recurrent unit (Zakovskis et al. 2021): what is new is added to what is kept, without gates.
//   h = σ(s)∘h₋ + r∘z,  z = b + U·x
// σ(s) starts between 0.01 and 0.99 over the units, r at 0 (ReZero, Bachlechner et al. 2021), so that at first nothing
// enters the state. The unit's deep transition is a layer below, which reads h one step later.
#include "unfold/base/numeric.h"
#include "unfold/model/cell.h"
#include "unfold/model/cells/table.h"

namespace unfold {
namespace {

class Rru final : public Cell {
 public:
  int saved() const override { return 2; }
  std::array<double, 2> initial_vector(int i) const override {
    const double most = i == 0 ? 4.6 : 0;
    return {-most, most};
  }
  int derived() const override { return 1; }
  void derive(const Real* own, Index units, Real* to) const override {
    for (Index k = 0; k < units; ++k) to[k] = Real(1 / (1 + numeric::exp(-double(own[k]))));
  }
  std::string equations() const override { return "c = z_c; h = sigmoid(keep) * h_prev + scale * c"; }

  void forward(const CellStep& s) const override {
    for (Index n = 0; n < s.columns; ++n) s.next(0, n) = s.derived(0) * s.previous(0, n) + s.vector(1) * s.gate(0, n);
  }

  // dz = r∘dh   dh₋ += σ(s)∘dh
  void backward(const CellDelta& s) const override {
    s.each([&](const Slice& u) {
      ArrayView z = s.gate(0, u);
      const ConstArrayView dh = s.dh(u);
      s.saved(0, u) = dh;
      s.saved(1, u) = dh * z;
      z = s.vector(1, u) * dh;
      s.dh_former(u) += s.derived(0, u) * dh;
    });
  }

  // ds = Σ dh∘h₋∘σ(s)∘(1 − σ(s))   dr = Σ dh∘z
  void own_gradient(const CellTrace& s) const override {
    const ConstArrayView keep = s.derived(0);
    for (Index n = 0; n < s.columns; ++n) {
      s.dvector(0) += s.saved(0, n) * s.previous(0, n) * (keep * (1 - keep));
      s.dvector(1) += s.saved(1, n);
    }
  }
};

constexpr const char* gates[] = {"c"};
constexpr const char* vectors[] = {"keep", "scale"};

}  // namespace

const CellInfo rru_cell{
    .name = "rru",
    .label = "RRU",
    .summary = "A state without gates: each unit keeps a learned share of itself and adds what comes, times a number.",
    .equations = "h = σ(s)∘h₋ + r∘(b + U·x)",
    .source = "Zakovskis et al. 2021",
    .gate_names = gates,
    .vector_names = vectors,
    .recurrent = false,
    .make = [](const CellSettings&) -> std::unique_ptr<Cell> { return std::make_unique<Rru>(); },
};

}  // namespace unfold
