// Bias: y ← Σ b;  db += Σ over columns of dy. The sum of all biases of a sum is packed once: a linear map that starts
// the sum reads it there, and this operation has a gradient only.
#include <algorithm>

#include "unfold/base/parallel.h"
#include "unfold/model/operations/description.h"
#include "unfold/model/operations/operations.h"

namespace unfold {
namespace {

class BiasSum final : public Operation {
 public:
  explicit BiasSum(const BiasSpec& spec) : s_(spec) {}

  const char* name() const override { return "bias"; }
  void describe(Description& d) const override {
    d.buffer("to", s_.to.value);
    d.parameters("biases", s_.first, s_.count);
  }

  void buffers(Plan& plan) override {
    if (s_.count > 0)
      sums_ = plan.add({.name = "bias_sums",
                        .layer = layer,
                        .number = s_.to.value,
                        .rows = s_.to.rows,
                        .extent = Extent::once,
                        .lifetime = Lifetime::training});
  }

  void pack(const Real* parameters, Real* packed) const override {
    Real* to = packed + s_.to.bias;
    std::fill_n(to, s_.to.rows, Real(0));
    for (int i = 0; i < s_.count; ++i) array(to, s_.to.rows) += array(parameters + offset(i), s_.to.rows);
  }

  void forward(const Pass& p, const Columns& c) const override {
    Real* y = p.at(s_.to.value, c);
    for (Index n = 0; n < c.count; ++n, y += s_.to.rows)
      if (s_.to.normalized)
        std::fill_n(y, s_.to.rows, Real(0));
      else
        std::copy_n(p.packed + s_.to.bias, s_.to.rows, y);
  }

  void gradient(const Pass& p, Real* gradient, Index first, Index last) const override {
    if (s_.count == 0) return;
    const Index K = last - first, rows = s_.to.rows;
    const Real* gradients = p.at(s_.sum_gradient, {first, K});
    Real* sums = p.at(sums_, {});
    parallel_for(rows, 16, 2 * double(K) * double(rows), [&](Index begin, Index end) {
      const Index count = end - begin;
      ArrayView sum = array(sums + begin, count);
      if (first == 0) sum.setZero();
      for (Index k = 0; k < K; ++k) sum += array(gradients + k * rows + begin, count);
      for (int i = 0; i < s_.count && last == p.T * p.N; ++i) array(gradient + offset(i) + begin, count) += sum;
    });
  }

  void term(const Plan& plan, const Pass& p, Index, int buffer, std::vector<Term>& terms) const override {
    if (buffer != s_.to.value) return;
    for (int i = 0; i < s_.count; ++i)
      std::copy_n(p.parameters + offset(i), s_.to.rows, term_of(plan, s_.first + i, s_.to.rows, terms));
  }

 private:
  Size offset(int i) const { return s_.offset + i * s_.to.rows; }

  BiasSpec s_;
  int sums_ = -1;
};

}  // namespace

std::unique_ptr<Operation> make_bias(const BiasSpec& spec) { return std::make_unique<BiasSum>(spec); }

}  // namespace unfold
