// minGRU (Feng et al. 2024): a GRU whose gate and candidate see the input alone, so nothing is multiplied by h₋ but
// the gate, and all products are hoisted out of the loop over time:
//   z = σ(U_z·x + b)   n = g(U_n·x + b), g see candidate.h   h = (1−z)∘h₋ + z∘n
// Here z lets the new in (as in the paper), where the GRU's z keeps the old.
#include "unfold/base/phrase.h"
#include "unfold/kernels/kernels.h"
#include "unfold/model/cell.h"
#include "unfold/model/cells/candidate.h"
#include "unfold/model/cells/table.h"

namespace unfold {
namespace {

class MinGru final : public Cell {
 public:
  explicit MinGru(const CellSettings& s) : candidate_(s) {}
  std::string equations() const override {
    return phrase("z = sigmoid(z_z); n = {}; h = (1 - z) * h_prev + z * n", {candidate_.of("z_n")});
  }

  void forward(const CellStep& s) const override {
    for (Index k = 0; k < s.columns; ++k) {
      ArrayView z = s.gate(0, k), n = s.gate(1, k), h = s.next(0, k);
      kernels::sigmoid(z.data(), s.units);
      candidate_.apply(n, h);
      h = (1 - z) * s.previous(0, k) + z * n;
    }
  }

  // dz_z = dh∘(n−h₋)∘z(1−z)   dz_n = dh∘z∘g'   dh₋ += dh∘(1−z)
  void backward(const CellDelta& s) const override {
    s.each([&](const Slice& u) {
      ArrayView z = s.gate(0, u), n = s.gate(1, u);
      const ConstArrayView dh = s.dh(u);
      s.dh_former(u) += dh * (1 - z);
      const Units dn = dh * z * candidate_.slope(n);
      z = dh * (n - s.previous(0, u)) * (z * (1 - z));
      n = dn;
    });
  }

 private:
  Candidate candidate_;
};

constexpr const char* gates[] = {"z", "n"};
constexpr signed char time_gates[] = {-1, 0};
constexpr CellOption options[] = {candidate_option};

}  // namespace

const CellInfo mingru_cell{
    .name = "mingru",
    .label = "minGRU",
    .summary = "A GRU whose gate sees the input alone: without a recurrent matrix, all products run before the scan.",
    .equations = "z = σ(U_z·x);  n = U·x;  h = (1−z)∘h₋ + z∘n",
    .source = "Feng et al. 2024",
    .gate_names = gates,
    .recurrent = false,
    .time_gates = time_gates,
    .options = options,
    .make = [](const CellSettings& s) -> std::unique_ptr<Cell> { return std::make_unique<MinGru>(s); },
};

}  // namespace unfold
