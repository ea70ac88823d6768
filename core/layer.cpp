#include <algorithm>
#include <cstring>

#include "layer_part.h"
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

Layer::Layer(const LayerConfig& config, int number, const SignalSizes& sizes, ParameterTable& table)
    : number_(number + sizes.below),
      hidden_(config.hidden),
      cell_(find_cell(config.cell)->make(config.settings)),
      residual_(config.residual),
      below_(number_ - 1),
      recurrent_dropout_(config.recurrent_dropout) {
  const std::string prefix = "layers." + std::to_string(number) + ".";
  circuit_ = lower(config, *cell_, number, sizes, prefix, table);
  for (const std::string& name : cell_->own_vectors()) {
    const int added = table.add({.name = prefix + name, .rows = hidden_, .cols = 1, .vector = true});
    if (own_ < 0) own_ = added;
  }
  own_offset_ = own_ < 0 ? 0 : table[own_].offset;
  blend_ = make_blend(config, number_, prefix, table);
  if (blend_.clocked())
    for (const Wire& wire : circuit_.wires)
      if ((wire.from.kind == SignalRef::Kind::self || wire.from.kind == SignalRef::Kind::masked) && circuit_.ports[std::size_t(wire.port)].read_by_cell)
        clocked_weights_.push_back(wire.matrix);
  prepare(table);
}

Layer::Layer(const std::vector<EdgeConfig>& edges, Index V, const SignalSizes& sizes, int tied, ParameterTable& table)
    : number_(sizes.readout), hidden_(V) {
  circuit_ = lower_readout(edges, V, sizes, tied, table);
  prepare(table);
}

Layer::Layer(Index V, Index E, ParameterTable& table) : number_(0), hidden_(E) {
  CellSettings settings{find_cell("rnn")->options};
  settings.values[0].choice = "identity";
  cell_ = find_cell("rnn")->make(settings);
  circuit_ = lower_embedding(V, E, table);
  prepare(table);
}

void Layer::prepare(const ParameterTable& table) {
  for (Port& port : circuit_.ports)
    if (port.gain >= 0) port.gain_offset = table[port.gain].offset;
  cost_ = multiply_adds(circuit_, true) + multiply_adds(circuit_, false) + (cell_ ? 20.0 * double(hidden_) : 0);
}

void Layer::mask_clocked(const ParameterTable& table, Real* x) const {
  for (const Matrix& m : clocked_weights_)
    for (Index r = 0; r < m.rows; ++r)
      for (Index c = 0; c < m.cols; ++c)
        if (blend_.periods[std::size_t(c)] < blend_.periods[std::size_t((m.row + r) % hidden_)])
          x[m.offset(table) + r * m.cols + c] = 0;
}

// The loop over time ------------------------------------------------------------------------------------------

void forward(std::span<const Layer> group, const Window& w) {
  const Index T = w.T, N = w.N;
  const double columns = double(T * N);
  double cost = 0;
  bool scan = false;
  for (const Layer& layer : group) {
    parallel_for(T * N, column_group, 2 * multiply_adds(layer.circuit(), true) * columns, [&](Index begin, Index end) {
      for (const Op& op : layer.circuit().once) layer.run(op, w, {begin, end - begin});
    });
    cost += layer.cost();
    scan |= !layer.circuit().step.empty();
  }
  if (!scan) return;
  parallel_for(N, column_group, 2 * cost * columns, [&](Index begin, Index end) {
    for (Index t = 0; t < T; ++t)
      for (const Layer& layer : group)
        for (const Op& op : layer.circuit().step) layer.run(op, w, {t * N + begin, end - begin, t, begin});
  });
}

void backward(std::span<const Layer> group, const Window& w) {
  const Index T = w.T, N = w.N;
  const double columns = double(T * N);
  double cost = 0;
  bool scan = false;
  for (const Layer& layer : group) {
    cost += layer.cost();
    scan |= !layer.circuit().step.empty();
  }
  if (scan)
    parallel_for(N, column_group, 2 * cost * columns, [&](Index begin, Index end) {
      for (Index t = T - 1; t >= 0; --t)
        for (auto layer = group.rbegin(); layer != group.rend(); ++layer) {
          const auto& step = layer->circuit().step;
          for (auto op = step.rbegin(); op != step.rend(); ++op)
            layer->run_backward(*op, w, {t * N + begin, end - begin, t, begin});
        }
    });
  for (auto layer = group.rbegin(); layer != group.rend(); ++layer) {
    const auto& once = layer->circuit().once;
    // One operation at a time: wires of different delays add to the same columns of their source.
    for (auto op = once.rbegin(); op != once.rend(); ++op)
      parallel_for(T * N, column_group, 2 * layer->cost() * columns,
                   [&](Index begin, Index end) { layer->run_backward(*op, w, {begin, end - begin}); });
  }
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
      const Real* dy = port.gain < 0 ? s.delta[p] : s.dnormal[p];
      std::fill(s.bias_sum + begin, s.bias_sum + end, Real(0));
      bias_gradient(dy, port.rows, K, begin, end, s.bias_sum);
      for (const int bias : port.biases)
        for (Index r = begin; r < end; ++r) gradient[table[bias].offset + r] += s.bias_sum[r];
    });
  }
  for (std::size_t p = 0; p < circuit_.ports.size(); ++p) {
    const Port& port = circuit_.ports[p];
    if (port.gain < 0) continue;
    for (Index k = 0; k < K; ++k)
      for (Index r = 0; r < port.rows; ++r)
        gradient[port.gain_offset + r] += s.dnormal[p][k * port.rows + r] * s.normal[p][k * port.rows + r];
  }
  if (!cell_) return;
  const Index step = w.N * hidden_;
  const Real* h_prev = s.h + (s.lead - 1) * step;
  if (own_ >= 0)
    cell_->own_gradient({.hidden = hidden_,
                         .columns = K,
                         .z = s.dnormal.empty() ? s.delta[std::size_t(circuit_.z)] : s.dnormal[0],
                         .prev = {h_prev, s.c},
                         .saved = s.saved,
                         .row_begin = 0,
                         .row_end = hidden_,
                         .down = gradient + own_offset_});
  if (!blend_.leak.learned) return;
  for (Index t = 0; t < w.T; ++t) {
    const Index at = t * step;
    leak_gradient(blend_, blend_step(w, {t * w.N, w.N, t, 0}), s.dh + s.lead * step + at, h_prev + at, s.v + at, 0,
                  hidden_, s.keep, gradient + table[blend_.parameter].offset);
  }
}

}  // namespace unfold
