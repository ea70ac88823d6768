// IndRNN (Li et al. 2018): each unit sees its own previous state alone, through one weight u of its own; units mix in
// the layer above.
//   h = φ(z + u∘h₋),  z = b + U·x
// u starts evenly between 0 and 1 over the units, from at once to never forgetting. The paper also keeps |u| below
// 2^(1/T) while training; here nothing does.
#include <algorithm>

#include "unfold/base/phrase.h"
#include "unfold/model/cell.h"
#include "unfold/model/cells/table.h"

namespace unfold {
namespace {

class IndRnn final : public Cell {
 public:
  explicit IndRnn(Activation f) : f_(f) {}
  std::array<double, 2> initial_vector(int) const override { return {0, 1}; }
  std::string equations() const override {
    return phrase("h = {}(z_h + recurrent_h * h_prev)", {activation_names[std::size_t(f_)]});
  }

  void forward(const CellStep& s) const override {
    const Index n = s.units * s.columns;
    for (Index k = 0; k < s.columns; ++k) s.gate(0, k) += s.vector(0) * s.previous(0, k);
    activate(f_, s.z, n);
    std::copy_n(s.z, n, s.next_states[0]);
  }

  // dz = dh∘φ'   dh₋ += u∘dz
  void backward(const CellDelta& s) const override {
    activation_gradient(f_, s.z, s.dh_values, s.z, s.units * s.columns);
    s.each([&](const Slice& u) { s.dh_former(u) += s.vector(0, u) * s.gate(0, u); });
  }

  // du = Σ dz∘h₋
  void own_gradient(const CellTrace& s) const override {
    for (Index n = 0; n < s.columns; ++n) s.dvector(0) += s.gate(0, n) * s.previous(0, n);
  }

 private:
  Activation f_;
};

constexpr const char* gates[] = {"h"};
constexpr const char* vectors[] = {"recurrent_h"};
constexpr const char* choices[] = {"relu", "tanh"};
constexpr CellOption options[] = {
    {.name = "activation", .help = "The function φ that squashes the sum.", .choices = choices, .choice = "relu"}};

}  // namespace

const CellInfo indrnn_cell{
    .name = "indrnn",
    .label = "IndRNN",
    .summary = "Independent units: each sees its own previous state alone, so one weight sets how long it remembers.",
    .equations = "h = φ(b + U·x + u∘h₋)",
    .source = "Li et al. 2018",
    .gate_names = gates,
    .vector_names = vectors,
    .recurrent = false,
    .options = options,
    .make = [](const CellSettings& s) -> std::unique_ptr<Cell> {
      return std::make_unique<IndRnn>(parse_activation(s.choice("activation")));
    },
};

}  // namespace unfold
