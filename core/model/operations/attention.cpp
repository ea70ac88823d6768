// Attention of one column's query q over the outputs m_s of the encoder, with keys k_s = U·m_s + b:
//   additive        e_s = vᵀ·tanh(q + k_s)   (Bahdanau, Cho & Bengio 2015)
//   multiplicative  e_s = qᵀ·k_s             (Luong, Pham & Manning 2015)
//   a = softmax(e)      y = Σ a_s·m_s
//   da_s = m_s·dy   dm_s += a_s·dy   de_s = a_s·(da_s − Σ a·da)
//   additive: dk_s, dq += de_s·v∘(1 − tanh²), dv += de_s·tanh;  multiplicative: dk_s += de_s·q, dq += de_s·k_s
// Sums over units run in order: the order of a reduction shows in its bits.
#include <algorithm>

#include "unfold/kernels/kernels.h"
#include "unfold/model/operations/description.h"

namespace unfold {
namespace {

class Attention final : public Operation {
 public:
  explicit Attention(AttentionSpec spec) : s_(std::move(spec)), A_(s_.query.rows) {}

  const char* name() const override { return "attention"; }
  void describe(Description& d) const override {
    d.buffer("query", s_.query.value);
    d.buffer("keys", s_.keys.value);
    d.signals("memory", s_.memory);
    d.text("score", s_.additive ? "additive" : "multiplicative");
    d.buffer("weights", s_.weights);
    d.buffer("to", s_.to);
    if (s_.score >= 0) d.parameters("parameters", s_.score);
  }

  void buffers(Plan& plan) override {
    const auto step = [&](const char* name, Extent extent, Lifetime lifetime, bool zeroed) {
      return plan.add(
          {.name = name, .layer = layer, .rows = A_, .extent = extent, .lifetime = lifetime, .zeroed = zeroed});
    };
    tanh_ = step("tanh_sum", Extent::step, Lifetime::always, false);
    dweights_ = step("weights_gradient", Extent::score_step, Lifetime::training, false);
    dquery_ = step("query_step_gradient", Extent::step, Lifetime::training, false);
    dscore_ = step("score_gradient", Extent::step, Lifetime::training, true);
  }

  void forward(const Pass& p, const Columns& c) const override {
    for (Index n = 0; n < c.count; ++n) forward_column(p, {c.first + n, 1, c.t, c.n + n});
  }

  void backward(const Pass& p, const Columns& c) const override {
    for (Index n = 0; n < c.count; ++n) backward_column(p, {c.first + n, 1, c.t, c.n + n});
  }

  void gradient(const Pass& p, Real* gradient, Index first, Index) const override {
    if (first > 0 || s_.score < 0) return;
    const Real* d = p.at(dscore_, {});  // summed by column of the batch
    for (Index n = 0; n < p.N; ++n) array(gradient + s_.score_offset, A_) += array(d + n * A_, A_);
  }

 private:
  void forward_column(const Pass& p, const Columns& c) const {
    const Pass& e = *p.encoder;
    const Index length = e.length(c.n);
    const Real *q = p.at(s_.query.value, c), *v = p.parameters + s_.score_offset;
    Real *a = p.at(s_.weights, c), *sum = p.at(tanh_, c), *y = p.at(s_.to, c, 0);
    for (Index step = 0; step < length; ++step) {
      const Real* k = e.at(s_.keys.value, {step * e.N + c.n, 1});
      a[step] = 0;
      if (s_.additive) {
        array(sum, A_) = array(q, A_) + array(k, A_);
        kernels::tanh(sum, A_);
      }
      const Real *left = s_.additive ? v : q, *right = s_.additive ? sum : k;
      for (Index i = 0; i < A_; ++i) a[step] += left[i] * right[i];
    }
    if (length > 0) kernels::softmax(a, length, -1);
    std::fill_n(a + length, e.T - length, Real(0));
    for (const Signal& m : s_.memory) {
      ArrayView mean = array(y, m.rows);
      mean.setZero();
      for (Index step = 0; step < length; ++step) mean += a[step] * array(e.at(m.value, {step * e.N + c.n, 1}), m.rows);
      y += m.rows;
    }
  }

  void backward_column(const Pass& p, const Columns& c) const {
    const Pass& e = *p.encoder;
    const Index length = e.length(c.n);
    const Real *a = p.at(s_.weights, c), *dy = p.at(s_.gradient, c, 0);
    Real *da = p.at(dweights_, c), *q = p.at(s_.query.value, c), *dq = p.at(dquery_, c);
    std::fill_n(da, e.T, Real(0));
    array(dq, A_).setZero();
    for (const Signal& m : s_.memory) {
      for (Index step = 0; step < length; ++step) {
        const Columns there{step * e.N + c.n, 1};
        const Real* value = e.at(m.value, there);
        for (Index k = 0; k < m.rows; ++k) da[step] += value[k] * dy[k];
        array(e.at(m.gradient, there), m.rows) += a[step] * array(dy, m.rows);
      }
      dy += m.rows;
    }
    Real mean = 0;
    for (Index step = 0; step < length; ++step) mean += a[step] * da[step];
    for (Index step = 0; step < length; ++step) key_backward(p, c, step, a[step] * (da[step] - mean));
    std::copy_n(dq, A_, q);  // the query's sum and its gradient share one buffer
  }

  void key_backward(const Pass& p, const Columns& c, Index step, Real de) const {
    const Pass& e = *p.encoder;
    const Columns there{step * e.N + c.n, 1};
    const auto of = [&](const Real* x) { return array(x, A_); };
    const ConstArrayView q = of(p.at(s_.query.value, c)), k = of(e.at(s_.keys.value, there));
    ArrayView dq = array(p.at(dquery_, c), A_), dk = array(e.at(s_.keys.gradient, there), A_);
    if (!s_.additive) {
      dq += de * k;
      dk += de * q;
      return;
    }
    ArrayView sum = array(p.at(tanh_, c), A_);
    sum = q + k;
    kernels::tanh(sum.data(), A_);
    array(p.at(dscore_, c), A_) += de * sum;
    sum = de * of(p.parameters + s_.score_offset) * (1 - sum * sum);
    dq += sum;
    dk += sum;
  }

  AttentionSpec s_;
  Index A_;
  int tanh_ = -1, dweights_ = -1, dquery_ = -1, dscore_ = -1;
};

}  // namespace

std::unique_ptr<Operation> make_attention(AttentionSpec spec) { return std::make_unique<Attention>(std::move(spec)); }

}  // namespace unfold
