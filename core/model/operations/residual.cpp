// Residual connection (He et al. 2016), and an edge without a matrix: y += x, dx += dy.
#include "unfold/model/operations/description.h"

namespace unfold {
namespace {

class Residual final : public Operation {
 public:
  Residual(const Signal& from, int to, int gradient, Index row)
      : from_(from), to_(to), gradient_(gradient), row_(row) {}

  const char* name() const override { return "residual"; }
  void describe(Description& d) const override {
    d.signal("from", from_);
    d.buffer("to", to_);
    if (row_ > 0) d.integer("row", row_);
  }

  void forward(const Pass& p, const Columns& c) const override {
    view(p, to_, row_, c) += view(p, from_.value, from_.row, c, from_.delay);
  }
  void backward(const Pass& p, const Columns& c) const override {
    if (p.at(from_.gradient, c)) view(p, from_.gradient, from_.row, c, from_.delay) += view(p, gradient_, row_, c);
  }

  void term(const Plan& plan, const Pass& p, Index column, int buffer, std::vector<Term>& terms) const override {
    if (buffer != to_) return;
    Term term{plan.name_of(from_.value), false, std::vector<Real>(std::size_t(p.info[to_].rows))};
    array(term.values.data() + row_, from_.rows, 1) = view(p, from_.value, from_.row, {column, 1}, from_.delay);
    terms.push_back(std::move(term));
  }

 private:
  ColumnsView view(const Pass& p, int buffer, Index row, const Columns& c, Index delay = 0) const {
    return array(p.at(buffer, c, delay) + row, from_.rows, c.count, p.info[buffer].rows);
  }

  Signal from_;
  int to_, gradient_;
  Index row_;
};

}  // namespace

std::unique_ptr<Operation> make_residual(const Signal& from, int to, int gradient, Index row) {
  return std::make_unique<Residual>(from, to, gradient, row);
}

}  // namespace unfold
