#include "layer.h"

#include <algorithm>
#include <cstring>

#include "parallel.h"

namespace unfold {

namespace {

constexpr Index column_group = 4;  // boundaries between threads, so that the micro-kernel gets whole tiles

double multiply_adds(const Circuit& c, bool once) {
  double sum = 0;
  for (const Wire& w : c.wires)
    if (w.once == once) sum += w.matrix.lookup ? double(w.matrix.rows) : double(w.matrix.rows) * double(w.matrix.cols);
  return sum;
}

}  // namespace

/// Columns [column, column + columns) of the T·N; within one step when the scan runs.
struct Layer::Part {
  Index column, columns;
  Index t = 0, n = 0;  // of the first column, in the scan
};

Layer::Layer(const LayerConfig& config, int number, const SignalSizes& sizes, ParameterTable& table)
    : number_(number), hidden_(config.hidden), cell_(find_cell(config.cell)->make(config.settings)) {
  const std::string prefix = "layers." + std::to_string(number) + ".";
  circuit_ = lower(config, *cell_, number, sizes, prefix, table);
  for (const std::string& name : cell_->own_vectors()) {
    const int added = table.add({.name = prefix + name, .rows = hidden_, .cols = 1, .vector = true});
    if (own_ < 0) own_ = added;
  }
  own_offset_ = own_ < 0 ? 0 : table[own_].offset;
  blend_ = make_blend(config, prefix, table);
  if (blend_.clocked())
    for (const Wire& wire : circuit_.wires)
      if (wire.from.kind == SignalRef::Kind::self && circuit_.ports[std::size_t(wire.port)].read_by_cell)
        clocked_weights_.push_back(wire.matrix);
  prepare();
}

Layer::Layer(const std::vector<EdgeConfig>& edges, Index V, const SignalSizes& sizes, ParameterTable& table)
    : number_(int(sizes.layers.size())), hidden_(V) {
  circuit_ = lower_readout(edges, V, sizes, table);
  prepare();
}

void Layer::prepare() {
  cost_ = multiply_adds(circuit_, true) + multiply_adds(circuit_, false) + (cell_ ? 20.0 * double(hidden_) : 0);
}

void Layer::mask_clocked(const ParameterTable& table, Real* x) const {
  for (const Matrix& m : clocked_weights_)
    for (Index r = 0; r < m.rows; ++r)
      for (Index c = 0; c < m.cols; ++c)
        if (blend_.periods[std::size_t(c)] < blend_.periods[std::size_t((m.row + r) % hidden_)])
          x[m.offset(table) + r * m.cols + c] = 0;
}

// Signals -------------------------------------------------------------------------------------------------

const Token* Layer::token_signal(const SignalRef& from, const Window& w, Index column) const {
  return w.tokens + (w.input_lead - from.delay) * w.N + column;
}

/// Column `column` of a source, `delay` steps earlier.
const Real* Layer::signal(const SignalRef& from, const Window& w, Index column) const {
  const LayerSpace& s = space(w);
  const auto slab = [&](const Real* h, Index lead) { return h + ((lead - from.delay) * w.N + column) * from.size; };
  switch (from.kind) {
    case SignalRef::Kind::vectors: return slab(w.vectors, w.input_lead);
    case SignalRef::Kind::layer: {
      const LayerSpace& below = (*w.spaces)[std::size_t(from.index)];
      return from.delay == 0 ? below.out + column * from.size : slab(below.h, below.lead);
    }
    case SignalRef::Kind::self: return slab(s.h, s.lead);
    case SignalRef::Kind::port: return s.value[std::size_t(from.index)] + column * from.size;
    case SignalRef::Kind::reset: return s.reset[std::size_t(from.index)] + column * from.size;
    case SignalRef::Kind::tokens: break;
  }
  return nullptr;
}

/// Where the gradient of that source goes.
Real* Layer::signal_delta(const SignalRef& from, const Window& w, const Part& part) const {
  const LayerSpace& s = space(w);
  const auto slab = [&](Real* dh, Index lead) { return dh + ((lead - from.delay) * w.N + part.column) * from.size; };
  switch (from.kind) {
    case SignalRef::Kind::vectors: return w.dvectors ? slab(w.dvectors, w.input_lead) : nullptr;
    case SignalRef::Kind::layer: {
      const LayerSpace& below = (*w.spaces)[std::size_t(from.index)];
      return from.delay == 0 ? below.dout + part.column * from.size : slab(below.dh, below.lead);
    }
    case SignalRef::Kind::self: return slab(s.dh, s.lead);
    case SignalRef::Kind::port: return s.delta[std::size_t(from.index)] + part.column * from.size;
    case SignalRef::Kind::reset: return s.dreset_in[std::size_t(from.index)] + part.n * from.size;
    case SignalRef::Kind::tokens: break;
  }
  return nullptr;
}

// Forward and backward of one operation over some columns ----------------------------------------------------

void Layer::run(const Op& op, const Window& w, const Part& part) const {
  const LayerSpace& s = space(w);
  const auto i = std::size_t(op.index);
  switch (op.kind) {
    case Op::Kind::fill: {
      const Port& port = circuit_.ports[i];
      for (Index n = 0; n < part.columns; ++n)
        std::copy_n(w.packed + port.packed_bias, port.rows, s.value[i] + (part.column + n) * port.rows);
      return;
    }
    case Op::Kind::wire: {
      const Wire& wire = circuit_.wires[i];
      const Port& port = circuit_.ports[std::size_t(wire.port)];
      Real* y = s.value[std::size_t(wire.port)] + part.column * port.rows + wire.row;
      const Real* init = wire.first ? w.packed + port.packed_bias : y;
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
    case Op::Kind::blend: {
      if (!blend_.on()) return;
      const Index at = part.column * hidden_, step = w.N * hidden_;
      Real* h = s.h + s.lead * step + at;
      return unfold::forward(blend_, w.packed, w.clock + part.t, hidden_, part.columns, h - step, h,
                             s.c ? s.c + at : nullptr, s.c ? s.c + step + at : nullptr, s.v ? s.v + at : nullptr);
    }
  }
}

void Layer::run_backward(const Op& op, const Window& w, const Part& part) const {
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
      return activation_gradient(port.activation, s.value[i] + part.column * port.rows, d, d,
                                 part.columns * port.rows);
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
    case Op::Kind::fill:
    case Op::Kind::blend: return;  // the blend's backward comes first in run_cell_backward
  }
}

void Layer::run_cell(int stage, const Window& w, const Part& part) const {
  const LayerSpace& s = space(w);
  const Index at = part.column * hidden_, step = w.N * hidden_, R = cell_->gates() * hidden_;
  Real* h = s.h + s.lead * step + at;
  cell_->forward({.hidden = hidden_,
                  .columns = part.columns,
                  .own = w.parameters + own_offset_,
                  .z = s.value[std::size_t(circuit_.z)] + part.column * R,
                  .zh = circuit_.zh < 0 ? nullptr : s.value[std::size_t(circuit_.zh)] + part.column * R,
                  .prev = {h - step, s.c ? s.c + at : nullptr},
                  .next = {h, s.c ? s.c + step + at : nullptr},
                  .saved = s.saved ? s.saved + at * cell_->saved() : nullptr},
                 stage);
}

void Layer::run_cell_backward(int stage, const Window& w, const Part& part) const {
  const LayerSpace& s = space(w);
  const Index at = part.column * hidden_, step = w.N * hidden_, R = cell_->gates() * hidden_, now = part.n * hidden_;
  Real *dh = s.dh + s.lead * step + at, *h_prev = s.h + (s.lead - 1) * step + at;
  Real* dc = s.dc ? s.dc + now : nullptr;
  const bool first = stage == (cell_->reset_gate() >= 0 ? 1 : 0);
  if (first && blend_.on())
    unfold::backward(blend_, w.packed, w.clock + part.t, hidden_, part.columns, dh, s.dcell + now, dh - step, dc,
                     s.dc_kept ? s.dc_kept + now : nullptr);
  if (first && s.dreset) std::fill_n(s.dreset + now, part.columns * hidden_, Real(0));
  cell_->backward({.hidden = hidden_,
                   .columns = part.columns,
                   .own = w.parameters + own_offset_,
                   .z = s.delta[std::size_t(circuit_.z)] + part.column * R,
                   .zh = circuit_.zh < 0 ? nullptr : s.delta[std::size_t(circuit_.zh)] + part.column * R,
                   .prev = {h_prev, s.c ? s.c + at : nullptr},
                   .saved = s.saved ? s.saved + at * cell_->saved() : nullptr,
                   .dh = blend_.on() ? s.dcell + now : dh,
                   .dc = dc,
                   .dh_prev = dh - step,
                   .dreset = s.dreset ? s.dreset + now : nullptr},
                  stage);
  if (stage == 0 && dc && blend_.on())
    restore(blend_, w.clock + part.t, hidden_, part.columns, dc, s.dc_kept + now);
}

// The loop over time ------------------------------------------------------------------------------------------

void Layer::forward(const Window& w) const {
  const Index T = w.T, N = w.N;
  const double columns = double(T * N);
  parallel_for(T * N, column_group, 2 * multiply_adds(circuit_, true) * columns, [&](Index begin, Index end) {
    for (const Op& op : circuit_.once) run(op, w, {begin, end - begin});
  });
  if (!cell_) return;
  parallel_for(N, column_group, 2 * cost_ * columns, [&](Index begin, Index end) {
    for (Index t = 0; t < T; ++t)
      for (const Op& op : circuit_.step) run(op, w, {t * N + begin, end - begin, t, begin});
  });
}

void Layer::backward(const Window& w) const {
  const Index T = w.T, N = w.N;
  const double columns = double(T * N);
  if (cell_)
    parallel_for(N, column_group, 2 * cost_ * columns, [&](Index begin, Index end) {
      for (Index t = T - 1; t >= 0; --t)
        for (auto op = circuit_.step.rbegin(); op != circuit_.step.rend(); ++op)
          run_backward(*op, w, {t * N + begin, end - begin, t, begin});
    });
  parallel_for(T * N, column_group, 2 * multiply_adds(circuit_, true) * columns, [&](Index begin, Index end) {
    for (auto op = circuit_.once.rbegin(); op != circuit_.once.rend(); ++op) run_backward(*op, w, {begin, end - begin});
  });
}

void Layer::gradients(const Window& w, const ParameterTable& table, Real* gradient) const {
  const LayerSpace& s = space(w);
  const Index K = w.T * w.N;
  for (const Wire& wire : circuit_.wires) {
    const Matrix& m = wire.matrix;
    const Index ldy = circuit_.ports[std::size_t(wire.port)].rows;
    const Real* dy = s.delta[std::size_t(wire.port)] + wire.row;
    Real* dw = gradient + m.offset(table);
    const double work = 2 * double(K) * double(m.rows) * (m.lookup ? 1 : double(m.cols));
    parallel_for(m.rows, 8, work, [&](Index begin, Index end) {
      if (m.lookup)
        weight_gradient(m, token_signal(wire.from, w, 0), dy, ldy, K, begin, end, dw);
      else
        weight_gradient(m, signal(wire.from, w, 0), wire.from.size, dy, ldy, K, begin, end, dw);
    });
  }
  for (std::size_t p = 0; p < circuit_.ports.size(); ++p) {
    const Port& port = circuit_.ports[p];
    if (port.biases.empty()) continue;
    parallel_for(port.rows, 16, 2 * double(K) * double(port.rows), [&](Index begin, Index end) {
      std::fill(s.bias_sum + begin, s.bias_sum + end, Real(0));
      bias_gradient(s.delta[p], port.rows, K, begin, end, s.bias_sum);
      for (const int bias : port.biases)
        for (Index r = begin; r < end; ++r) gradient[table[bias].offset + r] += s.bias_sum[r];
    });
  }
  if (!cell_) return;
  const Index step = w.N * hidden_;
  const Real* h_prev = s.h + (s.lead - 1) * step;
  if (own_ >= 0)
    cell_->own_gradient({.hidden = hidden_,
                         .columns = K,
                         .z = s.delta[std::size_t(circuit_.z)],
                         .prev = {h_prev, s.c},
                         .next = {h_prev + step, s.c ? s.c + step : nullptr},
                         .row_begin = 0,
                         .row_end = hidden_,
                         .down = gradient + own_offset_});
  if (blend_.leak.learned)
    leak_gradient(blend_, w.packed, w.clock, hidden_, K, w.N, s.dh + s.lead * step, h_prev, s.v, 0, hidden_,
                  gradient + table[blend_.parameter].offset);
}

}  // namespace unfold
