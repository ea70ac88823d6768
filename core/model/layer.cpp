#include <algorithm>
#include <cstring>

#include "unfold/base/parallel.h"
#include "unfold/model/layer_part.h"

namespace unfold {

namespace {

constexpr Index column_group = 4;    // boundaries between threads, so that the micro-kernel gets whole tiles
constexpr Index least_columns = 64;  // of a piece: hoisted products want many at once

/// Floating-point operations of a pass that runs `cost` multiply–adds a column → pieces of it.
Index pieces_of(double cost, const Window& w) {
  const Index columns = w.T * w.N, most = std::max<Index>(1, std::min(w.T, columns / least_columns));
  return std::clamp<Index>(Index(2 * cost * double(columns) / piece_work), 1, most);
}

double multiply_adds(const Circuit& c, bool once) {
  double sum = 0;
  for (const Wire& w : c.wires)
    if (w.once == once) sum += w.matrix.lookup ? double(w.matrix.rows) : double(w.matrix.rows) * double(w.matrix.cols);
  return sum;
}

}  // namespace

Layer::Layer(const LayerConfig& config, int own, int number, const SignalSizes& sizes, const std::string& prefix,
             ParameterTable& table)
    : number_(number),
      hidden_(config.hidden),
      direction_(config.direction),
      cell_(find_cell(config.cell)->make(config.settings)),
      residual_(config.residual),
      below_(number_ - 1),
      recurrent_dropout_(config.recurrent_dropout) {
  circuit_ = lower(config, *cell_, own, sizes, prefix, table);
  for (const std::string& name : cell_->own_vectors()) {
    const int added = table.add({.name = prefix + name, .rows = hidden_, .cols = 1, .vector = true});
    if (own_ < 0) own_ = added;
  }
  own_offset_ = own_ < 0 ? 0 : table[own_].offset;
  blend_ = make_blend(config, number_, prefix, table);
  if (config.initial) {
    context_ = sizes.context;
    for (int state = 0; state < cell_->states(); ++state) {
      const std::string name = prefix + (state == 0 ? "initial_h" : "initial_c");
      const Index C = context_.size;
      Initial first;
      first.matrix = {.weight = table.add({.name = name + ".weight", .rows = hidden_, .cols = C, .fill = Fill::input}),
                      .rows = hidden_,
                      .cols = C};
      first.bias = table.add({.name = name + ".bias", .rows = hidden_, .cols = 1, .vector = true});
      first.bias_offset = table[first.bias].offset;
      initial_.push_back(first);
    }
  }
  if (blend_.clocked())
    for (const Wire& wire : circuit_.wires)
      if ((wire.from.kind == SignalRef::Kind::self || wire.from.kind == SignalRef::Kind::masked) &&
          circuit_.ports[std::size_t(wire.port)].read_by_cell)
        clocked_weights_.push_back(wire.matrix);
  prepare(table);
}

Layer Layer::sums(const std::vector<EdgeConfig>& edges, Index rows, int number, const SignalSizes& sizes,
                  const std::string& prefix, int tied, ParameterTable& table) {
  Layer layer(Role::sums, number, rows);
  layer.circuit_ = lower_sums(edges, rows, sizes, prefix, tied, table);
  if (sizes.output.layer == number) layer.circuit_.step.push_back({Op::Kind::feed});
  layer.prepare(table);
  return layer;
}

Layer Layer::embedding(Index V, Index E, int number, const SignalSizes& sizes, const std::string& prefix,
                       ParameterTable& table) {
  Layer layer(Role::cell, number, E);
  const std::span options = find_cell("rnn")->options;
  CellSettings settings{{options.begin(), options.end()}};
  settings.values[0].choice = "identity";
  layer.cell_ = find_cell("rnn")->make(settings);
  layer.circuit_ = lower_embedding(V, E, sizes, prefix, table);
  layer.prepare(table);
  return layer;
}

Layer Layer::gather(std::vector<SignalSizes::Place> sources, bool mean, Index size, int number) {
  Layer layer(Role::gather, number, size);
  layer.sources_ = std::move(sources);
  layer.mean_ = mean;
  layer.circuit_.step.push_back({Op::Kind::gather});
  return layer;
}

Layer Layer::attention(const EdgeConfig& query, bool additive, Index A, std::vector<SignalSizes::Place> memory,
                       int keys, int number, const SignalSizes& sizes, ParameterTable& table) {
  Index size = 0;
  for (const SignalSizes::Place& m : memory) size += m.size;
  Layer layer(Role::attention, number, size);
  layer.sources_ = std::move(memory);
  layer.keys_ = keys;
  layer.additive_ = additive;
  layer.circuit_ = lower_sums({query}, A, sizes, "attention.query.", -1, table);
  layer.circuit_.step.push_back({Op::Kind::attend});
  if (additive) {
    layer.score_ = table.add({.name = "attention.score", .rows = 1, .cols = A, .fill = Fill::readout});
    layer.score_offset_ = table[layer.score_].offset;
  }
  layer.prepare(table);
  return layer;
}

void Layer::prepare(const ParameterTable& table) {
  if (!blend_.on()) std::erase_if(circuit_.step, [](const Op& op) { return op.kind == Op::Kind::blend; });
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

void Layer::input_gradient(const Window& w, const ParameterTable& table, Real* dx) const {
  const LayerSpace& s = space(w);
  for (const Wire& wire : circuit_.wires) {
    const Matrix& m = wire.matrix;
    if (!m.lookup) continue;
    const Index rows = circuit_.ports[std::size_t(wire.port)].rows, V = m.cols;
    const Real* weights = w.parameters + table[m.weight].offset;
    const auto weight = [&](Index r, Index v) {
      return m.by_row ? weights[v * m.rows + r] : weights[(m.row + r) * V + v];
    };
    for (Index k = wire.from.delay * w.N; k < w.T * w.N; ++k) {
      const Real* dy = s.delta[std::size_t(wire.port)] + k * rows + wire.row;
      Real* to = dx + (k - wire.from.delay * w.N) * V;
      for (Index r = 0; r < m.rows; ++r)
        for (Index v = 0; v < V; ++v) to[v] += weight(r, v) * dy[r];
    }
  }
}

std::vector<Term> Layer::terms(const Window& w, const ParameterTable& table, Index column) const {
  std::vector<Term> all;
  const auto term = [&](const std::string& name, int port) -> std::vector<Real>& {
    const bool apart = port == circuit_.zh;
    for (Term& known : all)
      if (known.name == name && known.apart == apart) return known.values;
    all.push_back({name, apart, std::vector<Real>(std::size_t(circuit_.ports[std::size_t(port)].rows))});
    return all.back().values;
  };
  for (const Wire& wire : circuit_.wires) {
    if (!circuit_.ports[std::size_t(wire.port)].read_by_cell) continue;
    const Matrix& m = wire.matrix;
    Real* y = term(table[m.weight].name, wire.port).data() + wire.row;
    std::vector<Real> sum(y, y + m.rows);
    if (m.lookup)
      unfold::forward(m, w.packed, token_signal(wire.from, w, column), 1, sum.data(), 0, y, m.rows);
    else
      unfold::forward(m, w.packed, signal(wire.from, w, column), wire.from.size, 1, sum.data(), 0, y, m.rows);
  }
  for (int p = 0; p < int(circuit_.ports.size()); ++p) {
    if (!circuit_.ports[std::size_t(p)].read_by_cell) continue;
    for (const int bias : circuit_.ports[std::size_t(p)].biases) {
      const Real* from = w.parameters + table[bias].offset;
      std::copy_n(from, table[bias].rows, term(table[bias].name, p).data());
    }
  }
  return all;
}

// The loop over time ------------------------------------------------------------------------------------------

/// How the passes through a group are cut: every piece is some steps.
class Cut {
 public:
  Cut(std::span<const Layer> group, const Window& w) : T_(w.T), N_(w.N), forward_(group[0].direction_ > 0) {
    double cost = 0;
    for (const Layer& layer : group) {
      cost += layer.cost();
      scans_ |= !layer.circuit().step.empty();
      once_ += Index(layer.circuit().once.size());
    }
    pieces = pieces_of(cost, w);
    work_ = 2 * cost * double(w.T * w.N) / double(pieces);
  }

  bool scans() const { return scans_; }
  Index once() const { return once_; }
  double work() const { return work_; }
  /// Steps [begin, end) of a piece, in the order of the scan.
  std::pair<Index, Index> steps(Index piece) const { return {T_ * piece / pieces, T_ * (piece + 1) / pieces}; }
  /// The place in time of a step of the scan.
  Index time(Index step) const { return forward_ ? step : T_ - 1 - step; }
  /// Columns [begin, end) of a piece.
  std::pair<Index, Index> columns(Index piece) const {
    const auto [begin, end] = steps(piece);
    return forward_ ? std::pair(begin * N_, end * N_) : std::pair((T_ - end) * N_, (T_ - begin) * N_);
  }

  Index pieces = 1;

 private:
  Index T_, N_, once_ = 0;
  bool forward_, scans_ = false;
  double work_ = 0;
};

Index forward_pieces(std::span<const Layer> group, const Window& w) { return Cut(group, w).pieces; }

Index backward_pieces(std::span<const Layer> group, const Window& w) {
  const Cut cut(group, w);
  return cut.pieces * (cut.once() + (cut.scans() ? 1 : 0));
}

void forward(std::span<const Layer> group, const Window& w, Index piece) {
  const Cut cut(group, w);
  const auto [first, last] = cut.columns(piece);
  for (const Layer& layer : group) {
    const double work = 2 * multiply_adds(layer.circuit(), true) * double(last - first);
    parallel_for(last - first, column_group, work, [&, from = first](Index begin, Index end) {
      for (const Op& op : layer.circuit().once) layer.run(op, w, {from + begin, end - begin});
    });
  }
  if (!cut.scans()) return;
  parallel_for(w.N, column_group, cut.work(), [&](Index begin, Index end) {
    if (piece == 0)
      for (const Layer& layer : group) layer.begin(w, {begin, end - begin, 0, begin});
    const auto [start, stop] = cut.steps(piece);
    for (Index i = start; i < stop; ++i) {
      const Index t = cut.time(i);
      for (const Layer& layer : group)
        for (const Op& op : layer.circuit().step) layer.run(op, w, {t * w.N + begin, end - begin, t, begin});
    }
  });
}

void backward(std::span<const Layer> group, const Window& w, Index piece) {
  const Cut cut(group, w);
  if (cut.scans() && piece < cut.pieces) {
    piece = cut.pieces - 1 - piece;
    parallel_for(w.N, column_group, cut.work(), [&](Index begin, Index end) {
      const auto [start, stop] = cut.steps(piece);
      for (Index i = stop - 1; i >= start; --i) {
        const Index t = cut.time(i);
        for (auto layer = group.rbegin(); layer != group.rend(); ++layer) {
          const auto& step = layer->circuit().step;
          for (auto op = step.rbegin(); op != step.rend(); ++op)
            layer->run_backward(*op, w, {t * w.N + begin, end - begin, t, begin});
        }
      }
      if (piece > 0) return;
      for (const Layer& layer : group) layer.begin_backward(w, {begin, end - begin, 0, begin});
    });
    return;
  }
  // One operation at a time: wires of different delays add to the same columns of their source.
  if (cut.scans()) piece -= cut.pieces;
  Index number = piece / cut.pieces;
  auto layer = group.rbegin();
  for (; number >= Index(layer->circuit().once.size()); ++layer) number -= Index(layer->circuit().once.size());
  const Op& op = *(layer->circuit().once.rbegin() + number);
  const auto [first, last] = cut.columns(piece % cut.pieces);
  parallel_for(last - first, column_group, 2 * layer->cost() * double(last - first),
               [&, from = first](Index begin, Index end) { layer->run_backward(op, w, {from + begin, end - begin}); });
}

Index Layer::gradient_pieces(const Window& w) const {
  return pieces_of(multiply_adds(circuit_, true) + multiply_adds(circuit_, false), w);
}

void Layer::gradients(const Window& w, const ParameterTable& table, Real* gradient, Index piece) const {
  const LayerSpace& s = space(w);
  const Index K = w.T * w.N, pieces = gradient_pieces(w);
  const Index first = K * piece / pieces, some = K * (piece + 1) / pieces - first;
  for (const Wire& wire : circuit_.wires) {
    const Matrix& m = wire.matrix;
    if (m.lookup && piece > 0) continue;  // sums by symbol, whole
    const Index ldy = circuit_.ports[std::size_t(wire.port)].rows;
    const Real* dy = s.delta[std::size_t(wire.port)] + wire.row;
    Real* dw = gradient + m.offset(table);
    const double work = 2 * double(m.rows) * (m.lookup ? double(K) : double(some) * double(m.cols));
    parallel_for(m.rows, 8, work, [&](Index begin, Index end) {
      if (m.lookup)
        weight_gradient(m, token_signal(wire.from, w, 0), dy, ldy, K, begin, end, dw);
      else
        weight_gradient(m, signal(wire.from, w, first), wire.from.size, dy + first * ldy, ldy, some, begin, end, dw);
    });
  }
  if (piece > 0) return;
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
  if (score_ >= 0) {  // dv, gathered by column
    const Index A = table[score_].cols;
    for (Index n = 0; n < w.N; ++n)
      for (Index a = 0; a < A; ++a) gradient[score_offset_ + a] += s.dscore[n * A + a];
  }
  if (!cell_) return;
  for (std::size_t i = 0; i < initial_.size(); ++i) {
    if (!w.fresh) break;
    const Matrix& m = initial_[i].matrix;
    const Real* dz = i == 0 ? state(s.dh, s, w, 0, 1) : s.dc;
    weight_gradient(m, (*w.spaces)[std::size_t(context_.layer)].out, m.cols, dz, hidden_, w.N, 0, hidden_,
                    gradient + m.offset(table));
    bias_gradient(dz, hidden_, w.N, 0, hidden_, gradient + initial_[i].bias_offset);
  }
  const Index step = w.N * hidden_;
  const Real *h_prev = state(s.h, s, w, 0, 1), *c_prev = cell_state(s, w, 0, 1);
  if (own_ >= 0)
    cell_->own_gradient({.hidden = hidden_,
                         .columns = K,
                         .z = s.dnormal.empty() ? s.delta[std::size_t(circuit_.z)] : s.dnormal[0],
                         .prev = {h_prev, c_prev},
                         .saved = s.saved,
                         .row_begin = 0,
                         .row_end = hidden_,
                         .down = gradient + own_offset_});
  if (!blend_.leak.learned) return;
  for (Index t = 0; t < w.T; ++t) {
    const Index at = t * step;
    leak_gradient(blend_, blend_step(w, {t * w.N, w.N, t, 0}), state(s.dh, s, w, t * w.N, 0), h_prev + at, s.v + at, 0,
                  hidden_, s.keep, gradient + table[blend_.parameter].offset);
  }
}

}  // namespace unfold
