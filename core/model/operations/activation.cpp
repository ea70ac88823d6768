// Activation: y ← φ(y);  dx = dy∘φ'(x), with φ' written in y.
#include "unfold/model/operations/description.h"

namespace unfold {
namespace {

class Activate final : public Operation {
 public:
  explicit Activate(const ActivationSpec& spec) : s_(spec) {}

  const char* name() const override { return "activation"; }
  void describe(Description& d) const override {
    d.buffer("to", s_.to.value);
    d.integer("row", s_.row);
    d.integer("rows", s_.rows);
    d.text("function", activation_names[std::size_t(s_.function)]);
  }

  void forward(const Pass& p, const Columns& c) const override {
    Real* y = p.at(s_.to.value, c) + s_.row;
    if (s_.rows == s_.to.rows) return activate(s_.function, y, c.count * s_.rows);
    for (Index n = 0; n < c.count; ++n) activate(s_.function, y + n * s_.to.rows, s_.rows);
  }

  void backward(const Pass& p, const Columns& c) const override {
    const Real* y = p.at(s_.to.value, c) + s_.row;
    Real* dx = p.at(s_.to.gradient, c) + s_.row;
    if (s_.rows == s_.to.rows) return activation_gradient(s_.function, y, dx, dx, c.count * s_.rows);
    Real* dy = s_.gradient < 0 ? dx : p.at(s_.gradient, c);
    const Index stride = s_.gradient < 0 ? s_.to.rows : s_.rows;
    for (Index n = 0; n < c.count; ++n)
      activation_gradient(s_.function, y + n * s_.to.rows, dy + n * stride, dx + n * s_.to.rows, s_.rows);
    if (s_.gradient >= 0) array(dy, c.count * s_.rows).setZero();  // ready for the next step
  }

 private:
  ActivationSpec s_;
};

}  // namespace

std::unique_ptr<Operation> make_activation(const ActivationSpec& spec) { return std::make_unique<Activate>(spec); }

}  // namespace unfold
