#include "network.h"

#include <algorithm>

#include "initialization.h"
#include "parallel.h"
#include "rng.h"

namespace unfold {

Network::Network(const Config& config, Index V, bool initialized) : symbols_(V) {
  const bool embedded = config.embedding > 0;
  SignalSizes sizes{.tokens = true,
                    .input = embedded ? config.embedding : V,
                    .below = embedded ? 1 : 0,
                    .readout = int(config.layers.size()) + (embedded ? 1 : 0),
                    .free_running = config.free_running,
                    .symbols = V};
  if (config.free_running)
    for (int l = int(config.layers.size()); l-- > 0;)
      for (const EdgeConfig& e : config.layers[std::size_t(l)].edges)
        if (e.from == Source::output) sizes.scan_from = l + sizes.below;
  sizes.free_running &= sizes.scan_from <= sizes.readout;
  if (sizes.free_running) scan_from_ = std::size_t(sizes.scan_from);
  if (embedded) layers_.emplace_back(V, config.embedding, table_);
  for (std::size_t l = 0; l < config.layers.size(); ++l) {
    layers_.emplace_back(config.layers[l], int(l), sizes, table_);
    sizes.layers.push_back(config.layers[l].hidden);
  }
  layers_.emplace_back(config.readout, V, sizes, config.tied ? table_.find("embedding.weight") : -1, table_);
  plan_leads();
  parameters_ = Buffer(table_.size());
  if (initialized) initialize(table_, config.initialization, config.seed, parameters_.data());
  mask(parameters_.data());
  plan_packing();
}

/// Steps that each slab must hold before the window: the largest delay with which anyone reads it.
void Network::plan_leads() {
  using Kind = SignalRef::Kind;
  leads_.assign(layers_.size(), 1);
  const auto raise = [](Index& lead, Index delay) { lead = std::max(lead, delay); };
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Circuit& circuit = layers_[l].circuit();
    for (const Wire& wire : circuit.wires) {
      const SignalRef& from = wire.from;
      if (from.kind == Kind::tokens || from.kind == Kind::vectors) raise(input_lead_, from.delay);
      if (from.kind == Kind::layer) raise(leads_[std::size_t(from.index)], from.delay);
      if (from.kind == Kind::self || from.kind == Kind::masked || from.kind == Kind::reset) raise(leads_[l], from.delay);
    }
  }
}

std::span<const Layer> Network::group(std::size_t first) const {
  return std::span(layers_).subspan(first, first == scan_from_ ? layers_.size() - first : 1);
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
    if (layer.has_cell()) pack(layer.blend(), layer.hidden(), p, table_, packed_.data());
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
  w.choose_outputs(*this);
  for (std::size_t l = 0; l < layers_.size(); l += group(l).size()) unfold::forward(group(l), w.window_);
}

void Network::backward(Workspace& w, Real* gradient) {
  w.clear_deltas();
  for (std::size_t end = layers_.size(); end > 0;) {
    const std::size_t first = end > scan_from_ ? scan_from_ : end - 1;
    unfold::backward(group(first), w.window_);
    end = first;
  }
  for (const Layer& layer : layers_) layer.gradients(w.window_, table_, gradient);
  mask(gradient);
}

}  // namespace unfold
