// Product: y ← a∘b;  da += dy∘b, db += dy∘a. The reset gate that acts before the recurrent product is one: r∘h₋.
#include "unfold/model/operations/description.h"

namespace unfold {
namespace {

class Product final : public Operation {
 public:
  explicit Product(const ProductSpec& spec) : s_(spec) {}

  const char* name() const override { return "product"; }
  void describe(Description& d) const override {
    d.signal("left", s_.left);
    d.signal("right", s_.right);
    d.buffer("to", s_.to);
  }

  void forward(const Pass& p, const Columns& c) const override {
    view(p, s_.to, c, {.value = s_.to, .rows = s_.left.rows}) = values(p, s_.left, c) * values(p, s_.right, c);
  }

  void backward(const Pass& p, const Columns& c) const override {
    ColumnsView d = view(p, s_.gradient, c, {.value = s_.gradient, .rows = s_.left.rows});
    if (s_.left.gradient >= 0) gradients(p, s_.left, c) += d * values(p, s_.right, c);
    if (s_.right.gradient >= 0) gradients(p, s_.right, c) += d * values(p, s_.left, c);
    if (!s_.once) d.setZero();  // ready for the next step
  }

 private:
  static ColumnsView view(const Pass& p, int buffer, const Columns& c, const Signal& s) {
    const Index stride = p.info[buffer].rows;
    return array(p.at(buffer, c, s.delay) + s.row, s.rows, c.count, stride);
  }
  static ColumnsView values(const Pass& p, const Signal& s, const Columns& c) { return view(p, s.value, c, s); }
  static ColumnsView gradients(const Pass& p, const Signal& s, const Columns& c) {
    Signal whole = s;  // a gradient may be a buffer of these rows alone
    if (p.info[s.gradient].rows == s.rows) whole.row = 0;
    return view(p, s.gradient, c, whole);
  }

  ProductSpec s_;
};

}  // namespace

std::unique_ptr<Operation> make_product(const ProductSpec& spec) { return std::make_unique<Product>(spec); }

}  // namespace unfold
