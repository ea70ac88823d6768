// What layers do beyond their own stream: sequences that end early, first states from a context, the context itself,
// attention over the encoder, and input symbols that the network chooses.
#include <algorithm>
#include <cmath>

#include "unfold/base/rng.h"
#include "unfold/kernels/kernels.h"
#include "unfold/model/draw.h"
#include "unfold/model/layer.h"
#include "unfold/model/layer_part.h"

namespace unfold {
namespace {

Index length_of(const Window& w, Index n) { return w.lengths ? w.lengths[n] : w.T; }

}  // namespace

// Padding: h ← h₋ and c ← c₋ once a column has ended, so its last state is where the slab ends; a backward layer
// starts on the padding and keeps its first state until the sequence's true end.

void Layer::hold(const Window& w, const Part& part) const {
  const LayerSpace& s = space(w);
  for (Index n = 0; n < part.columns; ++n) {
    if (part.t < w.lengths[part.n + n]) continue;
    const Index column = part.column + n;
    std::copy_n(state(s.h, s, w, column, 1), hidden_, state(s.h, s, w, column, 0));
    if (s.c) std::copy_n(cell_state(s, w, column, 1), hidden_, cell_state(s, w, column, 0));
  }
}

void Layer::hold_backward(const Window& w, const Part& part) const {
  const LayerSpace& s = space(w);
  if (s.dc_held) std::fill_n(s.dc_held + part.n * hidden_, part.columns * hidden_, Real(0));
  for (Index n = 0; n < part.columns; ++n) {
    if (part.t < w.lengths[part.n + n]) continue;
    const Index column = part.column + n, now = (part.n + n) * hidden_;
    Real *dh = state(s.dh, s, w, column, 0), *dh_prev = state(s.dh, s, w, column, 1);
    for (Index k = 0; k < hidden_; ++k) dh_prev[k] += dh[k];
    std::fill_n(dh, hidden_, Real(0));
    if (!s.dc) continue;
    std::copy_n(s.dc + now, hidden_, s.dc_held + now);
    std::fill_n(s.dc + now, hidden_, Real(0));
  }
}

// First states from the context: h₀ = tanh(W·c + b), c₀ = W'·c + b'; a delay line begins with h₀ throughout.

void Layer::begin(const Window& w, const Part& part) const {
  if (initial_.empty() || !w.fresh) return;
  const LayerSpace& s = space(w);
  const Index size = part.columns * hidden_;
  const Real* context = (*w.spaces)[std::size_t(context_.layer)].out + part.n * context_.size;
  for (std::size_t i = 0; i < initial_.size(); ++i) {
    Real* first = i == 0 ? state(s.h, s, w, part.n, 1) : cell_state(s, w, part.n, 1);
    unfold::forward(initial_[i].matrix, w.packed, context, context_.size, part.columns,
                    w.parameters + initial_[i].bias_offset, 0, first, hidden_);
    if (i > 0) continue;
    kernels::tanh(first, size);
    for (int delay = 2; delay <= int(s.lead); ++delay) std::copy_n(first, size, state(s.h, s, w, part.n, delay));
  }
}

void Layer::begin_backward(const Window& w, const Part& part) const {
  if (initial_.empty() || !w.fresh) return;
  const LayerSpace& s = space(w);
  const Index size = part.columns * hidden_;
  Real* dcontext = (*w.spaces)[std::size_t(context_.layer)].dout + part.n * context_.size;
  for (std::size_t i = 0; i < initial_.size(); ++i) {
    Real* d = i == 0 ? state(s.dh, s, w, part.n, 1) : s.dc + part.n * hidden_;
    if (i == 0) {
      const Real* h = state(s.h, s, w, part.n, 1);
      for (int delay = 2; delay <= int(s.lead); ++delay) {
        const Real* more = state(s.dh, s, w, part.n, delay);
        for (Index k = 0; k < size; ++k) d[k] += more[k];
      }
      for (Index k = 0; k < size; ++k) d[k] *= 1 - h[k] * h[k];
    }
    unfold::backward(initial_[i].matrix, w.packed, d, hidden_, part.columns, dcontext, context_.size);
  }
}

// The context: last states (or means over time) of another stream's layers, the same at every step.

void Layer::run_gather(const Window& w, const Part& part, bool back) const {
  const LayerSpace& s = space(w);
  const Index R = hidden_, size = part.columns * R;
  Real* here = (back ? s.dout : s.out) + part.column * R;
  Real* first = (back ? s.dout : s.out) + part.n * R;
  if (part.t > 0) {
    if (!back) std::copy_n(first, size, here);
    for (Index k = 0; back && k < size; ++k) first[k] += here[k];
    return;
  }
  if (sources_.empty()) {
    if (!back) std::copy_n(w.context + part.n * R, size, first);
    for (Index k = 0; back && w.dcontext && k < size; ++k) w.dcontext[part.n * R + k] += first[k];
    return;
  }
  const Window& e = *w.encoder;
  Index row = 0;
  for (const SignalSizes::Place& source : sources_) {
    const LayerSpace& below = (*w.spaces)[std::size_t(source.layer)];
    for (Index n = part.n; n < part.n + part.columns; ++n) {
      const Index length = length_of(e, n), last = source.direction > 0 ? length - 1 : 0;
      Real* y = first + (n - part.n) * R + row;
      const Real share = mean_ && length > 0 ? Real(1) / Real(length) : 1;
      if (!back) std::fill_n(y, source.size, Real(0));
      for (Index t = mean_ ? 0 : last; t < (mean_ ? length : last + 1) && length > 0; ++t) {
        const Index at = (t * e.N + n) * source.size;
        for (Index k = 0; k < source.size; ++k)
          if (back)
            below.dout[at + k] += share * y[k];
          else
            y[k] += share * below.out[at + k];
      }
    }
    row += source.size;
  }
}

// Attention of one column's query q over the states m_s of the encoder, keys k_s = U·m_s + b:
//   e_s = vᵀ·tanh(q + k_s)  or  qᵀ·k_s      a = softmax(e)      y = Σ a_s·m_s
//   da_s = m_s·dy   dm_s += a_s·dy   de_s = a_s·(da_s − Σ a·da)
//   additive: dk_s, dq += de_s·v∘(1 − tanh²), dv += de_s·tanh;  multiplicative: dk_s += de_s·q, dq += de_s·k_s

void Layer::attend(const Window& w, const Part& part) const {
  const LayerSpace& s = space(w);
  const Window& e = *w.encoder;
  const Index A = circuit_.ports[0].rows, S = e.T;
  const Real *keys = (*w.spaces)[std::size_t(keys_)].value[0], *v = w.parameters + score_offset_;
  for (Index n = part.n; n < part.n + part.columns; ++n) {
    const Index column = part.column + n - part.n, length = length_of(e, n);
    const Real* q = s.value[0] + column * A;
    Real *a = s.weights + column * S, *sum = s.tanh_sum + n * A, *y = state(s.h, s, w, column, 0);
    for (Index step = 0; step < length; ++step) {
      const Real* k = keys + (step * e.N + n) * A;
      a[step] = 0;
      if (additive_) {
        for (Index i = 0; i < A; ++i) sum[i] = q[i] + k[i];
        kernels::tanh(sum, A);
        for (Index i = 0; i < A; ++i) a[step] += v[i] * sum[i];
      } else {
        for (Index i = 0; i < A; ++i) a[step] += q[i] * k[i];
      }
    }
    if (length > 0) kernels::softmax(a, length, -1);
    std::fill_n(a + length, S - length, Real(0));
    std::fill_n(y, hidden_, Real(0));
    for (const SignalSizes::Place& source : sources_) {
      const Real* memory = (*w.spaces)[std::size_t(source.layer)].out;
      for (Index step = 0; step < length; ++step) {
        const Real* m = memory + (step * e.N + n) * source.size;
        for (Index k = 0; k < source.size; ++k) y[k] += a[step] * m[k];
      }
      y += source.size;
    }
  }
}

void Layer::attend_backward(const Window& w, const Part& part) const {
  const LayerSpace& s = space(w);
  const Window& e = *w.encoder;
  const Index A = circuit_.ports[0].rows, S = e.T;
  const LayerSpace& key_space = (*w.spaces)[std::size_t(keys_)];
  const Real *keys = key_space.value[0], *v = w.parameters + score_offset_;
  for (Index n = part.n; n < part.n + part.columns; ++n) {
    const Index column = part.column + n - part.n, length = length_of(e, n);
    Real* q = s.value[0] + column * A;
    const Real *a = s.weights + column * S, *dy = state(s.dh, s, w, column, 0);
    Real *da = s.dweights + n * S, *sum = s.tanh_sum + n * A, *dq = s.dquery + n * A, *dv = s.dscore + n * A;
    std::fill_n(da, S, Real(0));
    std::fill_n(dq, A, Real(0));
    for (const SignalSizes::Place& source : sources_) {
      const LayerSpace& memory = (*w.spaces)[std::size_t(source.layer)];
      for (Index step = 0; step < length; ++step) {
        const Index at = (step * e.N + n) * source.size;
        for (Index k = 0; k < source.size; ++k) {
          da[step] += memory.out[at + k] * dy[k];
          memory.dout[at + k] += a[step] * dy[k];
        }
      }
      dy += source.size;
    }
    Real mean = 0;
    for (Index step = 0; step < length; ++step) mean += a[step] * da[step];
    for (Index step = 0; step < length; ++step) {
      const Real de = a[step] * (da[step] - mean);
      const Real* k = keys + (step * e.N + n) * A;
      Real* dk = key_space.delta[0] + (step * e.N + n) * A;
      if (additive_) {
        for (Index i = 0; i < A; ++i) sum[i] = q[i] + k[i];
        kernels::tanh(sum, A);
        for (Index i = 0; i < A; ++i) {
          const Real d = de * v[i] * (1 - sum[i] * sum[i]);
          dv[i] += de * sum[i];
          dq[i] += d;
          dk[i] += d;
        }
      } else {
        for (Index i = 0; i < A; ++i) {
          dq[i] += de * k[i];
          dk[i] += de * q[i];
        }
      }
    }
    std::copy_n(dq, A, q);
  }
}

// Scheduled sampling. No gradient passes through the choice (Bengio et al. 2015).

void Layer::choose(const Window& w, const Part& part) const {
  if (!w.dropping.on || part.t + 1 >= w.T || w.choosing.epsilon >= 1) return;
  const LayerSpace& s = space(w);
  for (Index n = part.n; n < part.n + part.columns; ++n) {
    if (part.t + 1 >= length_of(w, n)) continue;
    const Coin coin = toss(w.choosing, part.t + 1, n);
    if (coin.heads < w.choosing.epsilon) continue;
    w.tokens[(w.input_lead + part.t + 1) * w.N + n] =
        draw(s.value[0] + (part.column + n - part.n) * hidden_, w.symbols, coin.place);
  }
}

}  // namespace unfold
