#include "unfold/model/workspace.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "unfold/base/parallel.h"
#include "unfold/model/loss.h"
#include "unfold/model/matrix.h"
#include "unfold/model/network.h"

namespace unfold {

Workspace::Workspace(const Network& network, Index T, Index N, bool training, Index S, TileLoss* loss)
    : plan_(network.plan()), training_(training), loss_(loss), read_(plan_.pooled ? 1 : 0), capacity_{T, S} {
  if (plan_.sizes.lengths > 0) longest_ = std::max<Index>(plan_.sizes.lengths - 1, 1);
  for (std::size_t i = 0; i < 2; ++i) {
    Pass& p = passes_[i];
    p.T = capacity_[i];
    p.N = N;
    p.input_delay = plan_.input_delays[i];
    p.encoder = &passes_[1];
    p.fresh = true;
    tokens_[i].assign(std::size_t((p.input_delay + p.T) * N), no_token);
    p.tokens = tokens_[i].data();
    p.info = plan_.buffers.data();
  }
  arena_ = Buffer(plan_.arena(room()));
  lay_out();
}

/// Gives every buffer its place in the arena.
void Workspace::lay_out() {
  const Room space = room();
  own_.assign(plan_.buffers.size(), nullptr);
  places_.resize(own_.size());
  Real* next = arena_.data();
  for (std::size_t b = 0; b < own_.size(); ++b) {
    const BufferInfo& buffer = plan_.buffers[b];
    if (plan_.stored(buffer, space)) {
      own_[b] = next;
      next += plan_.elements(int(b), space);
    }
    if (buffer.lifetime != Lifetime::request) places_[b] = own_[b];
  }
}

void Workspace::resize(Index T, Index S) {
  passes_[0].T = std::min(T, capacity_[0]);
  passes_[1].T = std::min(S, capacity_[1]);
}

void Workspace::set_lengths(int sequence, std::span<const Index> lengths) {
  std::vector<Index>& kept = lengths_[std::size_t(sequence)];
  kept.assign(lengths.begin(), lengths.end());
  passes_[std::size_t(sequence)].lengths = kept.empty() ? nullptr : kept.data();
}

void Workspace::want_input_gradient() {
  const int buffers[] = {plan_.input_gradients[0], plan_.input_gradients[1], plan_.context_gradient};
  const auto elements = [&](int b) { return cache_lines(info(b).elements(capacity_[0], capacity_[1], columns())); };
  Index size = 0;
  for (const int b : buffers)
    if (b >= 0) size += elements(b);
  requested_ = Buffer(size);
  Real* next = requested_.data();
  for (const int b : buffers) {
    if (b < 0) continue;
    places_[std::size_t(b)] = next;
    next += elements(b);
  }
}

Real* Workspace::numbers(Index t, int sequence) {
  const int buffer = plan_.inputs[std::size_t(sequence)];
  return buffer < 0 ? nullptr : place_of(buffer) + (info(buffer).delay + t) * columns() * info(buffer).rows;
}

Real* Workspace::number_gradient(Index t, int sequence) {
  const int buffer = plan_.input_gradients[std::size_t(sequence)];
  return buffer < 0 ? nullptr : place_of(buffer) + (info(buffer).delay + t) * columns() * info(buffer).rows;
}

const Real* Workspace::attention(Index t) const {
  return place_of(plan_.layers[std::size_t(plan_.attention)].weights) + t * columns() * passes_[1].T;
}

void Workspace::set_dropout(double probability) {
  double& rate = passes_[0].dropping.rate;
  if ((probability > 0) != (rate > 0) && training_) {
    const State kept = state();
    const double before = rate;
    rate = probability;
    try {
      arena_ = Buffer(plan_.arena(room()));
    } catch (const std::bad_alloc&) {  // everything stays where it was
      rate = before;
      throw;
    }
    lay_out();
    set_state(kept);
  }
  rate = probability;
}

/// What upper layers read: a state itself, or a buffer of its own under dropout and residual connections.
void Workspace::choose_outputs() {
  const bool drops = passes_[0].dropping.on && passes_[0].dropping.rate > 0;
  for (std::size_t b = 0; b < places_.size(); ++b) {
    const BufferInfo& buffer = plan_.buffers[b];
    if (buffer.alias >= 0) places_[b] = own_[b] && (drops || buffer.separate) ? own_[b] : state_at(buffer.alias, 0);
  }
}

/// Tells the operations where everything is now.
void Workspace::describe_access() {
  access_.assign(places_.size(), {});
  const Index N = columns(), S = passes_[1].T;
  for (std::size_t b = 0; b < access_.size(); ++b) {
    Access& a = access_[b];
    const BufferInfo& buffer = plan_.buffers[b];
    if (!places_[b]) continue;
    a.place = places_[b];
    switch (buffer.extent) {
      case Extent::window: a.column = buffer.rows; break;
      case Extent::scores: a.column = S; break;
      case Extent::step: a.sequence = buffer.rows; break;
      case Extent::score_step: a.sequence = S; break;
      case Extent::once: break;
      case Extent::state:
        a.column = buffer.rows;
        a.place += buffer.place(0) * N * buffer.rows;
        a.late = (buffer.place(1) - buffer.place(0)) * N * buffer.rows;
    }
  }
  for (Pass& p : passes_) p.access = access_.data();
}

void Workspace::prepare(const Real* parameters, const Real* packed) {
  passes_[1].dropping = passes_[0].dropping;
  passes_[1].fresh = passes_[0].fresh;
  for (Pass& p : passes_) {
    p.parameters = parameters;
    p.packed = packed;
  }
  choose_outputs();
  describe_access();
}

void Workspace::clear_gradients() {
  for (std::size_t b = 0; b < places_.size(); ++b) {
    const BufferInfo& buffer = plan_.buffers[b];
    if (!buffer.zeroed || !places_[b]) continue;
    if (buffer.alias >= 0 && places_[b] == state_at(buffer.alias, 0)) continue;  // zeroed as the state's
    const Index size = buffer.elements(capacity_[0], capacity_[1], columns());
    parallel_for(size, 1024, double(size), [&](Index begin, Index end) {
      std::memset(static_cast<void*>(places_[b] + begin), 0, std::size_t(end - begin) * sizeof(Real));
    });
  }
}

// States ------------------------------------------------------------------------------------------------------------

Real* Workspace::state_at(int buffer, Index t) const {
  Real* place = place_of(buffer);
  if (!place) return nullptr;
  const BufferInfo& b = info(buffer);
  const Index T = passes_[std::size_t(b.sequence)].T;
  const Index at = b.direction > 0 ? b.delay + t : t < 0 ? T - 1 - t : t;
  return place + at * columns() * b.rows;
}

Real* Workspace::previous(int buffer) const {
  return info(buffer).direction > 0 ? place_of(buffer) : state_at(buffer, -1);
}

Real* Workspace::state(std::size_t layer, int i, Index t) {
  const StateBuffers& states = plan_.layers[layer].states;
  return i < int(states.size()) ? state_at(states[std::size_t(i)], t) : nullptr;
}

Real* Workspace::hidden_gradient(std::size_t layer, Index t) {
  return state_at(plan_.layers[layer].state_gradients[0], t);
}

Real* Workspace::state_gradient(std::size_t layer, int i) {
  return place_of(plan_.layers[layer].state_gradients[std::size_t(i)]);
}

Real* Workspace::output(std::size_t layer, Index t) {
  const PlanLayer& l = plan_.layers[layer];
  return place_of(l.output) + t * columns() * l.units;
}

Real* Workspace::output_gradient(std::size_t layer, Index t) {
  const PlanLayer& l = plan_.layers[layer];
  Real* place = place_of(l.output_gradient);
  return place ? place + t * columns() * l.units : nullptr;
}

template <class F>
void Workspace::each_state(const F& f) const {
  for (std::size_t l = 0; l < plan_.layers.size(); ++l)
    for (const int state : plan_.layers[l].states) f(l, state);
}

void Workspace::reset() {
  each_state([&](std::size_t, int state) {
    std::fill_n(previous(state), info(state).delay * columns() * info(state).rows, Real(0));
  });
  for (std::size_t i = 0; i < 2; ++i) {
    std::fill_n(tokens_[i].begin(), passes_[i].input_delay * passes_[i].N, no_token);
    const int buffer = plan_.inputs[i];
    if (buffer >= 0) std::fill_n(place_of(buffer), info(buffer).delay * columns() * info(buffer).rows, Real(0));
  }
  for (Pass& p : passes_) p.clock = 0;
  for (Pass& p : passes_) p.fresh = true;
}

void Workspace::carry() {
  Pass& p = passes_[read_];
  const auto carried = [&](int buffer) {
    const BufferInfo& b = info(buffer);
    const Index step = p.N * b.rows;
    Real* place = place_of(buffer);
    std::memmove(static_cast<void*>(place), place + p.T * step, std::size_t(b.delay * step) * sizeof(Real));
  };
  each_state([&](std::size_t, int state) {
    if (info(state).direction > 0 && std::size_t(info(state).sequence) == read_) carried(state);
  });
  std::copy_n(tokens_[read_].begin() + p.T * p.N, p.input_delay * p.N, tokens_[read_].begin());
  if (const int inputs = plan_.inputs[read_]; inputs >= 0 && info(inputs).delay > 0) carried(inputs);
  p.clock += p.T;
  for (Pass& each : passes_) each.fresh = false;
}

State Workspace::state() const {
  State state;
  read_state(state);
  return state;
}

void Workspace::read_state(State& state) const {
  const Pass& p = passes_[read_];
  state.clock = p.clock;
  state.values.clear();
  each_state([&](std::size_t, int buffer) {
    const Real* from = previous(buffer);
    state.values.insert(state.values.end(), from, from + info(buffer).delay * columns() * info(buffer).rows);
  });
  state.tokens.assign(tokens_[read_].begin(), tokens_[read_].begin() + p.input_delay * p.N);
  state.inputs.clear();
  if (const int inputs = plan_.inputs[read_]; inputs >= 0) {
    const Real* from = places_[std::size_t(inputs)];
    state.inputs.assign(from, from + info(inputs).delay * columns() * info(inputs).rows);
  }
}

void Workspace::set_state(const State& state) {
  const Real* from = state.values.data();
  each_state([&](std::size_t, int buffer) {
    const Index size = info(buffer).delay * columns() * info(buffer).rows;
    std::copy_n(from, size, previous(buffer));
    from += size;
  });
  std::copy(state.tokens.begin(), state.tokens.end(), tokens_[read_].begin());
  if (!state.inputs.empty()) std::copy(state.inputs.begin(), state.inputs.end(), place_of(plan_.inputs[read_]));
  passes_[read_].clock = state.clock;
  for (Pass& each : passes_) each.fresh = false;
}

State Workspace::final_state() const {
  State state;
  const Index N = columns();
  each_state([&](std::size_t layer, int buffer) {
    const BufferInfo& b = info(buffer);
    const Pass& p = pass(layer);
    for (Index i = 0; i < b.delay; ++i)  // forward: the oldest first; backward: in the order of time
      for (Index n = 0; n < N; ++n) {
        const Real* from = state_at(buffer, b.direction > 0 ? p.length(n) - b.delay + i : i) + n * b.rows;
        state.values.insert(state.values.end(), from, from + b.rows);
      }
  });
  const Pass& p = passes_[read_];
  for (Index i = 0; i < p.input_delay; ++i)
    for (Index n = 0; n < N; ++n) state.tokens.push_back(tokens_[read_][std::size_t((p.length(n) + i) * N + n)]);
  if (const int inputs = plan_.inputs[read_]; inputs >= 0) {
    const Index D = info(inputs).rows;
    for (Index i = 0; i < info(inputs).delay; ++i)  // column t of the sequence lies `delay` columns further on
      for (Index n = 0; n < N; ++n) {
        const Real* x = places_[std::size_t(inputs)] + ((p.length(n) + i) * N + n) * D;
        state.inputs.insert(state.inputs.end(), x, x + D);
      }
  }
  state.clock = p.clock + p.T;
  return state;
}

}  // namespace unfold
