// Product: y ← a∘b;  da += dy∘b, db += dy∘a. The reset gate that acts before the recurrent product is one: r∘h₋.
// A factor s of one row stands for as many as the other has:  y ← s·b;  ds += Σ dy∘b, db += s·dy.
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
    ColumnsView y = view(p, s_.to, c, {.value = s_.to, .rows = rows()});
    if (s_.left.rows == s_.right.rows)
      y = values(p, s_.left, c) * values(p, s_.right, c);
    else
      y = values(p, longer(), c).rowwise() * values(p, scalar(), c).row(0);
  }

  void backward(const Pass& p, const Columns& c) const override {
    ColumnsView d = view(p, s_.gradient, c, {.value = s_.gradient, .rows = rows()});
    if (s_.left.rows == s_.right.rows) {
      if (s_.left.gradient >= 0) gradients(p, s_.left, c) += d * values(p, s_.right, c);
      if (s_.right.gradient >= 0) gradients(p, s_.right, c) += d * values(p, s_.left, c);
    } else {
      scale(p, c, d);
    }
    if (!s_.once) d.setZero();  // ready for the next step
  }

 private:
  Index rows() const { return longer().rows; }
  const Signal& longer() const { return s_.left.rows == 1 ? s_.right : s_.left; }
  const Signal& scalar() const { return s_.left.rows == 1 ? s_.left : s_.right; }

  /// The backward pass of a factor of one row, whose sum runs in order.
  void scale(const Pass& p, const Columns& c, const ColumnsView& d) const {
    const ColumnsView x = values(p, longer(), c), s = values(p, scalar(), c);
    if (longer().gradient >= 0) gradients(p, longer(), c) += d.rowwise() * s.row(0);
    if (scalar().gradient < 0) return;
    ColumnsView ds = gradients(p, scalar(), c);
    for (Index n = 0; n < c.count; ++n) {
      double sum = 0;
      for (Index k = 0; k < x.rows(); ++k) sum += double(d(k, n)) * double(x(k, n));
      ds(0, n) += Real(sum);
    }
  }

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
