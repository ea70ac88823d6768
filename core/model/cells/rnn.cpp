// Vanilla RNN (Elman 1990):  h = φ(z),  z = b + U·x + W·h₋
#include <algorithm>

#include "unfold/base/phrase.h"
#include "unfold/model/cell.h"
#include "unfold/model/cells/table.h"

namespace unfold {
namespace {

class Rnn final : public Cell {
 public:
  explicit Rnn(Activation f) : f_(f) {}

  std::string equations() const override {
    return f_ == Activation::identity ? "h = z_h" : phrase("h = {}(z_h)", {activation_names[std::size_t(f_)]});
  }

  void forward(const CellStep& s) const override {
    const Index n = s.units * s.columns;
    activate(f_, s.z, n);
    std::copy_n(s.z, n, s.next_states[0]);
  }

  // ∂L/∂z = ∂L/∂h ∘ φ'(z)
  void backward(const CellDelta& s) const override {
    activation_gradient(f_, s.z, s.dh_values, s.z, s.units * s.columns);
  }

 private:
  Activation f_;
};

constexpr const char* gates[] = {"h"};
constexpr const char* choices[] = {"tanh", "relu", "sigmoid", "identity"};
constexpr CellOption options[] = {
    {.name = "activation", .help = "The function φ that squashes the sum.", .choices = choices, .choice = "tanh"}};

}  // namespace

const CellInfo rnn_cell{
    .name = "rnn",
    .label = "Vanilla RNN",
    .summary = "The new state is a squashed sum of the input and the previous state.",
    .equations = "h = φ(b + U·x + W·h₋)",
    .source = "Elman 1990",
    .gate_names = gates,
    .options = options,
    .make = [](const CellSettings& s) -> std::unique_ptr<Cell> {
      return std::make_unique<Rnn>(parse_activation(s.choice("activation")));
    },
};

}  // namespace unfold
