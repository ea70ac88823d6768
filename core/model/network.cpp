#include "unfold/model/network.h"

#include <algorithm>
#include <utility>

#include "unfold/base/parallel.h"
#include "unfold/model/initialization.h"
#include "unfold/model/scan.h"

namespace unfold {

Network::Network(const Config& config, const NetworkSizes& sizes, bool initialized)
    : plan_(compile(config, sizes)), parameters_(plan_.parameters.size()), packed_(plan_.packed) {
  if (initialized) initialize(plan_.parameters, config.initialization, config.seed, parameters_.data());
  mask(parameters_.data());
}

Index Network::delay(std::size_t layer) const {
  const StateBuffers& states = plan_.layers[layer].states;
  return states.empty() ? 0 : plan_.buffers[std::size_t(states[0])].delay;
}

Index Network::input_delay(int sequence) const {
  const auto i = std::size_t(sequence);
  return plan_.inputs[i] < 0 ? plan_.input_delays[i] : plan_.buffers[std::size_t(plan_.inputs[i])].delay;
}

void Network::pack(const Real* parameters, Real* packed) const {
  const Timed timed(Phase::packing);
  for (const auto& operation : plan_.operations) operation->pack(parameters, packed);
}

void Network::mask(Real* x) const {
  for (const auto& operation : plan_.operations) operation->mask(x);
}

void Network::prepare(Workspace& w) const {
  if (std::exchange(stale_, false)) pack(parameters_.data(), packed_.data());
  w.prepare(parameters_.data(), packed_.data());
}

void Network::prepare(Workspace& w, const Real* parameters, const Real* packed) const { w.prepare(parameters, packed); }

void Network::pass(std::size_t first, std::size_t last, Workspace& w) const {
  prepare(w);
  each_slice(w, false, [&](const Slice& slice) {
    const std::size_t layer = plan_.scans[slice.number].first_layer;
    if (layer >= first && layer < last) run(slice, w, nullptr);
  });
}

void Network::forward(Workspace& w) const { pass(0, plan_.layers.size(), w); }
void Network::encode(Workspace& w) const { pass(0, plan_.main, w); }
void Network::decode(Workspace& w) const { pass(plan_.main, plan_.layers.size(), w); }

void Network::backward(Workspace& w, Real* gradient) const {
  w.clear_gradients();
  propagate(w, gradient);
}

/// Calls f(slice) for each of a pass, in order.
template <class F>
void Network::each_slice(const Workspace& w, bool back, const F& f) const {
  const auto each = [&](Slice::Kind kind, std::size_t number, Index count) {
    for (Index i = 0; i < count; ++i) f(Slice{kind, number, i});
  };
  const auto pass_of = [&](const Scan& scan) -> const Pass& { return w.passes_[std::size_t(scan.sequence)]; };
  const std::vector<Scan>& scans = plan_.scans;
  const Pass& main = w.passes_[0];
  const auto count = [&](std::size_t s) -> Index {
    if (tiled(w, s)) return (main.T * main.N + w.tile() - 1) / w.tile();
    return back ? backward_slices(scans[s], pass_of(scans[s])) : forward_slices(scans[s], pass_of(scans[s]));
  };
  for (std::size_t i = 0; i < scans.size(); ++i) {
    const std::size_t s = back ? scans.size() - 1 - i : i;
    each(back ? Slice::Kind::backward : Slice::Kind::forward, s, count(s));
  }
  const std::size_t layers = tiled(w, scans.size() - 1) ? scans.back().first_layer : plan_.layers.size();
  for (std::size_t l = 0; back && l < layers; ++l)
    each(Slice::Kind::gradients, l, gradient_slices(plan_, l, w.pass(l)));
}

void Network::propagate(Workspace& w, Real* gradient) const {
  each_slice(w, true, [&](const Slice& slice) { run(slice, w, gradient); });
}

void Network::slices(const Workspace& w, bool back, std::vector<Slice>& slices) const {
  each_slice(w, back, [&](const Slice& slice) { slices.push_back(slice); });
}

void Network::run(const Slice& slice, Workspace& w, Real* gradient) const {
  if (slice.kind == Slice::Kind::gradients)
    return gradients(plan_, slice.number, w.pass(slice.number), gradient, slice.index);
  if (tiled(w, slice.number)) return run_tile(w, slice.index, slice.kind == Slice::Kind::forward ? nullptr : gradient);
  const Scan& scan = plan_.scans[slice.number];
  const Pass& p = w.passes_[std::size_t(scan.sequence)];
  if (slice.kind == Slice::Kind::forward)
    unfold::forward(plan_, scan, p, slice.index);
  else
    unfold::backward(plan_, scan, p, slice.index);
}

/// Forward to the losses of a tile of answers; or, with a gradient, forward again and back from them.
void Network::run_tile(Workspace& w, Index tile, Real* gradient) const {
  const Scan& scan = plan_.scans.back();
  const Pass& p = w.passes_[0];
  const Index first = tile * w.tile(), last = std::min(first + w.tile(), p.T * p.N);
  w.select_tile(first);
  forward_columns(plan_, scan, p, first, last);
  w.loss_->measure_tile(w.logits(), plan_.sizes.outputs, first, last - first, gradient != nullptr);
  if (gradient) backward_columns(plan_, scan, p, first, last, gradient);
}

void Network::input_gradient(const Workspace& w, Real* dx) const {
  for (const auto& operation : plan_.operations)
    if (std::size_t(operation->layer) >= plan_.main) operation->input_gradient(w.passes_[0], dx);
}

std::vector<Term> Network::terms(const Workspace& w, std::size_t layer, Index column) const {
  std::vector<Term> all;
  const PlanLayer& l = plan_.layers[layer];
  for (const bool maps : {true, false})  // weights, then biases
    for (const Sum& sum : {l.sum, l.recurrent}) {
      if (sum.value < 0) continue;
      std::vector<Term> terms;
      for (const auto& operation : plan_.operations)
        if (operation->layer == int(layer) && (operation->map() != nullptr) == maps)
          operation->term(plan_, w.pass(layer), column, sum.value, terms);
      for (Term& term : terms) {
        term.apart = sum.value == l.recurrent.value;
        all.push_back(std::move(term));
      }
    }
  return all;
}

}  // namespace unfold
