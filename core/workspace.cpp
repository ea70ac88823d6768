#include <algorithm>
#include <cstring>
#include <new>

#include "network.h"
#include "parallel.h"
#include "rng.h"

namespace unfold {

Workspace::Workspace(const Network& network, Index T, Index N, bool training) : training_(training) {
  window_.T = T;
  window_.N = N;
  window_.input_lead = network.input_lead();
  tokens_.assign(std::size_t((window_.input_lead + T) * N), no_token);
  window_.tokens = tokens_.data();
  for (const Layer& layer : network.layers()) hidden_.push_back(layer.hidden());
  arena_ = Buffer(layout(network, nullptr));
  layout(network, arena_.data());
  window_.spaces = &spaces_;
}

Index Workspace::elements(const Network& network, Index T, Index N, bool training) {
  Workspace counted(network, 0, N, false);  // an empty one, to reuse the layout
  counted.window_.T = T;
  counted.training_ = training;
  return counted.layout(network, nullptr);
}

/// Gives every slab its place from `base` on (or only counts, if it is null); returns the elements used.
Index Workspace::layout(const Network& network, Real* base) {
  const Index T = window_.T, N = window_.N, K = T * N;
  Index used = 0;
  const auto take = [&](Index size) {
    Real* at = base + (base ? used : 0);
    used += (size + 15) / 16 * 16;
    return at;
  };
  const auto take_delta = [&](Index size) {
    Real* at = take(size);
    if (base) deltas_.push_back({at, size});
    return at;
  };
  spaces_.assign(network.layers().size(), {});
  deltas_.clear();
  for (std::size_t l = 0; l < spaces_.size(); ++l) {
    const Layer& layer = network.layers()[l];
    const Circuit& circuit = layer.circuit();
    LayerSpace& s = spaces_[l];
    const Index H = layer.hidden(), one = N * H, all = H * K;
    const bool last = l + 1 == spaces_.size();
    Index widest = 0;
    for (const Port& port : circuit.ports) {
      widest = std::max(widest, port.rows);
      s.value.push_back(take(port.rows * K));
      const bool in_place = port.read_by_cell || &port == &circuit.ports[std::size_t(circuit.z)];
      s.delta.push_back(in_place ? s.value.back() : training_ ? take_delta(port.rows * K) : nullptr);
    }
    if (training_) s.bias_sum = take(widest);
    s.lead = network.lead(l);
    if (last && network.free_running()) {
      s.h = take((s.lead + T) * one);
      if (training_) s.dh = take_delta((s.lead + T) * one);
    }
    if (!layer.has_cell()) continue;
    const Cell& cell = *layer.cell();
    const bool second = cell.states() > 1;
    s.h = take((s.lead + T) * one);
    if (second) s.c = take((1 + T) * one);
    if (cell.saved() > 0) s.saved = take(cell.saved() * all);
    for (std::size_t m = 0; m < circuit.masked.size(); ++m) s.masked.push_back(take(all));
    for (std::size_t r = 0; r < circuit.resets.size(); ++r) s.reset.push_back(take(all));
    if (layer.blend().on()) s.keep = take(one);
    if (layer.blend().on() && second) s.keep_cell = take(one);
    const bool separate = layer.residual() || (training_ && window_.dropping.rate > 0);
    if (separate) s.spare_out = take(all);
    if (!training_) continue;
    for (const Port& port : circuit.ports) {
      if (!port.read_by_cell || port.gain < 0) continue;
      s.normal.push_back(take(port.rows * K));
      s.dnormal.push_back(take(port.rows * K));
      s.inverse.push_back(take(port.rows / port.block * K));
    }
    if (layer.blend().leak.learned) s.v = take(all);
    s.dh = take_delta((s.lead + T) * one);
    if (second) s.dc = take_delta(one);
    if (layer.blend().on()) s.dcell = take(one);
    if (layer.blend().on() && second) s.dc_kept = take(one);
    if (cell.reset_gate() >= 0) s.dreset = take(one);
    for (std::size_t r = 0; r < circuit.resets.size(); ++r) s.dreset_in.push_back(take_delta(one));
    for (std::size_t m = 0; m < circuit.masked.size(); ++m) s.dmasked.push_back(take_delta(one));
    if (separate) s.spare_dout = take_delta(all);
  }
  return used;
}

void Workspace::set_dropout(const Network& network, double probability) {
  if ((probability > 0) != (window_.dropping.rate > 0) && training_) {
    const State kept = state();
    const double before = window_.dropping.rate;
    window_.dropping.rate = probability;
    try {
      arena_ = Buffer(layout(network, nullptr));
    } catch (const std::bad_alloc&) {  // back to where everything was
      window_.dropping.rate = before;
      layout(network, arena_.data());
      throw;
    }
    layout(network, arena_.data());
    set_state(kept);
  }
  window_.dropping.rate = probability;
}

/// What upper layers read: h itself, or a slab of its own under dropout and residual connections.
void Workspace::choose_outputs(const Network& network) {
  for (std::size_t l = 0; l < spaces_.size(); ++l) {
    LayerSpace& s = spaces_[l];
    if (!network.layers()[l].has_cell()) continue;
    const Index first = s.lead * window_.N * hidden_[l];
    const bool separate = network.layers()[l].separate_output(window_.dropping);
    s.out = separate ? s.spare_out : s.h + first;
    s.dout = separate ? s.spare_dout : s.dh ? s.dh + first : nullptr;
  }
}

void Workspace::clear_deltas() {
  for (const Run& run : deltas_)
    parallel_for(run.size, 1024, double(run.size), [&](Index begin, Index end) {
      std::memset(static_cast<void*>(run.begin + begin), 0, std::size_t(end - begin) * sizeof(Real));
    });
}

Real* Workspace::hidden(std::size_t layer, Index t) {
  return spaces_[layer].h + (spaces_[layer].lead + t) * window_.N * hidden_[layer];
}

Real* Workspace::hidden_gradient(std::size_t layer, Index t) {
  return spaces_[layer].dh + (spaces_[layer].lead + t) * window_.N * hidden_[layer];
}

Real* Workspace::cell_state(std::size_t layer, Index t) {
  return spaces_[layer].c ? spaces_[layer].c + (1 + t) * window_.N * hidden_[layer] : nullptr;
}

void Workspace::reset() {
  for (std::size_t l = 0; l < spaces_.size(); ++l) {
    LayerSpace& s = spaces_[l];
    if (!s.h) continue;
    std::fill_n(s.h, s.lead * window_.N * hidden_[l], Real(0));
    if (s.c) std::fill_n(s.c, window_.N * hidden_[l], Real(0));
  }
  std::fill_n(tokens_.begin(), window_.input_lead * window_.N, no_token);
  window_.clock = 0;
}

void Workspace::carry() {
  const Index T = window_.T, N = window_.N;
  for (std::size_t l = 0; l < spaces_.size(); ++l) {
    LayerSpace& s = spaces_[l];
    if (!s.h) continue;
    const Index step = N * hidden_[l];
    std::memmove(static_cast<void*>(s.h), s.h + T * step, std::size_t(s.lead * step) * sizeof(Real));
    if (s.c) std::memmove(static_cast<void*>(s.c), s.c + T * step, std::size_t(step) * sizeof(Real));
  }
  std::copy_n(tokens_.begin() + T * N, window_.input_lead * N, tokens_.begin());
  window_.clock += T;
}

State Workspace::state() const {
  State state;
  read_state(state);
  return state;
}

void Workspace::read_state(State& state) const {
  state.clock = window_.clock;
  state.values.clear();
  for (std::size_t l = 0; l < spaces_.size(); ++l) {
    const LayerSpace& s = spaces_[l];
    if (!s.h) continue;
    const Index step = window_.N * hidden_[l];
    state.values.insert(state.values.end(), s.h, s.h + s.lead * step);
    if (s.c) state.values.insert(state.values.end(), s.c, s.c + step);
  }
  state.tokens.assign(tokens_.begin(), tokens_.begin() + window_.input_lead * window_.N);
}

void Workspace::set_state(const State& state) {
  const Real* from = state.values.data();
  for (std::size_t l = 0; l < spaces_.size(); ++l) {
    LayerSpace& s = spaces_[l];
    if (!s.h) continue;
    const Index step = window_.N * hidden_[l];
    std::copy_n(from, s.lead * step, s.h);
    from += s.lead * step;
    if (!s.c) continue;
    std::copy_n(from, step, s.c);
    from += step;
  }
  std::copy(state.tokens.begin(), state.tokens.end(), tokens_.begin());
  window_.clock = state.clock;
}

}  // namespace unfold
