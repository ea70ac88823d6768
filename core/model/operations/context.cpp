// Context: what another sequence leaves behind, the last outputs of some of its layers or their means over time (or a
// given vector), one below the other and the same at every step.
#include <algorithm>

#include "unfold/model/operations/description.h"

namespace unfold {
namespace {

class Context final : public Operation {
 public:
  explicit Context(ContextSpec spec) : s_(std::move(spec)) {}

  const char* name() const override { return "context"; }
  void describe(Description& d) const override {
    d.signals("from", s_.from);
    d.integers("directions", s_.directions);
    d.text("pooling", s_.mean ? "mean" : "last");
    d.buffer("to", s_.to);
  }

  void forward(const Pass& p, const Columns& c) const override {
    const Index size = c.count * s_.rows;
    Real *here = p.at(s_.to, c), *first = here - c.t * p.N * s_.rows;
    if (c.t > 0) {
      std::copy_n(first, size, here);
    } else if (s_.from.empty()) {
      std::copy_n(p.at(given_, c), size, first);
    } else {
      std::fill_n(first, size, Real(0));
      each_source(p, c, [&](const Signal& from, Index row, const Columns& at, Index n, Real share) {
        array(first + n * s_.rows + row, from.rows) += share * array(p.encoder->at(from.value, at), from.rows);
      });
    }
  }

  void backward(const Pass& p, const Columns& c) const override {
    const Index size = c.count * s_.rows;
    Real *here = p.at(s_.gradient, c), *first = here - c.t * p.N * s_.rows;
    if (c.t > 0) {
      array(first, size) += array(here, size);
    } else if (s_.from.empty()) {
      if (Real* d = p.at(given_gradient_, c)) array(d, size) += array(first, size);
    } else {
      each_source(p, c, [&](const Signal& from, Index row, const Columns& at, Index n, Real share) {
        array(p.encoder->at(from.gradient, at), from.rows) += share * array(first + n * s_.rows + row, from.rows);
      });
    }
  }

  void buffers(Plan& plan) override {
    if (!s_.from.empty()) return;
    plan.context = given_ = plan.add({.name = "given", .layer = layer, .rows = s_.rows, .extent = Extent::step});
    plan.context_gradient = given_gradient_ = plan.add({.name = "given_gradient",
                                                        .layer = layer,
                                                        .rows = s_.rows,
                                                        .extent = Extent::step,
                                                        .lifetime = Lifetime::request,
                                                        .zeroed = true});
  }

 private:
  /// f(source, its first row here, its column, the sequence's number among c, its share) for every column read.
  template <class F>
  void each_source(const Pass& p, const Columns& c, const F& f) const {
    const Pass& e = *p.encoder;
    Index row = 0;
    for (std::size_t i = 0; i < s_.from.size(); ++i) {
      for (Index n = 0; n < c.count; ++n) {
        const Index length = e.length(c.n + n), last = s_.directions[i] > 0 ? length - 1 : 0;
        const Real share = s_.mean && length > 0 ? Real(1) / Real(length) : 1;
        for (Index t = s_.mean ? 0 : last; t < (s_.mean ? length : last + 1) && length > 0; ++t)
          f(s_.from[i], row, Columns{t * e.N + c.n + n, 1, t, c.n + n}, n, share);
      }
      row += s_.from[i].rows;
    }
  }

  ContextSpec s_;
  int given_ = -1, given_gradient_ = -1;
};

}  // namespace

std::unique_ptr<Operation> make_context(ContextSpec spec) { return std::make_unique<Context>(std::move(spec)); }

}  // namespace unfold
