// Linear map: y += W·x(t − delay);  dx += Wᵀ·dy,  dW += dy·xᵀ.
#include "unfold/base/parallel.h"
#include "unfold/model/operations/description.h"
#include "unfold/model/operations/operations.h"

namespace unfold {
namespace {

class Linear final : public Operation {
 public:
  explicit Linear(const LinearSpec& spec) : s_(spec), m_(s_.matrix) {}

  const char* name() const override { return "linear"; }
  void describe(Description& d) const override { d.map(s_); }

  const LinearSpec* map() const override { return &s_; }
  void pack(const Real* parameters, Real* packed) const override { unfold::pack(m_, parameters, packed); }

  void forward(const Pass& p, const Columns& c) const override {
    Real* y = p.at(s_.to.value, c) + s_.row;
    const bool fill = s_.start == Start::fill;
    const Real* init = !fill ? y : s_.to.normalized ? nullptr : p.packed + s_.to.bias;
    multiply(m_, p.packed, p.at(s_.from.value, c, s_.from.delay) + s_.from.row, stride(p), c.count, init,
             fill ? 0 : s_.to.rows, y, s_.to.rows);
  }

  void backward(const Pass& p, const Columns& c) const override {
    Real* dx = p.at(s_.from.gradient, c, s_.from.delay);
    if (!dx) return;
    const Real* dy = p.at(s_.to.gradient, c) + s_.row;
    multiply_transposed(m_, p.packed, dy, s_.to.rows, c.count, dx + s_.from.row, stride(p));
  }

  void gradient(const Pass& p, Real* gradient, Index first, Index last) const override {
    const Columns c{first, last - first};
    const Real* x = p.at(s_.from.value, c, s_.from.delay) + s_.from.row;
    const Real* dy = p.at(s_.to.gradient, c) + s_.row;
    parallel_for(m_.rows, 8, 2 * cost() * double(c.count), [&](Index begin, Index end) {
      add_outer_products(m_, x, stride(p), dy, s_.to.rows, c.count, begin, end, gradient + m_.offset);
    });
    if (last == p.T * p.N) mask(gradient);
  }

  double cost() const override { return double(m_.rows) * double(m_.cols); }
  double flops() const override { return 6 * cost(); }
  Phase phase() const override { return once ? Phase::hoisted : Phase::recurrent; }

  void mask(Real* x) const override {
    const auto units = Index(s_.periods.size());
    for (Index r = 0; r < (units > 0 ? m_.rows : 0); ++r)
      for (Index c = 0; c < m_.cols; ++c)
        if (s_.periods[std::size_t(s_.from.row + c)] < s_.periods[std::size_t((m_.row + r) % units)])
          x[m_.offset + r * m_.cols + c] = 0;
  }

  void term(const Plan& plan, const Pass& p, Index column, int buffer, std::vector<Term>& terms) const override {
    if (buffer != s_.to.value) return;
    Real* y = term_of(plan, m_.weight, s_.to.rows, terms) + s_.row;
    const std::vector<Real> sum(y, y + m_.rows);
    multiply(m_, p.packed, p.at(s_.from.value, {column, 1}, s_.from.delay) + s_.from.row, stride(p), 1, sum.data(), 0,
             y, m_.rows);
  }

 private:
  Index stride(const Pass& p) const { return p.info[s_.from.value].rows; }

  LinearSpec s_;
  Matrix m_;
};

}  // namespace

std::unique_ptr<Operation> make_linear(const LinearSpec& spec) { return std::make_unique<Linear>(spec); }

}  // namespace unfold
