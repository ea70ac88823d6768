// LSTM (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000), gates in PyTorch's order i, f, g, o:
//   i = σ(z_i)   f = σ(z_f)   g = tanh(z_g)   o = σ(z_o)
//   c = f∘c₋ + i∘g            h = o∘tanh(c)
// The cell input g may also be σ, as Goodfellow et al. print it (chapter 10).
#include "unfold/kernels/kernels.h"
#include "unfold/model/cell.h"

namespace unfold {
namespace {

class Lstm final : public Cell {
 public:
  Lstm(bool sigmoid_input, double forget_bias) : sigmoid_input_(sigmoid_input), forget_bias_(forget_bias) {}
  int gates() const override { return 4; }
  int states() const override { return 2; }
  int saved() const override { return 1; }  // tanh(c)
  double initial_bias(int gate) const override { return gate == 1 ? forget_bias_ : 0; }

  void forward(const CellStep& s, int) const override {
    const Index H = s.hidden;
    for (Index n = 0; n < s.columns; ++n) {
      Real *i = s.z + 4 * H * n, *f = i + H, *g = f + H, *o = g + H;
      const Real* c_prev = s.prev[1] + H * n;
      Real *h = s.next[0] + H * n, *c = s.next[1] + H * n, *tanh_c = s.saved + H * n;
      if (sigmoid_input_) {
        kernels::sigmoid(i, 4 * H);
      } else {
        kernels::sigmoid(i, 2 * H);
        kernels::tanh(g, H);
        kernels::sigmoid(o, H);
      }
      for (Index k = 0; k < H; ++k) c[k] = f[k] * c_prev[k] + i[k] * g[k];
      kernels::tanh(c, tanh_c, H);
      for (Index k = 0; k < H; ++k) h[k] = o[k] * tanh_c[k];
    }
  }

  // dc = dc_later + dh∘o∘(1−tanh²c)
  // dz_i = dc∘g∘i(1−i)   dz_f = dc∘c₋∘f(1−f)   dz_g = dc∘i∘g'   dz_o = dh∘tanh(c)∘o(1−o)   dc₋ = dc∘f
  void backward(const CellDelta& s, int) const override {
    const Index H = s.hidden;
    for (Index n = 0; n < s.columns; ++n) {
      Real *i = s.z + 4 * H * n, *f = i + H, *g = f + H, *o = g + H, *dc = s.dc + H * n;
      const Real *c_prev = s.prev[1] + H * n, *tanh_c = s.saved + H * n, *dh = s.dh + H * n;
      for (Index k = 0; k < H; ++k) {
        const Real ik = i[k], fk = f[k], gk = g[k], ok = o[k], t = tanh_c[k];
        const Real d = dc[k] + dh[k] * (ok * (1 - t * t));
        const Real dg = sigmoid_input_ ? gk * (1 - gk) : 1 - gk * gk;
        i[k] = d * (gk * (ik * (1 - ik)));
        f[k] = d * (c_prev[k] * (fk * (1 - fk)));
        g[k] = d * (ik * dg);
        o[k] = dh[k] * (t * (ok * (1 - ok)));
        dc[k] = d * fk;
      }
    }
  }

 private:
  bool sigmoid_input_;
  double forget_bias_;
};

constexpr const char* gate_names[] = {"i", "f", "g", "o"};
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

const RegisterCell registered{{
    .name = "lstm",
    .label = "LSTM",
    .summary = "A cell state that gates may write, keep and read, so that errors flow back unchanged.",
    .equations = "i, f, o = σ(…);  g = tanh(…);  c = f∘c₋ + i∘g;  h = o∘tanh(c)",
    .source = "Hochreiter & Schmidhuber 1997; Gers et al. 2000",
    .gate_names = gate_names,
    .options = options,
    .make = [](const CellSettings& s) -> std::unique_ptr<Cell> {
      return std::make_unique<Lstm>(s.choice("cellInput") == "sigmoid", s.number("forgetBias"));
    },
}};

}  // namespace
}  // namespace unfold
