// Peephole LSTM (Gers & Schmidhuber 2000): the gates also see the cell state through diagonal weights p.
//   i = σ(z_i + p_i∘c₋)   f = σ(z_f + p_f∘c₋)   g = tanh(z_g)   c = f∘c₋ + i∘g
//   o = σ(z_o + p_o∘c)    h = o∘tanh(c)          (the output gate sees the new cell)
#include "unfold/base/phrase.h"
#include "unfold/kernels/kernels.h"
#include "unfold/model/cell.h"
#include "unfold/model/cells/table.h"

namespace unfold {
namespace {

class PeepholeLstm final : public Cell {
 public:
  PeepholeLstm(bool sigmoid_input, double forget_bias) : sigmoid_input_(sigmoid_input), forget_bias_(forget_bias) {}
  int saved() const override { return 2; }  // tanh(c), and c itself (the state may be interpolated afterwards)
  double initial_bias(int gate) const override { return gate == 1 ? forget_bias_ : 0; }

  std::string equations() const override {
    return phrase(
        "i = sigmoid(z_i + peephole_i * c_prev); f = sigmoid(z_f + peephole_f * c_prev); g = {}(z_g); c = f * c_prev + "
        "i * g; o = sigmoid(z_o + peephole_o * c); h = o * tanh(c)",
        {sigmoid_input_ ? "sigmoid" : "tanh"});
  }

  void forward(const CellStep& s) const override {
    const Index H = s.units;
    for (Index n = 0; n < s.columns; ++n) {
      ArrayView i = s.gate(0, n), f = s.gate(1, n), g = s.gate(2, n), o = s.gate(3, n);
      ArrayView h = s.next(0, n), c = s.next(1, n), tanh_c = s.saved(0, n);
      const ConstArrayView c_prev = s.previous(1, n);
      i += s.vector(0) * c_prev;
      f += s.vector(1) * c_prev;
      kernels::sigmoid(i.data(), 2 * H);
      sigmoid_input_ ? kernels::sigmoid(g.data(), H) : kernels::tanh(g.data(), H);
      c = f * c_prev + i * g;
      o += s.vector(2) * c;
      kernels::sigmoid(o.data(), H);
      kernels::tanh(c.data(), tanh_c.data(), H);
      h = o * tanh_c;
      s.saved(1, n) = c;
    }
  }

  // As in the LSTM, with dc += p_o∘dz_o and dc₋ += p_i∘dz_i + p_f∘dz_f.
  void backward(const CellDelta& s) const override {
    s.each([&](const Slice& u) {
      ArrayView i = s.gate(0, u), f = s.gate(1, u), g = s.gate(2, u), o = s.gate(3, u), dc = s.dstate(1, u);
      const ConstArrayView c_prev = s.previous(1, u), dh = s.dh(u);
      const ArrayView t = s.saved(0, u);
      const Units through = dh * (o * (1 - t * t));
      o = dh * (t * (o * (1 - o)));
      const Units d = dc + through + s.vector(2, u) * o;
      const Units dg = sigmoid_input_ ? Units(g * (1 - g)) : Units(1 - g * g);
      const Units kept = d * f;
      const Units di = d * (g * (i * (1 - i)));
      f = d * (c_prev * (f * (1 - f)));
      g = d * (i * dg);
      i = di;
      dc = kept + (s.vector(0, u) * i + s.vector(1, u) * f);
    });
  }

  // dp_i = Σ dz_i∘c₋   dp_f = Σ dz_f∘c₋   dp_o = Σ dz_o∘c
  void own_gradient(const CellTrace& s) const override {
    for (Index n = 0; n < s.columns; ++n) {
      s.dvector(0) += s.gate(0, n) * s.previous(1, n);
      s.dvector(1) += s.gate(1, n) * s.previous(1, n);
      s.dvector(2) += s.gate(3, n) * s.saved(1, n);
    }
  }

 private:
  bool sigmoid_input_;
  double forget_bias_;
};

constexpr const char* gates[] = {"i", "f", "g", "o"};
constexpr signed char time_gates[] = {-1, 1, 0, 0};
constexpr const char* states[] = {"h", "c"};
constexpr const char* vectors[] = {"peephole_i", "peephole_f", "peephole_o"};
constexpr const char* choices[] = {"tanh", "sigmoid"};
constexpr CellOption options[] = {
    {.name = "cellInput", .help = "The function of the cell input g.", .choices = choices, .choice = "tanh"},
    {.name = "forgetBias", .help = "Initial bias of the forget gate.", .number = 1, .minimum = -10, .maximum = 10}};

}  // namespace

const CellInfo peephole_lstm_cell{
    .name = "peephole-lstm",
    .label = "Peephole LSTM",
    .summary = "An LSTM whose gates see the cell state itself, which helps with exact timing.",
    .equations = "i, f = σ(… + p∘c₋);  g = tanh(…);  c = f∘c₋ + i∘g;  o = σ(… + p∘c);  h = o∘tanh(c)",
    .source = "Gers & Schmidhuber 2000",
    .gate_names = gates,
    .state_names = states,
    .vector_names = vectors,
    .time_gates = time_gates,
    .options = options,
    .make = [](const CellSettings& s) -> std::unique_ptr<Cell> {
      return std::make_unique<PeepholeLstm>(s.choice("cellInput") == "sigmoid", s.number("forgetBias"));
    },
};

}  // namespace unfold
