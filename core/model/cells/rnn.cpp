// Vanilla RNN (Elman 1990):  h = φ(z),  z = b + U·x + W·h₋
#include <algorithm>

#include "unfold/model/cell.h"

namespace unfold {
namespace {

class Rnn final : public Cell {
 public:
  explicit Rnn(Activation f) : f_(f) {}
  int gates() const override { return 1; }

  void forward(const CellStep& s, int) const override {
    const Index n = s.hidden * s.columns;
    activate(f_, s.z, n);
    std::copy_n(s.z, n, s.next[0]);
  }

  // ∂L/∂z = ∂L/∂h ∘ φ'(z)
  void backward(const CellDelta& s, int) const override {
    activation_gradient(f_, s.z, s.dh, s.z, s.hidden * s.columns);
  }

 private:
  Activation f_;
};

constexpr const char* gate_names[] = {"h"};
constexpr const char* choices[] = {"tanh", "relu", "sigmoid", "identity"};
constexpr CellOption options[] = {
    {.name = "activation", .help = "The function φ that squashes the sum.", .choices = choices, .choice = "tanh"}};

const RegisterCell registered{{
    .name = "rnn",
    .label = "Vanilla RNN",
    .summary = "The new state is a squashed sum of the input and the former state.",
    .equations = "h = φ(b + U·x + W·h₋)",
    .source = "Elman 1990",
    .gate_names = gate_names,
    .options = options,
    .make = [](const CellSettings& s) -> std::unique_ptr<Cell> {
      return std::make_unique<Rnn>(parse_activation(s.choice("activation")));
    },
}};

}  // namespace
}  // namespace unfold
