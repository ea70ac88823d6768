// Lookup: y += the column of W (or, of an embedding, the row) that belongs to the token x(t − delay), under input
// dropout times 0 or 1/(1 − p).
#include "unfold/base/parallel.h"
#include "unfold/model/operations/description.h"
#include "unfold/model/operations/operations.h"

namespace unfold {
namespace {

class Lookup final : public Operation {
 public:
  explicit Lookup(const LinearSpec& spec) : s_(spec), m_(s_.matrix) {}

  const char* name() const override { return "lookup"; }
  void describe(Description& d) const override { d.map(s_); }

  const LinearSpec* map() const override { return &s_; }
  void pack(const Real* parameters, Real* packed) const override { unfold::pack(m_, parameters, packed); }

  void forward(const Pass& p, const Columns& c) const override {
    Real* y = p.at(s_.to.value, c) + s_.row;
    const bool fill = s_.start == Start::fill;
    const Real* init = !fill ? y : s_.to.normalized || s_.to.bias < 0 ? nullptr : p.packed + s_.to.bias;
    look_up(m_, p.packed, p.tokens_at(c, s_.from.delay), factors(p, c), c.count, init, fill ? 0 : s_.to.rows, y,
            s_.to.rows);
  }

  void gradient(const Pass& p, Real* gradient, Index first, Index) const override {
    if (first > 0) return;  // sums by token, whole
    const Columns all{0, p.T * p.N};
    const Real* dy = p.at(s_.to.gradient, all) + s_.row;
    const Real* kept = factors(p, all);
    parallel_for(m_.rows, 8, 2 * cost() * double(all.count), [&](Index begin, Index end) {
      scatter_add(m_, p.tokens_at(all, s_.from.delay), kept, dy, s_.to.rows, all.count, begin, end,
                  gradient + m_.offset);
    });
  }

  double cost() const override { return double(m_.rows); }
  double flops() const override { return 2 * cost(); }
  Phase phase() const override { return once ? Phase::hoisted : Phase::recurrent; }

  void input_gradient(const Pass& p, Real* dx) const override {
    const Index V = m_.cols;
    const Real* weights = p.parameters + m_.offset;
    const auto weight = [&](Index r, Index v) { return m_.by_row ? weights[v * m_.rows + r] : weights[r * V + v]; };
    const Real* gradients = p.at(s_.to.gradient, {0, p.T * p.N}) + s_.row;
    for (Index k = s_.from.delay * p.N; k < p.T * p.N; ++k) {
      const Real* dy = gradients + k * s_.to.rows;
      Real* to = dx + (k - s_.from.delay * p.N) * V;
      for (Index r = 0; r < m_.rows; ++r)
        for (Index v = 0; v < V; ++v) to[v] += weight(r, v) * dy[r];
    }
  }

  void term(const Plan& plan, const Pass& p, Index column, int buffer, std::vector<Term>& terms) const override {
    if (buffer != s_.to.value) return;
    Real* y = term_of(plan, m_.weight, s_.to.rows, terms) + s_.row;
    const std::vector<Real> sum(y, y + m_.rows);
    look_up(m_, p.packed, p.tokens_at({column, 1}, s_.from.delay), nullptr, 1, sum.data(), 0, y, m_.rows);
  }

 private:
  /// Of the tokens that some columns read, under input dropout; null without it. Overwritten by the next call.
  const Real* factors(const Pass& p, const Columns& c) const {
    if (!p.dropping.on || p.dropping.input == 0) return nullptr;
    thread_local std::vector<Real> list;
    list.resize(std::size_t(c.count));
    const Token* tokens = p.tokens_at(c, s_.from.delay);
    const Index first = (p.input_delay - s_.from.delay) * p.N + c.first;
    for (Index i = 0; i < c.count; ++i)
      list[std::size_t(i)] = symbol_factor(p.dropping, p.encoder == &p, tokens[i], first + i, p.N);
    return list.data();
  }

  LinearSpec s_;
  Matrix m_;
};

}  // namespace

std::unique_ptr<Operation> make_lookup(const LinearSpec& spec) { return std::make_unique<Lookup>(spec); }

}  // namespace unfold
