// Peephole LSTM (Gers & Schmidhuber 2000): the gates also see the cell state through diagonal weights p.
//   i = σ(z_i + p_i∘c₋)   f = σ(z_f + p_f∘c₋)   g = tanh(z_g)   c = f∘c₋ + i∘g
//   o = σ(z_o + p_o∘c)    h = o∘tanh(c)          (the output gate sees the new cell)
#include <algorithm>

#include "unfold/kernels/kernels.h"
#include "unfold/model/cell.h"

namespace unfold {
namespace {

class PeepholeLstm final : public Cell {
 public:
  PeepholeLstm(bool sigmoid_input, double forget_bias) : sigmoid_input_(sigmoid_input), forget_bias_(forget_bias) {}
  int gates() const override { return 4; }
  int states() const override { return 2; }
  int saved() const override { return 2; }  // tanh(c), c (the state may be blended afterwards)
  std::vector<std::string> own_vectors() const override { return {"peephole_i", "peephole_f", "peephole_o"}; }
  double initial_bias(int gate) const override { return gate == 1 ? forget_bias_ : 0; }

  void forward(const CellStep& s, int) const override {
    const Index H = s.hidden;
    const Real *pi = s.own, *pf = pi + H, *po = pf + H;
    for (Index n = 0; n < s.columns; ++n) {
      Real *i = s.z + 4 * H * n, *f = i + H, *g = f + H, *o = g + H;
      const Real* c_prev = s.prev[1] + H * n;
      Real *h = s.next[0] + H * n, *c = s.next[1] + H * n, *tanh_c = s.saved + 2 * H * n;
      for (Index k = 0; k < H; ++k) {
        i[k] += pi[k] * c_prev[k];
        f[k] += pf[k] * c_prev[k];
      }
      kernels::sigmoid(i, 2 * H);
      sigmoid_input_ ? kernels::sigmoid(g, H) : kernels::tanh(g, H);
      for (Index k = 0; k < H; ++k) c[k] = f[k] * c_prev[k] + i[k] * g[k];
      for (Index k = 0; k < H; ++k) o[k] += po[k] * c[k];
      kernels::sigmoid(o, H);
      kernels::tanh(c, tanh_c, H);
      for (Index k = 0; k < H; ++k) h[k] = o[k] * tanh_c[k];
      std::copy_n(c, H, tanh_c + H);
    }
  }

  // As in the LSTM, with dc += p_o∘dz_o and dc₋ += p_i∘dz_i + p_f∘dz_f.
  void backward(const CellDelta& s, int) const override {
    const Index H = s.hidden;
    const Real *pi = s.own, *pf = pi + H, *po = pf + H;
    for (Index n = 0; n < s.columns; ++n) {
      Real *i = s.z + 4 * H * n, *f = i + H, *g = f + H, *o = g + H, *dc = s.dc + H * n;
      const Real *c_prev = s.prev[1] + H * n, *tanh_c = s.saved + 2 * H * n, *dh = s.dh + H * n;
      for (Index k = 0; k < H; ++k) {
        const Real ik = i[k], fk = f[k], gk = g[k], ok = o[k], t = tanh_c[k];
        o[k] = dh[k] * (t * (ok * (1 - ok)));
        const Real d = dc[k] + dh[k] * (ok * (1 - t * t)) + po[k] * o[k];
        i[k] = d * (gk * (ik * (1 - ik)));
        f[k] = d * (c_prev[k] * (fk * (1 - fk)));
        g[k] = d * (ik * (sigmoid_input_ ? gk * (1 - gk) : 1 - gk * gk));
        dc[k] = d * fk + (pi[k] * i[k] + pf[k] * f[k]);
      }
    }
  }

  // dp_i = Σ dz_i∘c₋   dp_f = Σ dz_f∘c₋   dp_o = Σ dz_o∘c
  void own_gradient(const CellTrace& s) const override {
    const Index H = s.hidden;
    for (Index n = 0; n < s.columns; ++n) {
      const Real *dz = s.z + 4 * H * n, *c_prev = s.prev[1] + H * n, *c = s.saved + 2 * H * n + H;
      for (Index k = s.row_begin; k < s.row_end; ++k) {
        s.down[k] += dz[k] * c_prev[k];
        s.down[H + k] += dz[H + k] * c_prev[k];
        s.down[2 * H + k] += dz[3 * H + k] * c[k];
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
    {.name = "cellInput", .help = "The function of the cell input g.", .choices = choices, .choice = "tanh"},
    {.name = "forgetBias", .help = "Initial bias of the forget gate.", .number = 1, .minimum = -10, .maximum = 10}};

const RegisterCell registered{{
    .name = "peephole-lstm",
    .label = "Peephole LSTM",
    .summary = "An LSTM whose gates see the cell state itself, which helps with exact timing.",
    .equations = "i, f = σ(… + p∘c₋);  g = tanh(…);  c = f∘c₋ + i∘g;  o = σ(… + p∘c);  h = o∘tanh(c)",
    .source = "Gers & Schmidhuber 2000",
    .gate_names = gate_names,
    .options = options,
    .make = [](const CellSettings& s) -> std::unique_ptr<Cell> {
      return std::make_unique<PeepholeLstm>(s.choice("cellInput") == "sigmoid", s.number("forgetBias"));
    },
}};

}  // namespace
}  // namespace unfold
