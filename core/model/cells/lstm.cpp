// LSTM (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000), gates in PyTorch's order i, f, g, o:
//   i = σ(z_i)   f = σ(z_f)   g = tanh(z_g)   o = σ(z_o)
//   c = f∘c₋ + i∘g            h = o∘tanh(c)
// The cell input g may also be σ, as Goodfellow et al. print it (chapter 10).
#include "unfold/base/phrase.h"
#include "unfold/kernels/kernels.h"
#include "unfold/model/cell.h"
#include "unfold/model/cells/table.h"

namespace unfold {
namespace {

class Lstm final : public Cell {
 public:
  Lstm(bool sigmoid_input, double forget_bias) : sigmoid_input_(sigmoid_input), forget_bias_(forget_bias) {}
  int saved() const override { return 1; }  // tanh(c)
  double initial_bias(int gate) const override { return gate == 1 ? forget_bias_ : 0; }

  std::string equations() const override {
    return phrase(
        "i = sigmoid(z_i); f = sigmoid(z_f); g = {}(z_g); o = sigmoid(z_o); c = f * c_prev + i * g; h = o * tanh(c)",
        {sigmoid_input_ ? "sigmoid" : "tanh"});
  }

  void forward(const CellStep& s) const override {
    const Index H = s.units;
    for (Index n = 0; n < s.columns; ++n) {
      const ArrayView i = s.gate(0, n), f = s.gate(1, n), g = s.gate(2, n), o = s.gate(3, n);
      ArrayView h = s.next(0, n), c = s.next(1, n), tanh_c = s.saved(0, n);
      if (sigmoid_input_) {
        kernels::sigmoid(s.gate(0, n).data(), 4 * H);
      } else {
        kernels::sigmoid(s.gate(0, n).data(), 2 * H);
        kernels::tanh(s.gate(2, n).data(), H);
        kernels::sigmoid(s.gate(3, n).data(), H);
      }
      c = f * s.previous(1, n) + i * g;
      kernels::tanh(c.data(), tanh_c.data(), H);
      h = o * tanh_c;
    }
  }

  // dc = dc_later + dh∘o∘(1−tanh²c)
  // dz_i = dc∘g∘i(1−i)   dz_f = dc∘c₋∘f(1−f)   dz_g = dc∘i∘g'   dz_o = dh∘tanh(c)∘o(1−o)   dc₋ = dc∘f
  void backward(const CellDelta& s) const override {
    s.each([&](const Slice& u) {
      ArrayView i = s.gate(0, u), f = s.gate(1, u), g = s.gate(2, u), o = s.gate(3, u), dc = s.dstate(1, u);
      const ConstArrayView c_prev = s.previous(1, u), dh = s.dh(u);
      const ArrayView t = s.saved(0, u);
      const Units d = dc + dh * (o * (1 - t * t));
      const Units dg = sigmoid_input_ ? Units(g * (1 - g)) : Units(1 - g * g);
      dc = d * f;
      f = d * (c_prev * (f * (1 - f)));
      const Units di = d * (g * (i * (1 - i)));
      g = d * (i * dg);
      i = di;
      o = dh * (t * (o * (1 - o)));
    });
  }

 private:
  bool sigmoid_input_;
  double forget_bias_;
};

constexpr const char* gates[] = {"i", "f", "g", "o"};
constexpr signed char time_gates[] = {-1, 1, 0, 0};
constexpr const char* states[] = {"h", "c"};
constexpr const char* choices[] = {"tanh", "sigmoid"};
constexpr CellOption options[] = {
    {.name = "cellInput",
     .help = "The function of the cell input g: tanh in most toolkits, sigmoid in Goodfellow et al.",
     .choices = choices,
     .choice = "tanh"},
    {.name = "forgetBias",
     .help = "Initial bias of the forget gate; 1 lets the cell remember from the start.",
     .number = 1,
     .minimum = -10,
     .maximum = 10}};

}  // namespace

const CellInfo lstm_cell{
    .name = "lstm",
    .label = "LSTM",
    .summary = "A cell state that gates may write, keep and read, so that errors flow back unchanged.",
    .equations = "i, f, o = σ(…);  g = tanh(…);  c = f∘c₋ + i∘g;  h = o∘tanh(c)",
    .source = "Hochreiter & Schmidhuber 1997; Gers et al. 2000",
    .gate_names = gates,
    .state_names = states,
    .time_gates = time_gates,
    .options = options,
    .make = [](const CellSettings& s) -> std::unique_ptr<Cell> {
      return std::make_unique<Lstm>(s.choice("cellInput") == "sigmoid", s.number("forgetBias"));
    },
};

}  // namespace unfold
