#include <algorithm>
#include <cstring>
#include <new>

#include "unfold/base/parallel.h"
#include "unfold/base/rng.h"
#include "unfold/model/network.h"

namespace unfold {

Workspace::Workspace(const Network& network, Index T, Index N, bool training, Index S)
    : training_(training), main_(network.main()), most_{T, S} {
  const NetworkSizes& sizes = network.sizes();
  // Numbers are read by the encoder where it answers for a whole sequence; the main stream may be told what remains.
  width_ = {network.has_encoder() ? 0 : sizes.numbers, network.has_encoder() ? sizes.numbers : 0};
  if (sizes.lengths > 0) {
    width_[0] = 1;
    longest_ = std::max<Index>(sizes.lengths - 1, 1);
  }
  for (std::size_t i = 0; i < 2; ++i) {
    Window& w = windows_[i];
    w.T = most_[i];
    w.N = N;
    w.symbols = sizes.symbols;
    w.input_lead = network.input_lead(int(i));
    w.spaces = &spaces_;
    w.encoder = &windows_[1];
    w.fresh = true;
    tokens_[i].assign(std::size_t((w.input_lead + w.T) * N), no_token);
    w.tokens = tokens_[i].data();
    numbers_[i] = Buffer((w.input_lead + w.T) * N * width_[i]);
    w.vectors = numbers_[i].data();
  }
  context_ = Buffer(N * sizes.context);
  windows_[0].context = context_.data();
  for (const Layer& layer : network.layers()) {
    hidden_.push_back(layer.hidden());
    directions_.push_back(layer.direction());
  }
  arena_ = Buffer(layout(network, nullptr));
  layout(network, arena_.data());
}

Index Workspace::elements(const Network& network, Index T, Index N, bool training, Index S) {
  Workspace counted(network, 0, N, false);  // an empty one, to reuse the layout
  counted.most_ = {T, S};
  counted.training_ = training;
  return counted.layout(network, nullptr);
}

void Workspace::resize(Index T, Index S) {
  windows_[0].T = std::min(T, most_[0]);
  windows_[1].T = std::min(S, most_[1]);
}

void Workspace::set_lengths(int stream, std::span<const Index> lengths) {
  std::vector<Index>& kept = lengths_[std::size_t(stream)];
  kept.assign(lengths.begin(), lengths.end());
  windows_[std::size_t(stream)].lengths = kept.empty() ? nullptr : kept.data();
}

void Workspace::want_input_gradient() {
  const int stream = main_ > 0 ? 1 : 0;
  dnumbers_ = Buffer(numbers_[std::size_t(stream)].size());
  windows_[std::size_t(stream)].dvectors = dnumbers_.data();
  dcontext_ = Buffer(context_.size());
  if (context_.size() > 0) windows_[0].dcontext = dcontext_.data();
}

/// Gives every slab its place from `base` on (or only counts, if it is null); returns the elements used.
Index Workspace::layout(const Network& network, Real* base) {
  const Index N = windows_[0].N;
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
    const Index T = most_[l < main_ ? 1 : 0], K = T * N;
    const Index H = layer.hidden(), one = N * H, all = H * K;
    const bool last = l + 1 == spaces_.size();
    Index widest = 0;
    for (const Port& port : circuit.ports) {
      widest = std::max(widest, port.rows);
      s.value.push_back(take(port.rows * K));
      const bool in_place =
          (port.read_by_cell || &port == &circuit.ports[std::size_t(circuit.z)]) && !layer.keeps_values();
      s.delta.push_back(in_place ? s.value.back() : training_ ? take_delta(port.rows * K) : nullptr);
    }
    if (training_) s.bias_sum = take(widest);
    s.lead = network.lead(l);
    if (last && network.free_running()) {
      s.h = take((s.lead + T) * one);
      if (training_) s.dh = take_delta((s.lead + T) * one);
    }
    if (layer.role() == Layer::Role::gather) {
      s.spare_out = take(all);
      if (training_) s.spare_dout = take_delta(all);
    }
    if (layer.role() == Layer::Role::attention) {
      const Index A = circuit.ports[0].rows, S = most_[1];
      s.h = take((s.lead + T) * one);
      s.weights = take(S * K);
      s.tanh_sum = take(A * N);
      if (training_) {
        s.dh = take_delta((s.lead + T) * one);
        s.dweights = take(S * N);
        s.dquery = take(A * N);
        s.dscore = take_delta(A * N);
      }
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
    const bool separate = layer.residual() || (training_ && windows_[0].dropping.rate > 0);
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
    if (second) s.dc_held = take(one);
    if (cell.reset_gate() >= 0) s.dreset = take(one);
    for (std::size_t r = 0; r < circuit.resets.size(); ++r) s.dreset_in.push_back(take_delta(one));
    for (std::size_t m = 0; m < circuit.masked.size(); ++m) s.dmasked.push_back(take_delta(one));
    if (separate) s.spare_dout = take_delta(all);
  }
  return used;
}

void Workspace::set_dropout(const Network& network, double probability) {
  double& rate = windows_[0].dropping.rate;
  if ((probability > 0) != (rate > 0) && training_) {
    const State kept = state();
    const double before = rate;
    rate = probability;
    try {
      arena_ = Buffer(layout(network, nullptr));
    } catch (const std::bad_alloc&) {  // back to where everything was
      rate = before;
      layout(network, arena_.data());
      throw;
    }
    layout(network, arena_.data());
    set_state(kept);
  }
  rate = probability;
}

/// What upper layers read: h itself, or a slab of its own under dropout and residual connections.
void Workspace::choose_outputs(const Network& network) {
  for (std::size_t l = 0; l < spaces_.size(); ++l) {
    LayerSpace& s = spaces_[l];
    if (!s.h && !s.spare_out) continue;
    const bool separate = network.layers()[l].separate_output(windows_[0].dropping);
    s.out = separate ? s.spare_out : s.h + place(l, 0);
    s.dout = separate ? s.spare_dout : s.dh ? s.dh + place(l, 0) : nullptr;
  }
}

void Workspace::prepare(const Network& network) {
  windows_[1].dropping = windows_[0].dropping;
  windows_[1].fresh = windows_[0].fresh;
  for (Window& w : windows_) {
    w.parameters = network.parameters_.data();
    w.packed = network.packed_.data();
  }
  choose_outputs(network);
}

void Workspace::clear_deltas() {
  for (const Run& run : deltas_)
    parallel_for(run.size, 1024, double(run.size), [&](Index begin, Index end) {
      std::memset(static_cast<void*>(run.begin + begin), 0, std::size_t(end - begin) * sizeof(Real));
    });
  for (Buffer* buffer : {&dnumbers_, &dcontext_}) std::fill_n(buffer->data(), buffer->size(), Real(0));
}

Index Workspace::place(std::size_t layer, Index t) const {
  if (directions_[layer] > 0) return (spaces_[layer].lead + t) * windows_[0].N * hidden_[layer];
  return (t < 0 ? window(layer).T - 1 - t : t) * windows_[0].N * hidden_[layer];
}

/// Where the state before the window lies, `lead` steps of it.
Index Workspace::lead_place(std::size_t layer) const { return directions_[layer] > 0 ? 0 : place(layer, -1); }

Real* Workspace::hidden(std::size_t layer, Index t) { return spaces_[layer].h + place(layer, t); }

Real* Workspace::hidden_gradient(std::size_t layer, Index t) { return spaces_[layer].dh + place(layer, t); }

Real* Workspace::output(std::size_t layer, Index t) { return spaces_[layer].out + t * windows_[0].N * hidden_[layer]; }

Real* Workspace::output_gradient(std::size_t layer, Index t) {
  return spaces_[layer].dout + t * windows_[0].N * hidden_[layer];
}

Real* Workspace::cell_state(std::size_t layer, Index t) {
  if (!spaces_[layer].c) return nullptr;
  const Index at = directions_[layer] > 0 ? 1 + t : t < 0 ? window(layer).T - 1 - t : t;
  return spaces_[layer].c + at * windows_[0].N * hidden_[layer];
}

void Workspace::reset() {
  for (std::size_t l = 0; l < spaces_.size(); ++l) {
    LayerSpace& s = spaces_[l];
    if (!s.h) continue;
    std::fill_n(s.h + lead_place(l), s.lead * windows_[0].N * hidden_[l], Real(0));
    if (s.c) std::fill_n(cell_state(l, -1), windows_[0].N * hidden_[l], Real(0));
  }
  for (std::size_t i = 0; i < 2; ++i) std::fill_n(tokens_[i].begin(), windows_[i].input_lead * windows_[i].N, no_token);
  for (Window& w : windows_) w.clock = 0;
  for (Window& w : windows_) w.fresh = true;
}

void Workspace::carry() {
  const Index N = windows_[0].N;
  for (std::size_t l = 0; l < spaces_.size(); ++l) {
    LayerSpace& s = spaces_[l];
    if (!s.h || directions_[l] < 0 || l < main_) continue;
    const Index step = N * hidden_[l], T = windows_[0].T;
    std::memmove(static_cast<void*>(s.h), s.h + T * step, std::size_t(s.lead * step) * sizeof(Real));
    if (s.c) std::memmove(static_cast<void*>(s.c), s.c + T * step, std::size_t(step) * sizeof(Real));
  }
  Window& w = windows_[0];
  std::copy_n(tokens_[0].begin() + w.T * N, w.input_lead * N, tokens_[0].begin());
  const Index row = N * width_[0];
  if (row > 0)
    std::memmove(static_cast<void*>(numbers_[0].data()), numbers_[0].data() + w.T * row,
                 std::size_t(w.input_lead * row) * sizeof(Real));
  w.clock += w.T;
  w.fresh = false;
}

State Workspace::state() const {
  State state;
  read_state(state);
  return state;
}

void Workspace::read_state(State& state) const {
  state.clock = windows_[0].clock;
  state.values.clear();
  for (std::size_t l = 0; l < spaces_.size(); ++l) {
    const LayerSpace& s = spaces_[l];
    if (!s.h) continue;
    const Index step = windows_[0].N * hidden_[l];
    const Real* h = s.h + lead_place(l);
    state.values.insert(state.values.end(), h, h + s.lead * step);
    if (!s.c) continue;
    const Real* c = const_cast<Workspace*>(this)->cell_state(l, -1);
    state.values.insert(state.values.end(), c, c + step);
  }
  state.tokens.assign(tokens_[0].begin(), tokens_[0].begin() + windows_[0].input_lead * windows_[0].N);
}

void Workspace::set_state(const State& state) {
  const Real* from = state.values.data();
  for (std::size_t l = 0; l < spaces_.size(); ++l) {
    LayerSpace& s = spaces_[l];
    if (!s.h) continue;
    const Index step = windows_[0].N * hidden_[l];
    std::copy_n(from, s.lead * step, s.h + lead_place(l));
    from += s.lead * step;
    if (!s.c) continue;
    std::copy_n(from, step, cell_state(l, -1));
    from += step;
  }
  std::copy(state.tokens.begin(), state.tokens.end(), tokens_[0].begin());
  windows_[0].clock = state.clock;
  windows_[0].fresh = false;
}

State Workspace::final_state() const {
  State state;
  auto& self = const_cast<Workspace&>(*this);
  const Index N = windows_[0].N;
  for (std::size_t l = 0; l < spaces_.size(); ++l) {
    const LayerSpace& s = spaces_[l];
    if (!s.h) continue;
    const Window& w = window(l);
    const Index H = hidden_[l];
    const auto append = [&](const Real* x) { state.values.insert(state.values.end(), x, x + H); };
    const auto last = [&](Index n) { return directions_[l] > 0 ? (w.lengths ? w.lengths[n] : w.T) - 1 : 0; };
    for (Index lead = 0; lead < s.lead; ++lead)  // forward: the oldest first; backward: in the order of time
      for (Index n = 0; n < N; ++n)
        append(self.hidden(l, directions_[l] > 0 ? last(n) + 1 - s.lead + lead : lead) + n * H);
    for (Index n = 0; s.c && n < N; ++n) append(self.cell_state(l, last(n)) + n * H);
  }
  const Window& w = windows_[0];
  for (Index lead = 0; lead < w.input_lead; ++lead)
    for (Index n = 0; n < N; ++n)
      state.tokens.push_back(tokens_[0][std::size_t(((w.lengths ? w.lengths[n] : w.T) + lead) * N + n)]);
  state.clock = w.clock + w.T;
  return state;
}

}  // namespace unfold
