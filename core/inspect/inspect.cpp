#include "unfold/inspect/inspect.h"

#include <algorithm>
#include <cmath>

#include "unfold/inspect/gradient_flow.h"

namespace unfold {
namespace {

/// Calls f(layer, name, size, state or −1) for every series, in order.
template <class F>
void each_series(const Network& network, const Config& config, const F& f) {
  const std::size_t first = network.first_layer();
  for (std::size_t l = 0; l < config.layers.size(); ++l) {
    const PlanLayer& layer = network.plan().layers[first + l];
    for (int i = 0; i < int(layer.states.size()); ++i)
      f(int(l), std::string(layer.cell->state_name(i)), layer.units, i);
    const auto& gates = find_cell(config.layers[l].cell)->gate_names;
    if (gates.size() > 1)
      for (const char* gate : gates) f(int(l), std::string(gate), layer.units, -1);
    else if (layer.interpolated)
      f(int(l), std::string("v"), layer.units, -1);
  }
  f(-1, std::string("p"), network.symbols(), -1);
}

}  // namespace

const Real* Inspection::of(int layer, const std::string& name) const {
  for (const Series& s : series)
    if (s.layer == layer && s.name == name) return values.data() + s.offset;
  return nullptr;
}

double inspection_size(const Network& network, const Config& config, Index T) {
  double numbers = 0;
  each_series(network, config, [&](int, const std::string&, Index size, int) { numbers += double(size); });
  return numbers * double(T);
}

Inspection inspect(Network& network, const Config& config, const std::vector<Token>& tokens) {
  const Index T = Index(tokens.size());
  Workspace w(network, T, 1, false);
  std::copy(tokens.begin(), tokens.end(), w.tokens(0));
  network.forward(w);
  std::vector<double> losses(tokens.size());
  softmax_cross_entropy(w.logits(), network.symbols(), T, nullptr, 0, losses.data());
  Inspection result;
  result.values.resize(std::size_t(inspection_size(network, config, T)));
  Index offset = 0;
  int of = -1;     // the layer whose gates are being read,
  Index gate = 0;  // and the next of them
  each_series(network, config, [&](int layer, const std::string& name, Index size, int state) {
    const std::size_t l = layer < 0 ? network.plan().layers.size() - 1 : network.first_layer() + std::size_t(layer);
    if (layer != of) gate = 0;
    of = layer;
    Real* to = result.values.data() + offset;
    if (layer < 0) {
      std::copy_n(w.logits(), size * T, to);
    } else if (state >= 0) {
      std::copy_n(w.state(l, state, 0), size * T, to);
    } else {
      const Index rows = network.plan().layers[l].sum.rows;
      for (Index t = 0; t < T; ++t) std::copy_n(w.gates(l) + t * rows + gate * size, size, to + t * size);
      ++gate;
    }
    result.series.push_back({layer, name, size, offset});
    offset += size * T;
  });
  return result;
}

std::vector<double> saliency(Network& network, const std::vector<Token>& tokens, Index at) {
  const Index V = network.symbols();
  Workspace w(network, at, 1, true);
  send_back_last(network, w, tokens.data());
  Buffer dx(V * at);
  network.input_gradient(w, dx.data());
  std::vector<double> norms;
  for (Index s = 0; s < at; ++s) {
    double square = 0;
    for (Index v = 0; v < V; ++v) square += double(dx.data()[s * V + v]) * double(dx.data()[s * V + v]);
    norms.push_back(std::sqrt(square));
  }
  return norms;
}

std::vector<Term> preactivations(Network& network, const std::vector<Token>& tokens, std::size_t layer, Index at) {
  Workspace w(network, at + 1, 1, false);
  std::copy_n(tokens.begin(), at + 1, w.tokens(0));
  network.forward(w);
  return network.terms(w, network.first_layer() + layer, at);
}

std::vector<TensorStats> histograms(const Network& network, int bins) {
  std::vector<TensorStats> all;
  for (const Parameter& p : network.table()) {
    const Real *begin = network.parameters() + p.offset, *end = begin + p.size();
    const auto [low, high] = std::minmax_element(begin, end);
    TensorStats s{.name = p.name, .rows = p.rows, .cols = p.cols, .low = double(*low), .high = double(*high)};
    s.counts.assign(std::size_t(bins), 0);
    const double width = (s.high - s.low) / bins;
    double square = 0;
    for (const Real* x = begin; x < end; ++x) {
      s.mean += double(*x) / double(p.size());
      const int bin = width > 0 ? int((double(*x) - s.low) / width) : 0;
      ++s.counts[std::size_t(std::clamp(bin, 0, bins - 1))];
    }
    for (const Real* x = begin; x < end; ++x) square += (double(*x) - s.mean) * (double(*x) - s.mean);
    s.deviation = std::sqrt(square / double(p.size()));
    all.push_back(s);
  }
  return all;
}

}  // namespace unfold
