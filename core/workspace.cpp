#include <algorithm>
#include <cstring>

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
  dropped_.assign(spaces_.size(), nullptr);
  ddropped_ = dropped_;
  deltas_.clear();
  for (std::size_t l = 0; l < spaces_.size(); ++l) {
    const Layer& layer = network.layers()[l];
    const Circuit& circuit = layer.circuit();
    LayerSpace& s = spaces_[l];
    Index widest = 0;
    for (int p = 0; p < int(circuit.ports.size()); ++p) {
      const Index rows = circuit.ports[std::size_t(p)].rows;
      widest = std::max(widest, rows);
      s.value.push_back(take(rows * K));
      const bool in_place = p == circuit.z || p == circuit.zh;
      s.delta.push_back(in_place ? s.value.back() : training_ ? take_delta(rows * K) : nullptr);
    }
    if (training_) s.bias_sum = take(widest);
    if (!layer.recurrent()) continue;
    const Index H = layer.hidden();
    const Cell& cell = *layer.cell();
    s.lead = network.lead(l);
    s.h = take((s.lead + T) * N * H);
    if (cell.states() > 1) s.c = take((1 + T) * N * H);
    if (cell.saved() > 0) s.saved = take(cell.saved() * H * K);
    for (std::size_t r = 0; r < circuit.resets.size(); ++r) s.reset.push_back(take(H * K));
    if (!training_) continue;
    if (layer.blend().leak.learned) s.v = take(H * K);
    s.dh = take_delta((s.lead + T) * N * H);
    if (cell.states() > 1) s.dc = take_delta(N * H);
    if (layer.blend().on()) s.dcell = take(N * H);
    if (layer.blend().clocked() && cell.states() > 1) s.dc_kept = take(N * H);
    if (cell.reset_gate() >= 0) s.dreset = take(N * H);
    for (std::size_t r = 0; r < circuit.resets.size(); ++r) s.dreset_in.push_back(take_delta(N * H));
    if (dropout_ > 0) {
      dropped_[l] = take(H * K);
      ddropped_[l] = take_delta(H * K);
    }
  }
  return used;
}

void Workspace::set_dropout(const Network& network, double probability) {
  if ((probability > 0) != (dropout_ > 0) && training_) {
    const State kept = state();
    dropout_ = probability;
    arena_ = Buffer(layout(network, nullptr));
    layout(network, arena_.data());
    set_state(kept);
  }
  dropout_ = probability;
}

void Workspace::clear_deltas() {
  for (const Run& run : deltas_)
    parallel_for(run.size, 1024, double(run.size), [&](Index begin, Index end) {
      std::memset(static_cast<void*>(run.begin + begin), 0, std::size_t(end - begin) * sizeof(Real));
    });
}

/// to ← (or +=) mask∘from / (1−p), the mask drawn by position: the same in backward, in any thread.
void Workspace::drop(std::size_t layer, const Real* from, Real* to, bool add) const {
  const Index size = hidden_[layer] * window_.T * window_.N;
  const double keep = 1 - dropout_;
  const Real scale = Real(1 / keep);
  const auto threshold = std::uint32_t(std::min(keep * 4294967296.0, 4294967295.0));
  const std::array<std::uint32_t, 2> key{std::uint32_t(dropout_seed), std::uint32_t(dropout_seed >> 32)};
  parallel_for(size, 4, 20 * double(size), [&](Index begin, Index end) {
    for (Index i = begin; i < end; i += 4) {
      const auto words = philox(key, {std::uint32_t(i / 4), std::uint32_t(dropout_pass),
                                      std::uint32_t(dropout_pass >> 32) ^ std::uint32_t(layer << 16),
                                      std::uint32_t(Stream::dropout)});
      for (Index j = i; j < std::min(i + 4, end); ++j) {
        const Real value = words[std::size_t(j - i)] < threshold ? from[j] * scale : Real(0);
        to[j] = add ? to[j] + value : value;
      }
    }
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
  for (std::size_t l = 0; l + 1 < spaces_.size(); ++l) {
    LayerSpace& s = spaces_[l];
    std::fill_n(s.h, s.lead * window_.N * hidden_[l], Real(0));
    if (s.c) std::fill_n(s.c, window_.N * hidden_[l], Real(0));
  }
  std::fill_n(tokens_.begin(), window_.input_lead * window_.N, no_token);
  window_.clock = 0;
}

void Workspace::carry() {
  const Index T = window_.T, N = window_.N;
  for (std::size_t l = 0; l + 1 < spaces_.size(); ++l) {
    LayerSpace& s = spaces_[l];
    const Index step = N * hidden_[l];
    std::memmove(static_cast<void*>(s.h), s.h + T * step, std::size_t(s.lead * step) * sizeof(Real));
    if (s.c) std::memmove(static_cast<void*>(s.c), s.c + T * step, std::size_t(step) * sizeof(Real));
  }
  std::copy_n(tokens_.begin() + T * N, window_.input_lead * N, tokens_.begin());
  window_.clock += T;
}

State Workspace::state() const {
  State state{.clock = window_.clock};
  for (std::size_t l = 0; l + 1 < spaces_.size(); ++l) {
    const LayerSpace& s = spaces_[l];
    const Index step = window_.N * hidden_[l];
    state.values.insert(state.values.end(), s.h, s.h + s.lead * step);
    if (s.c) state.values.insert(state.values.end(), s.c, s.c + step);
  }
  state.tokens.assign(tokens_.begin(), tokens_.begin() + window_.input_lead * window_.N);
  return state;
}

void Workspace::set_state(const State& state) {
  const Real* from = state.values.data();
  for (std::size_t l = 0; l + 1 < spaces_.size(); ++l) {
    LayerSpace& s = spaces_[l];
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
