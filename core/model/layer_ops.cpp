// What the operations of a circuit do to some columns, forward and backward.
#include <algorithm>
#include <cmath>

#include "unfold/kernels/kernels.h"
#include "unfold/model/layer.h"
#include "unfold/model/layer_part.h"

namespace unfold {

// Signals -------------------------------------------------------------------------------------------------

const Token* Layer::token_signal(const SignalRef& from, const Window& w, Index column) const {
  return w.tokens + (w.input_lead - from.delay) * w.N + column;
}

/// Column `column` of a source, `delay` steps earlier.
const Real* Layer::signal(const SignalRef& from, const Window& w, Index column) const {
  const LayerSpace& s = space(w);
  switch (from.kind) {
    case SignalRef::Kind::vectors: return w.vectors + ((w.input_lead - from.delay) * w.N + column) * from.size;
    case SignalRef::Kind::layer: {  // with a delay: of this layer's own direction
      const LayerSpace& below = (*w.spaces)[std::size_t(from.index)];
      if (from.delay == 0) return below.out + column * from.size;
      return below.h + ((direction_ > 0 ? below.lead - from.delay : from.delay) * w.N + column) * from.size;
    }
    case SignalRef::Kind::self: return state(s.h, s, w, column, from.delay);
    case SignalRef::Kind::port: return s.value[std::size_t(from.index)] + column * from.size;
    case SignalRef::Kind::masked: return s.masked[std::size_t(from.index)] + column * from.size;
    case SignalRef::Kind::reset: return s.reset[std::size_t(from.index)] + column * from.size;
    case SignalRef::Kind::tokens: break;
  }
  return nullptr;
}

/// Where the gradient of that source goes.
Real* Layer::signal_delta(const SignalRef& from, const Window& w, const Part& part) const {
  const LayerSpace& s = space(w);
  switch (from.kind) {
    case SignalRef::Kind::vectors:
      return w.dvectors ? w.dvectors + ((w.input_lead - from.delay) * w.N + part.column) * from.size : nullptr;
    case SignalRef::Kind::layer: {
      const LayerSpace& below = (*w.spaces)[std::size_t(from.index)];
      if (from.delay == 0) return below.dout + part.column * from.size;
      return below.dh + ((direction_ > 0 ? below.lead - from.delay : from.delay) * w.N + part.column) * from.size;
    }
    case SignalRef::Kind::self: return state(s.dh, s, w, part.column, from.delay);
    case SignalRef::Kind::port: return s.delta[std::size_t(from.index)] + part.column * from.size;
    case SignalRef::Kind::masked: return s.dmasked[std::size_t(from.index)] + part.n * from.size;
    case SignalRef::Kind::reset: return s.dreset_in[std::size_t(from.index)] + part.n * from.size;
    case SignalRef::Kind::tokens: break;
  }
  return nullptr;
}

/// The place of a recurrent mask: one for each column and unit, and each masked signal.
Index Layer::mask_place(int index, const Window& w, const Part& part) const { return (index * w.N + part.n) * hidden_; }

// Forward and backward of one operation over some columns ----------------------------------------------------

Phase Layer::phase(const Op& op) const {
  if (op.kind != Op::Kind::wire) return Phase::gates;
  return circuit_.wires[std::size_t(op.index)].once ? Phase::hoisted : Phase::recurrent;
}

void Layer::run(const Op& op, const Window& w, const Part& part) const {
  const Timed timed(phase(op));
  const LayerSpace& s = space(w);
  const auto i = std::size_t(op.index);
  switch (op.kind) {
    case Op::Kind::fill: {
      const Port& port = circuit_.ports[i];
      for (Index n = 0; n < part.columns; ++n) {
        Real* y = s.value[i] + (part.column + n) * port.rows;
        if (port.gain >= 0)
          std::fill_n(y, port.rows, Real(0));
        else
          std::copy_n(w.packed + port.packed_bias, port.rows, y);
      }
      return;
    }
    case Op::Kind::wire: {
      const Wire& wire = circuit_.wires[i];
      const Port& port = circuit_.ports[std::size_t(wire.port)];
      Real* y = s.value[std::size_t(wire.port)] + part.column * port.rows + wire.row;
      const Real* init = !wire.first ? y : port.gain < 0 ? w.packed + port.packed_bias : nullptr;
      const Index ldi = wire.first ? 0 : port.rows;
      if (wire.matrix.lookup)
        unfold::forward(wire.matrix, w.packed, token_signal(wire.from, w, part.column), part.columns, init, ldi, y,
                        port.rows);
      else
        unfold::forward(wire.matrix, w.packed, signal(wire.from, w, part.column), wire.from.size, part.columns, init,
                        ldi, y, port.rows);
      return;
    }
    case Op::Kind::activate: {
      const Port& port = circuit_.ports[i];
      return activate(port.activation, s.value[i] + part.column * port.rows, part.columns * port.rows);
    }
    case Op::Kind::modulate: {  // reset ← r ∘ h(t − delay)
      const Real* h = signal(circuit_.resets[i], w, part.column);
      const Index R = cell_->gates() * hidden_;
      const Real* r = s.value[std::size_t(circuit_.z)] + part.column * R + cell_->reset_gate() * hidden_;
      Real* y = s.reset[i] + part.column * hidden_;
      for (Index n = 0; n < part.columns; ++n)
        for (Index k = 0; k < hidden_; ++k) y[n * hidden_ + k] = r[n * R + k] * h[n * hidden_ + k];
      return;
    }
    case Op::Kind::cell: return run_cell(op.index, w, part);
    case Op::Kind::mask: {  // masked ← mask∘h(t − delay)/(1−p), one mask for the whole window
      const Real* h = signal(circuit_.masked[i], w, part.column);
      Real* y = s.masked[i] + part.column * hidden_;
      if (w.dropping.on)
        drop(w.dropping, number_, Site::recurrent, recurrent_dropout_, mask_place(op.index, w, part),
             part.columns * hidden_, h, y, false);
      else
        std::copy_n(h, part.columns * hidden_, y);
      return;
    }
    case Op::Kind::normalize: return normalize(op, w, part);
    case Op::Kind::blend: return run_blend(w, part);
    case Op::Kind::output: return run_output(w, part, false);
    case Op::Kind::feed: return run_feed(w, part, false);
    case Op::Kind::choose: return choose(w, part);
    case Op::Kind::gather: return run_gather(w, part, false);
    case Op::Kind::attend: return attend(w, part);
  }
}

void Layer::run_backward(const Op& op, const Window& w, const Part& part) const {
  const Timed timed(phase(op));
  const LayerSpace& s = space(w);
  const auto i = std::size_t(op.index);
  switch (op.kind) {
    case Op::Kind::wire: {
      const Wire& wire = circuit_.wires[i];
      if (wire.matrix.lookup) return;
      Real* dx = signal_delta(wire.from, w, part);
      if (!dx) return;
      const Index rows = circuit_.ports[std::size_t(wire.port)].rows;
      const Real* dy = s.delta[std::size_t(wire.port)] + part.column * rows + wire.row;
      return unfold::backward(wire.matrix, w.packed, dy, rows, part.columns, dx, wire.from.size);
    }
    case Op::Kind::activate: {
      const Port& port = circuit_.ports[i];
      Real* d = s.delta[i] + part.column * port.rows;
      return activation_gradient(port.activation, s.value[i] + part.column * port.rows, d, d, part.columns * port.rows);
    }
    case Op::Kind::modulate: {  // dr += dreset∘h, dh += dreset∘r
      const Real* h = signal(circuit_.resets[i], w, part.column);
      Real* dh = signal_delta(circuit_.resets[i], w, part);
      const Index R = cell_->gates() * hidden_;
      const Real* r = s.value[std::size_t(circuit_.z)] + part.column * R + cell_->reset_gate() * hidden_;
      Real *d = s.dreset_in[i] + part.n * hidden_, *dr = s.dreset + part.n * hidden_;
      for (Index n = 0; n < part.columns; ++n)
        for (Index k = 0; k < hidden_; ++k) {
          const Index at = n * hidden_ + k;
          dr[at] += d[at] * h[at];
          dh[at] += d[at] * r[n * R + k];
          d[at] = 0;  // ready for the next step
        }
      return;
    }
    case Op::Kind::cell: return run_cell_backward(op.index, w, part);
    case Op::Kind::mask: {
      const Index size = part.columns * hidden_;
      Real *d = s.dmasked[i] + part.n * hidden_, *dh = signal_delta(circuit_.masked[i], w, part);
      if (w.dropping.on)
        drop(w.dropping, number_, Site::recurrent, recurrent_dropout_, mask_place(op.index, w, part), size, d, dh,
             true);
      else
        for (Index k = 0; k < size; ++k) dh[k] += d[k];
      std::fill_n(d, size, Real(0));  // ready for the next step
      return;
    }
    case Op::Kind::normalize: return normalize_backward(op, w, part);
    case Op::Kind::output: return run_output(w, part, true);
    case Op::Kind::feed: return run_feed(w, part, true);
    case Op::Kind::gather: return run_gather(w, part, true);
    case Op::Kind::attend: return attend_backward(w, part);
    case Op::Kind::fill:
    case Op::Kind::choose:
    case Op::Kind::blend: return;  // the blend's backward comes first in run_cell_backward
  }
}

void Layer::run_cell(int stage, const Window& w, const Part& part) const {
  const LayerSpace& s = space(w);
  const Index at = part.column * hidden_, R = cell_->gates() * hidden_;
  cell_->forward({.hidden = hidden_,
                  .columns = part.columns,
                  .own = w.parameters + own_offset_,
                  .z = s.value[std::size_t(circuit_.z)] + part.column * R,
                  .zh = circuit_.zh < 0 ? nullptr : s.value[std::size_t(circuit_.zh)] + part.column * R,
                  .prev = {state(s.h, s, w, part.column, 1), cell_state(s, w, part.column, 1)},
                  .next = {state(s.h, s, w, part.column, 0), cell_state(s, w, part.column, 0)},
                  .saved = s.saved ? s.saved + at * cell_->saved() : nullptr},
                 stage);
  if (w.lengths && !blend_.on() && stage == (cell_->reset_gate() >= 0 ? 1 : 0)) hold(w, part);
}

void Layer::run_cell_backward(int stage, const Window& w, const Part& part) const {
  const LayerSpace& s = space(w);
  const Index at = part.column * hidden_, R = cell_->gates() * hidden_, now = part.n * hidden_;
  const Index size = part.columns * hidden_;
  Real *dh = state(s.dh, s, w, part.column, 0), *dh_prev = state(s.dh, s, w, part.column, 1);
  Real* dc = s.dc ? s.dc + now : nullptr;
  const bool first = stage == (cell_->reset_gate() >= 0 ? 1 : 0);
  if (first && w.lengths) hold_backward(w, part);
  if (first && blend_.on()) {
    shares(blend_, blend_step(w, part), s.keep + now, dc ? s.keep_cell + now : nullptr);
    unfold::backward(s.keep + now, dh, s.dcell + now, dh_prev, size);
    if (dc) {
      std::fill_n(s.dc_kept + now, size, Real(0));
      unfold::backward(s.keep_cell + now, dc, dc, s.dc_kept + now, size);
    }
  }
  if (first && s.dreset) std::fill_n(s.dreset + now, size, Real(0));
  cell_->backward({.hidden = hidden_,
                   .columns = part.columns,
                   .own = w.parameters + own_offset_,
                   .z = s.delta[std::size_t(circuit_.z)] + part.column * R,
                   .zh = circuit_.zh < 0 ? nullptr : s.delta[std::size_t(circuit_.zh)] + part.column * R,
                   .prev = {state(s.h, s, w, part.column, 1), cell_state(s, w, part.column, 1)},
                   .saved = s.saved ? s.saved + at * cell_->saved() : nullptr,
                   .dh = blend_.on() ? s.dcell + now : dh,
                   .dc = dc,
                   .dh_prev = dh_prev,
                   .dreset = s.dreset ? s.dreset + now : nullptr},
                  stage);
  if (stage != 0 || !dc) return;
  if (blend_.on())
    for (Index i = 0; i < size; ++i) dc[i] += s.dc_kept[now + i];
  if (w.lengths)
    for (Index i = 0; i < size; ++i) dc[i] += s.dc_held[now + i];
}

BlendStep Layer::blend_step(const Window& w, const Part& part) const {
  return {.hidden = hidden_,
          .columns = part.columns,
          .place = part.column * hidden_,
          .clock = w.clock + part.t,
          .alpha = w.packed + blend_.packed,
          .dropping = w.dropping};
}

void Layer::run_blend(const Window& w, const Part& part) const {
  const LayerSpace& s = space(w);
  const Index at = part.column * hidden_, now = part.n * hidden_, size = part.columns * hidden_;
  Real* h = state(s.h, s, w, part.column, 0);
  shares(blend_, blend_step(w, part), s.keep + now, s.c ? s.keep_cell + now : nullptr);
  if (s.v) std::copy_n(h, size, s.v + at);
  unfold::forward(s.keep + now, state(s.h, s, w, part.column, 1), h, size);
  if (s.c) unfold::forward(s.keep_cell + now, cell_state(s, w, part.column, 1), cell_state(s, w, part.column, 0), size);
  if (w.lengths) hold(w, part);
}

/// out = drop(h) + (what the residual connection adds), where upper layers do not simply read h.
void Layer::run_output(const Window& w, const Part& part, bool back) const {
  if (!separate_output(w.dropping)) return;
  const LayerSpace& s = space(w);
  const Index size = part.columns * hidden_, at = part.column * hidden_;
  const bool drops = w.dropping.on && w.dropping.rate > 0;
  const Index place = w.dropping.variational ? part.n * hidden_ : at;
  const Real* from = back ? s.dout + at : state(s.h, s, w, part.column, 0);
  Real* to = back ? state(s.dh, s, w, part.column, 0) : s.out + at;
  if (drops) {
    drop(w.dropping, number_, Site::output, w.dropping.rate, place, size, from, to, back);
  } else {
    for (Index i = 0; i < size; ++i) to[i] = (back ? to[i] : Real(0)) + from[i];
  }
  if (!residual_) return;
  const LayerSpace& below = (*w.spaces)[std::size_t(below_)];
  const Real* added = back ? s.dout + at : below.out + at;
  Real* sum = back ? below.dout + at : s.out + at;
  for (Index i = 0; i < size; ++i) sum[i] += added[i];
}

/// Free running: softmax(o) is what edges from the output read.   do += p∘(dp − Σ p·dp)
void Layer::run_feed(const Window& w, const Part& part, bool back) const {
  const LayerSpace& s = space(w);
  const Index V = hidden_;
  for (Index n = part.column; n < part.column + part.columns; ++n) {
    Real* p = s.h + (s.lead * w.N + n) * V;
    if (!back) {
      std::copy_n(s.value[std::size_t(circuit_.z)] + n * V, V, p);
      kernels::softmax(p, V, -1);
      continue;
    }
    const Real* dp = s.dh + (s.lead * w.N + n) * V;
    Real *d = s.delta[std::size_t(circuit_.z)] + n * V, sum = 0;
    for (Index v = 0; v < V; ++v) sum += p[v] * dp[v];
    for (Index v = 0; v < V; ++v) d[v] += p[v] * (dp[v] - sum);
  }
}

// Layer normalisation (Ba et al. 2016), for each gate block of H rows:
//   μ = Σz/H   σ² = Σ(z−μ)²/H   n = (z−μ)/√(σ²+ε)   z ← γ∘n + b
//   dn = dz∘γ   dz ← (dn − Σdn/H − n·Σ(dn∘n)/H)/√(σ²+ε)

std::pair<Index, Index> Layer::normalized_blocks(const Op& op) const {
  const Index G = cell_->gates();
  if (cell_->reset_gate() < 0) return {0, G};
  return op.stage == 0 ? std::pair<Index, Index>{0, G - 1} : std::pair<Index, Index>{G - 1, G};
}

void Layer::normalize(const Op& op, const Window& w, const Part& part) const {
  const LayerSpace& s = space(w);
  const auto p = std::size_t(op.index);
  const Port& port = circuit_.ports[p];
  const Index H = port.block, G = port.rows / H;
  const auto [first, last] = normalized_blocks(op);
  for (Index column = part.column; column < part.column + part.columns; ++column)
    for (Index g = first; g < last; ++g) {
      Real* z = s.value[p] + column * port.rows + g * H;
      const Real *gain = w.parameters + port.gain_offset + g * H, *bias = w.packed + port.packed_bias + g * H;
      double mean = 0, square = 0;
      for (Index k = 0; k < H; ++k) mean += double(z[k]);
      mean /= double(H);
      for (Index k = 0; k < H; ++k) square += (double(z[k]) - mean) * (double(z[k]) - mean);
      const Real inverse = Real(1 / std::sqrt(square / double(H) + 1e-5)), mu = Real(mean);
      for (Index k = 0; k < H; ++k) {
        const Real n = (z[k] - mu) * inverse;
        if (!s.normal.empty()) s.normal[p][column * port.rows + g * H + k] = n;
        z[k] = gain[k] * n + bias[k];
      }
      if (!s.inverse.empty()) s.inverse[p][column * G + g] = inverse;
    }
}

void Layer::normalize_backward(const Op& op, const Window& w, const Part& part) const {
  const LayerSpace& s = space(w);
  const auto p = std::size_t(op.index);
  const Port& port = circuit_.ports[p];
  const Index H = port.block, G = port.rows / H;
  const auto [first, last] = normalized_blocks(op);
  for (Index column = part.column; column < part.column + part.columns; ++column)
    for (Index g = first; g < last; ++g) {
      const Index at = column * port.rows + g * H;
      Real* dz = s.delta[p] + at;
      const Real *n = s.normal[p] + at, *gain = w.parameters + port.gain_offset + g * H;
      std::copy_n(dz, H, s.dnormal[p] + at);
      double sum = 0, along = 0;
      for (Index k = 0; k < H; ++k) {
        dz[k] *= gain[k];
        sum += double(dz[k]);
        along += double(dz[k]) * double(n[k]);
      }
      const Real mean = Real(sum / double(H)), slope = Real(along / double(H)), inverse = s.inverse[p][column * G + g];
      for (Index k = 0; k < H; ++k) dz[k] = (dz[k] - mean - n[k] * slope) * inverse;
    }
}

}  // namespace unfold
