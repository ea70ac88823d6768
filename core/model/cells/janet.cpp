// JANET, "just another network" (van der Westhuizen & Lasenby 2018): an LSTM with its forget gate alone.
//   f = σ(z_f)   g = tanh(z_g)   w = σ(z_f − β)   h = f∘h₋ + (1−w)∘g
// The paper takes β = 1, so that more is written than forgotten; with β = 0 the two are coupled, w = f. Its first
// biases are logarithms of random time spans; here all are `forgetBias`.
#include "unfold/base/phrase.h"
#include "unfold/kernels/kernels.h"
#include "unfold/model/cell.h"
#include "unfold/model/cells/table.h"

namespace unfold {
namespace {

class Janet final : public Cell {
 public:
  Janet(bool shifted, double forget_bias) : shifted_(shifted), forget_bias_(forget_bias) {}
  int saved() const override { return 1; }  // w
  double initial_bias(int gate) const override { return gate == 0 ? forget_bias_ : 0; }

  std::string equations() const override {
    return phrase("f = sigmoid(z_f); g = tanh(z_g); h = f * h_prev + (1 - {}) * g",
                  {shifted_ ? "sigmoid(z_f - 1)" : "f"});
  }

  void forward(const CellStep& s) const override {
    for (Index n = 0; n < s.columns; ++n) {
      ArrayView f = s.gate(0, n), g = s.gate(1, n), w = s.saved(0, n);
      w = f - Real(shifted_ ? 1 : 0);
      kernels::sigmoid(w.data(), s.units);
      kernels::sigmoid(f.data(), s.units);
      kernels::tanh(g.data(), s.units);
      s.next(0, n) = f * s.previous(0, n) + (1 - w) * g;
    }
  }

  // dz_f = dh∘(h₋∘f(1−f) − g∘w(1−w))   dz_g = dh∘(1−w)∘(1−g²)   dh₋ += dh∘f
  void backward(const CellDelta& s) const override {
    s.each([&](const Slice& u) {
      ArrayView f = s.gate(0, u), g = s.gate(1, u);
      const ArrayView w = s.saved(0, u);
      const ConstArrayView dh = s.dh(u);
      s.dh_former(u) += dh * f;
      f = dh * (s.previous(0, u) * (f * (1 - f)) - g * (w * (1 - w)));
      g = dh * ((1 - w) * (1 - g * g));
    });
  }

 private:
  bool shifted_;
  double forget_bias_;
};

constexpr const char* gates[] = {"f", "g"};
constexpr signed char time_gates[] = {1, 0};
constexpr const char* choices[] = {"shifted", "coupled"};
constexpr CellOption options[] = {
    {.name = "inputControl",
     .help = "The share that is written: 1 − σ(z_f − 1), more than is forgotten, or 1 − f, just as much.",
     .choices = choices,
     .choice = "shifted"},
    {.name = "forgetBias", .help = "Initial bias of the forget gate.", .number = 1, .minimum = -10, .maximum = 10}};

}  // namespace

const CellInfo janet_cell{
    .name = "janet",
    .label = "JANET",
    .summary = "An LSTM reduced to its forget gate: one gate decides what is kept and what is written.",
    .equations = "f = σ(a);  g = tanh(…);  h = f∘h₋ + (1−σ(a−1))∘g",
    .source = "van der Westhuizen & Lasenby 2018",
    .gate_names = gates,
    .time_gates = time_gates,
    .options = options,
    .make = [](const CellSettings& s) -> std::unique_ptr<Cell> {
      return std::make_unique<Janet>(s.choice("inputControl") == "shifted", s.number("forgetBias"));
    },
};

}  // namespace unfold
