// minLSTM (Feng et al. 2024): an LSTM whose gates see the input alone, without output gate and cell state; forget and
// input gate are divided by their sum, so that h keeps its scale:
//   f = σ(U_f·x + b)   i = σ(U_i·x + b)   g = g(U_g·x + b), see candidate.h   h = (f∘h₋ + i∘g)/(f + i)
#include "unfold/base/phrase.h"
#include "unfold/kernels/kernels.h"
#include "unfold/model/cell.h"
#include "unfold/model/cells/candidate.h"
#include "unfold/model/cells/table.h"

namespace unfold {
namespace {

class MinLstm final : public Cell {
 public:
  explicit MinLstm(const CellSettings& s) : candidate_(s), forget_bias_(s.number("forgetBias")) {}
  double initial_bias(int gate) const override { return gate == 0 ? forget_bias_ : 0; }
  std::string equations() const override {
    return phrase("f = sigmoid(z_f); i = sigmoid(z_i); g = {}; h = (f * h_prev + i * g) / (f + i)",
                  {candidate_.of("z_g")});
  }

  void forward(const CellStep& s) const override {
    for (Index n = 0; n < s.columns; ++n) {
      ArrayView f = s.gate(0, n), i = s.gate(1, n), g = s.gate(2, n), h = s.next(0, n);
      kernels::sigmoid(f.data(), 2 * s.units);
      candidate_.apply(g, h);
      h = (f * s.previous(0, n) + i * g) / (f + i);
    }
  }

  // with a = dh/(f+i):  dz_f = a∘(h₋−h)∘f(1−f)   dz_i = a∘(g−h)∘i(1−i)   dz_g = a∘i∘g'   dh₋ += a∘f
  void backward(const CellDelta& s) const override {
    s.each([&](const Slice& u) {
      ArrayView f = s.gate(0, u), i = s.gate(1, u), g = s.gate(2, u);
      const ConstArrayView h_prev = s.previous(0, u);
      const Units h = (f * h_prev + i * g) / (f + i), a = s.dh(u) / (f + i);
      s.dh_former(u) += a * f;
      const Units dg = a * i * candidate_.slope(g);
      f = a * (h_prev - h) * (f * (1 - f));
      i = a * (g - h) * (i * (1 - i));
      g = dg;
    });
  }

 private:
  Candidate candidate_;
  double forget_bias_;
};

constexpr const char* gates[] = {"f", "i", "g"};
constexpr signed char time_gates[] = {1, -1, 0};
constexpr CellOption options[] = {
    candidate_option,
    {.name = "forgetBias", .help = "Initial bias of the forget gate.", .number = 1, .minimum = -10, .maximum = 10}};

}  // namespace

const CellInfo minlstm_cell{
    .name = "minlstm",
    .label = "minLSTM",
    .summary = "Forget and input gate see the input alone and share one whole: a weighted mean of old and new.",
    .equations = "f, i = σ(U·x);  g = U·x;  h = (f∘h₋ + i∘g)/(f + i)",
    .source = "Feng et al. 2024",
    .gate_names = gates,
    .recurrent = false,
    .time_gates = time_gates,
    .options = options,
    .make = [](const CellSettings& s) -> std::unique_ptr<Cell> { return std::make_unique<MinLstm>(s); },
};

}  // namespace unfold
