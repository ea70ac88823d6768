#include "network.h"

#include <algorithm>

#include "initialization.h"
#include "parallel.h"
#include "rng.h"

namespace unfold {

Network::Network(const Config& config, Index V) : symbols_(V) {
  SignalSizes sizes{.tokens = true, .input = V};
  for (std::size_t l = 0; l < config.layers.size(); ++l) {
    layers_.emplace_back(config.layers[l], int(l), sizes, table_);
    sizes.layers.push_back(config.layers[l].hidden);
  }
  layers_.emplace_back(config.readout, V, sizes, table_);

  leads_.assign(layers_.size(), 1);
  for (std::size_t l = 0; l < layers_.size(); ++l)
    for (const Wire& wire : layers_[l].circuit().wires) {
      using Kind = SignalRef::Kind;
      const Index delay = wire.from.delay;
      if (wire.from.kind == Kind::tokens || wire.from.kind == Kind::vectors)
        input_lead_ = std::max(input_lead_, delay);
      else if (wire.from.kind == Kind::layer)
        leads_[std::size_t(wire.from.index)] = std::max(leads_[std::size_t(wire.from.index)], delay);
      else if (wire.from.kind == Kind::self || wire.from.kind == Kind::reset)
        leads_[l] = std::max(leads_[l], delay);
    }

  parameters_ = Buffer(table_.size());
  initialize(table_, config.initialization, config.seed, parameters_.data());
  mask(parameters_.data());
  plan_packing();
}

void Network::plan_packing() {
  Index size = 0;
  const auto place = [&](Index elements) {
    const Index at = size;
    size += (elements + 15) / 16 * 16;
    return at;
  };
  for (Layer& layer : layers_) {
    for (Wire& wire : layer.circuit().wires) {
      Matrix& m = wire.matrix;
      m.packed = place(m.packed_elements());
      m.packed_transposed = m.packed + m.packed_elements();
      if (!m.lookup && m.data_gradient) {
        Matrix forward_only = m;
        forward_only.data_gradient = false;
        m.packed_transposed = m.packed + forward_only.packed_elements();
      }
    }
    for (Port& port : layer.circuit().ports) port.packed_bias = place(port.rows);
    if (layer.blend().leaky()) layer.blend().packed = place(layer.hidden());
  }
  packed_ = Buffer(size);
}

void Network::repack() {
  if (!stale_) return;
  stale_ = false;
  const Real* p = parameters_.data();
  for (const Layer& layer : layers_) {
    const auto& wires = layer.circuit().wires;
    parallel_for(Index(wires.size()), 1, 2 * layer.cost(), [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        const Matrix& m = wires[std::size_t(i)].matrix;
        pack(m, p + m.offset(table_), packed_.data());
      }
    });
    for (const Port& port : layer.circuit().ports) {
      Real* to = packed_.data() + port.packed_bias;
      std::fill_n(to, port.rows, Real(0));
      for (const int bias : port.biases)
        for (Index r = 0; r < port.rows; ++r) to[r] += p[table_[bias].offset + r];
    }
    if (layer.recurrent()) pack(layer.blend(), layer.hidden(), p, table_, packed_.data());
  }
}

void Network::mask(Real* x) const {
  for (const Layer& layer : layers_) layer.mask_clocked(table_, x);
}

double Network::flops_per_token() const {
  double sum = 0;
  for (const Layer& layer : layers_)
    for (const Wire& wire : layer.circuit().wires)
      sum += (wire.matrix.lookup ? 2.0 : 6.0 * double(wire.matrix.cols)) * double(wire.matrix.rows);
  return sum;
}

void Network::forward(Workspace& w) {
  repack();
  w.window_.parameters = parameters_.data();
  w.window_.packed = packed_.data();
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    LayerSpace& s = w.spaces_[l];
    if (layers_[l].recurrent()) {
      const Index first = s.lead * w.window_.N * layers_[l].hidden();
      const bool drop = w.drops(l);
      s.out = drop ? w.dropped_[l] : s.h + first;
      s.dout = drop ? w.ddropped_[l] : s.dh ? s.dh + first : nullptr;
    }
    layers_[l].forward(w.window_);
    if (layers_[l].recurrent() && w.drops(l))
      w.drop(l, s.h + s.lead * w.window_.N * layers_[l].hidden(), s.out, false);
  }
}

void Network::backward(Workspace& w, Real* gradient) {
  w.clear_deltas();
  for (std::size_t l = layers_.size(); l-- > 0;) {
    if (layers_[l].recurrent() && w.drops(l)) {
      const LayerSpace& s = w.spaces_[l];
      w.drop(l, s.dout, s.dh + s.lead * w.window_.N * layers_[l].hidden(), true);
    }
    layers_[l].backward(w.window_);
  }
  for (const Layer& layer : layers_) layer.gradients(w.window_, table_, gradient);
  mask(gradient);
}

}  // namespace unfold
