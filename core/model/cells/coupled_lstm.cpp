// LSTM with coupled input and forget gates (CIFG in Greff et al. 2017): what is forgotten makes room for what is
// written.
//   f = σ(z_f)   g = tanh(z_g)   o = σ(z_o)   c = f∘c₋ + (1−f)∘g   h = o∘tanh(c)
// or h = o∘c, the "fo-pooling" of a QRNN (Bradbury et al. 2017).
#include "unfold/kernels/kernels.h"
#include "unfold/model/cell.h"
#include "unfold/model/cells/table.h"

namespace unfold {
namespace {

class CoupledLstm final : public Cell {
 public:
  CoupledLstm(bool squashed, double forget_bias) : squashed_(squashed), forget_bias_(forget_bias) {}
  int saved() const override { return 1; }  // tanh(c), or c
  double initial_bias(int gate) const override { return gate == 0 ? forget_bias_ : 0; }
  std::string equations() const override {
    return std::string("f = sigmoid(z_f); g = tanh(z_g); o = sigmoid(z_o); c = f * c_prev + (1 - f) * g; h = o * ") +
           (squashed_ ? "tanh(c)" : "c");
  }

  void forward(const CellStep& s) const override {
    const Index H = s.units;
    for (Index n = 0; n < s.columns; ++n) {
      ArrayView f = s.gate(0, n), g = s.gate(1, n), o = s.gate(2, n);
      ArrayView c = s.next(1, n), shown = s.saved(0, n);
      kernels::sigmoid(f.data(), H);
      kernels::tanh(g.data(), H);
      kernels::sigmoid(o.data(), H);
      c = f * s.previous(1, n) + (1 - f) * g;
      if (squashed_)
        kernels::tanh(c.data(), shown.data(), H);
      else
        shown = c;
      s.next(0, n) = o * shown;
    }
  }

  // dc = dc_later + dh∘o∘(1−tanh²c), or dc_later + dh∘o
  // dz_f = dc∘(c₋−g)∘f(1−f)   dz_g = dc∘(1−f)∘(1−g²)   dz_o = dh∘(tanh(c) or c)∘o(1−o)   dc₋ = dc∘f
  void backward(const CellDelta& s) const override {
    s.each([&](const Slice& u) {
      ArrayView f = s.gate(0, u), g = s.gate(1, u), o = s.gate(2, u), dc = s.dstate(1, u);
      const ArrayView t = s.saved(0, u);
      const ConstArrayView dh = s.dh(u);
      const Units slope = squashed_ ? Units(o * (1 - t * t)) : Units(o);
      const Units d = dc + dh * slope;
      const Units dg = d * ((1 - f) * (1 - g * g));
      dc = d * f;
      f = d * ((s.previous(1, u) - g) * (f * (1 - f)));
      g = dg;
      o = dh * (t * (o * (1 - o)));
    });
  }

 private:
  bool squashed_;
  double forget_bias_;
};

constexpr const char* gates[] = {"f", "g", "o"};
constexpr signed char time_gates[] = {1, 0, 0};
constexpr const char* states[] = {"h", "c"};
constexpr const char* choices[] = {"tanh", "identity"};
constexpr CellOption options[] = {
    {.name = "cellOutput",
     .help = "What the output gate multiplies: tanh of the cell state, or the cell state itself (QRNN).",
     .choices = choices,
     .choice = "tanh"},
    {.name = "forgetBias", .help = "Initial bias of the forget gate.", .number = 1, .minimum = -10, .maximum = 10}};

}  // namespace

const CellInfo coupled_lstm_cell{
    .name = "coupled-lstm",
    .label = "Coupled LSTM",
    .summary = "An LSTM that writes as much as it forgets: the input gate is 1 − f.",
    .equations = "f, o = σ(…);  g = tanh(…);  c = f∘c₋ + (1−f)∘g;  h = o∘tanh(c)",
    .source = "Greff et al. 2017",
    .gate_names = gates,
    .state_names = states,
    .time_gates = time_gates,
    .options = options,
    .make = [](const CellSettings& s) -> std::unique_ptr<Cell> {
      return std::make_unique<CoupledLstm>(s.choice("cellOutput") == "tanh", s.number("forgetBias"));
    },
};

}  // namespace unfold
