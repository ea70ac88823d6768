// The memory in which a window of T steps and N columns runs: one arena of the plan's buffers, allocated once.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "unfold/base/buffer.h"
#include "unfold/model/plan.h"
#include "unfold/model/state.h"

namespace unfold {

class Network;

/// Who turns a tile of answers into their losses and, with `learn`, into the gradient of these: `count` columns from
/// `first` on, each of `rows` numbers.
class TileLoss {
 public:
  virtual void measure_tile(Real* answers, Index rows, Index first, Index count, bool learn) = 0;

 protected:
  ~TileLoss() = default;
};

class Workspace {
 public:
  /// Memory for T steps of N columns (and S of the encoder); with gradients or for inference only. Reads the plan of
  /// the network, which must outlive it.
  /// With `loss` the answers of a large window are there tile by tile (Plan::tile), and logits() are those of the last.
  Workspace(const Network& network, Index T, Index N, bool training, Index S = 0, TileLoss* loss = nullptr);
  Workspace(const Workspace&) = delete;  // passes point into it
  Workspace& operator=(const Workspace&) = delete;

  Index steps(int sequence = 0) const { return passes_[std::size_t(sequence)].T; }
  Index columns() const { return passes_[0].N; }
  /// Numbers (Real) that it holds in all.
  Size elements() const { return arena_.size() + requested_.size(); }
  /// Where the number of steps that are left is an input: what it is divided by.
  Index longest() const { return longest_; }
  /// Sets the numbers of steps, at most those that it was made for; more are cut to these.
  void resize(Index T, Index S = 0);
  /// Steps of column n in the sequence of a layer; what follows is padding.
  Index length(std::size_t layer, Index n) const { return pass(layer).length(n); }
  /// True lengths of the N columns of a sequence, in steps (0 is allowed); an empty list: all are as long as the
  /// window.
  void set_lengths(int sequence, std::span<const Index> lengths);

  /// Input tokens of step t, N of them, to be written before forward.
  Token* tokens(Index t, int sequence = 0) {
    const Pass& p = passes_[std::size_t(sequence)];
    return p.tokens + (p.input_delay + t) * p.N;
  }
  /// Input numbers of step t, D × N; after backward, their gradient, if it was asked for.
  Real* numbers(Index t, int sequence = 0);
  Real* number_gradient(Index t, int sequence = 0);
  /// Takes memory for the gradients of input numbers and of the given context.
  void want_input_gradient();
  /// The given context, C × N, and after backward its gradient.
  Real* context() { return place_of(plan_.context); }
  Real* context_gradient() { return place_of(plan_.context_gradient); }
  /// Columns of a tile of answers; 0: they are there as a whole.
  Index tile() const { return plan_.tile(room()); }
  /// The readout's answers, outputs × (T·N).
  Real* logits() { return gates(plan_.layers.size() - 1); }
  /// The sums of another layer without a cell.
  Real* sums(int layer) { return gates(std::size_t(layer)); }
  /// Attention of step t: weights of S encoder steps × N columns.
  const Real* attention(Index t) const;
  /// State i of a layer at step t (−1: the state before, in the layer's direction), H × N; null: there is none.
  Real* state(std::size_t layer, int i, Index t);
  Real* hidden(std::size_t layer, Index t) { return state(layer, 0, t); }
  Real* cell_state(std::size_t layer, Index t) { return state(layer, 1, t); }
  /// After backward, the gradient of h.
  Real* hidden_gradient(std::size_t layer, Index t);
  /// The gradient of a further state: between clear_gradients() and propagate() of the one that the window ends with;
  /// after backward, of the initial one.
  Real* state_gradient(std::size_t layer, int i);
  /// What upper layers read of a layer (h, after dropout and residual connections), and its gradient.
  Real* output(std::size_t layer, Index t);
  Real* output_gradient(std::size_t layer, Index t);
  /// The sums of a layer, rows × (T·N): of a cell, gate activations once it ran; after backward, deltas.
  Real* gates(std::size_t layer) { return place_of(plan_.layers[layer].sum.value); }
  /// Zeroes every gradient but that of the readout's answers.
  void clear_gradients();

  /// Forgets: zero state, clock 0. Sequences begin here.
  void reset();
  /// Makes the last steps the initial state of the next window (truncated back-propagation through time).
  void carry();
  State state() const;
  /// The same into an old one, without allocating if it is of the same network.
  void read_state(State& state) const;
  void set_state(const State& state);
  /// The state after the window, each column's at its true end: what carry() would make the initial one. A backward
  /// layer's is at the first step.
  State final_state() const;

  /// Sets the probability of dropout between layers; memory for it is taken when it is first above 0.
  void set_dropout(double probability);
  /// Whether masks are drawn (not in evaluation), and the numbers that draw them.
  Dropping& dropping() { return passes_[0].dropping; }
  /// What draws the input symbols of scheduled sampling.
  Choosing& choosing() { return passes_[0].choosing; }

 private:
  friend class Network;
  void lay_out();
  void choose_outputs();
  void describe_access();
  void prepare(const Real* parameters, const Real* packed);
  Room room() const {
    return {capacity_[0], capacity_[1], passes_[0].N, training_, passes_[0].dropping.rate > 0, loss_ != nullptr};
  }
  /// Says that the buffer of answers holds those from column `first` on.
  void select_tile(Index first) {
    Access& a = access_[std::size_t(plan_.tiled)];
    a.place = place_of(plan_.tiled) - first * a.column;
  }
  const BufferInfo& info(int buffer) const { return plan_.buffers[std::size_t(buffer)]; }
  Real* place_of(int buffer) const { return buffer < 0 ? nullptr : places_[std::size_t(buffer)]; }
  const Pass& pass(std::size_t layer) const { return passes_[std::size_t(plan_.layers[layer].sequence)]; }
  /// Step t of a buffer of states (−1: the step before the window, in the layer's direction); null without memory.
  Real* state_at(int buffer, Index t) const;
  /// Where the steps before the window lie, `delay` of them.
  Real* previous(int buffer) const;
  /// f(layer, buffer of a state, whether it is h) for everything that is remembered, in the order of State::values.
  template <class F>
  void each_state(const F& f) const;

  const Plan& plan_;
  bool training_;
  TileLoss* loss_;
  std::size_t read_;  // the sequence that goes on from window to window
  std::array<Pass, 2> passes_;
  std::array<Index, 2> capacity_{};  // steps that there is room for
  Index longest_ = 1;
  std::vector<Access> access_;
  std::vector<Real*> own_, places_;  // by buffer: in the arena, and where operations find it
  std::array<std::vector<Token>, 2> tokens_;
  std::array<std::vector<Index>, 2> lengths_;
  Buffer arena_, requested_;
};

}  // namespace unfold
