// LSTM whose input gate is what its forget gate leaves (Greff et al. 2017), or has a gate of its own, by choice:
//   i = 1 − f (coupled) or σ(z_i)   f = σ(z_f)   g = tanh(z_g)   o = σ(z_o)   c = f∘c₋ + i∘g   h = o∘tanh(c)
#include "model/cells/cells.h"
#include "unfold/kernels/kernels.h"
#include "unfold/model/cell.h"

namespace unfold::test {
namespace {

class CoupledLstm final : public Cell {
 public:
  explicit CoupledLstm(bool coupled) : coupled_(coupled) {}
  int saved() const override { return 1; }  // tanh(c)
  double initial_bias(int gate) const override { return gate == 1 ? 1 : 0; }
  std::string equations() const override {
    return std::string("f = sigmoid(z_f); i = ") + (coupled_ ? "1 - f + 0 * z_i" : "sigmoid(z_i)") +
           "; g = tanh(z_g); o = sigmoid(z_o); c = f * c_prev + i * g; h = o * tanh(c)";
  }

  void forward(const CellStep& s) const override {
    const Index H = s.units;
    for (Index n = 0; n < s.columns; ++n) {
      ArrayView i = s.gate(0, n), f = s.gate(1, n), g = s.gate(2, n), o = s.gate(3, n);
      ArrayView c = s.next(1, n), t = s.saved(0, n);
      kernels::sigmoid(i.data(), 2 * H);
      if (coupled_) i = 1 - f;
      kernels::tanh(g.data(), H);
      kernels::sigmoid(o.data(), H);
      c = f * s.former(1, n) + i * g;
      kernels::tanh(c.data(), t.data(), H);
      s.next(0, n) = o * t;
    }
  }

  // di = dc∘g   df = dc∘c₋ (− di, coupled)
  void backward(const CellDelta& s) const override {
    s.each([&](const Slice& u) {
      ArrayView i = s.gate(0, u), f = s.gate(1, u), g = s.gate(2, u), o = s.gate(3, u), dc = s.dstate(1, u);
      const ArrayView t = s.saved(0, u);
      const ConstArrayView dh = s.dh(u);
      const Units d = dc + dh * (o * (1 - t * t)), di = d * g;
      Units df = d * s.former(1, u);
      if (coupled_) df -= di;
      dc = d * f;
      g = d * (i * (1 - g * g));
      f = df * (f * (1 - f));
      if (coupled_)
        i.setZero();
      else
        i = di * (i * (1 - i));
      o = dh * (t * (o * (1 - o)));
    });
  }

 private:
  bool coupled_;
};

constexpr const char* gates[] = {"i", "f", "g", "o"};
constexpr const char* states[] = {"h", "c"};
constexpr const char* choices[] = {"coupled", "own"};
constexpr CellOption options[] = {
    {.name = "inputGate", .help = "What opens the input gate.", .choices = choices, .choice = "coupled"}};

}  // namespace

const CellInfo coupled_lstm_cell{
    .name = "test-coupled-lstm",
    .label = "LSTM with coupled gates",
    .summary = "What is forgotten makes room for what is written.",
    .equations = "f, o = σ(…);  g = tanh(…);  c = f∘c₋ + (1−f)∘g;  h = o∘tanh(c)",
    .source = "Greff et al. 2017",
    .gate_names = gates,
    .state_names = states,
    .options = options,
    .make = [](const CellSettings& s) -> std::unique_ptr<Cell> {
      return std::make_unique<CoupledLstm>(s.choice("inputGate") == "coupled");
    },
};

}  // namespace unfold::test
