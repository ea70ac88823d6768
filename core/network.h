// Layers and readout, their parameters, and the workspace in which a window of T steps and N columns runs.
#pragma once

#include <span>
#include <vector>

#include "layer.h"
#include "loss.h"

namespace unfold {

class Workspace;

/// What a network remembers between windows, as a value.
struct State {
  std::vector<Real> values;   // per layer: h of the last `lead` steps (lead × N × H, oldest first), then c (N × H)
  std::vector<Token> tokens;  // input delay line
  std::int64_t clock = 0;     // global number of the next step
};

class Network {
 public:
  /// Builds the network of a configuration for V symbols; parameters initialised from the seed, or 0.
  Network(const Config& config, Index V, bool initialized = true);

  const ParameterTable& table() const { return table_; }
  Index symbols() const { return symbols_; }
  Real* parameters() { return parameters_.data(); }
  const Real* parameters() const { return parameters_.data(); }
  /// To be called when parameters changed: packed weights are made anew at the next forward.
  void touch() { stale_ = true; }

  /// Runs the window forward from the workspace's state: logits in workspace.logits(), V × (T·N).
  void forward(Workspace& w);
  /// After forward, with ∂L/∂logits in workspace.logits(): gradient += ∂L/∂parameters.
  void backward(Workspace& w, Real* gradient);

  const std::vector<Layer>& layers() const { return layers_; }  // the embedding, if any, first; the readout last
  /// Number of the configuration's first layer among layers().
  std::size_t first_layer() const { return table_.find("embedding.weight") >= 0 ? 1 : 0; }
  bool free_running() const { return scan_from_ < layers_.size(); }
  Index input_lead() const { return input_lead_; }
  Index lead(std::size_t layer) const { return leads_[layer]; }
  /// Floating-point operations of forward and backward for one token (a multiply–add counts two).
  double flops_per_token() const;
  /// Zeroes what a mask forbids (clockwork's faster-to-slower weights).
  void mask(Real* x) const;

 private:
  void plan_leads();
  void plan_packing();
  std::span<const Layer> group(std::size_t first) const;
  void repack();

  Index symbols_;
  ParameterTable table_;
  std::vector<Layer> layers_;
  std::vector<Index> leads_;
  Index input_lead_ = 0;
  std::size_t scan_from_ = std::size_t(-1);
  Buffer parameters_, packed_;
  bool stale_ = true;
};

class Workspace {
 public:
  /// Memory for T steps of N columns, allocated once; with gradients or for inference only.
  Workspace(const Network& network, Index T, Index N, bool training);

  /// Elements that such a workspace holds.
  static Index elements(const Network& network, Index T, Index N, bool training);

  Index steps() const { return window_.T; }
  Index columns() const { return window_.N; }
  /// Input tokens of step t, N of them, to be written before forward.
  Token* tokens(Index t) { return tokens_.data() + (window_.input_lead + t) * window_.N; }
  /// V × (T·N).
  Real* logits() { return spaces_.back().value[0]; }
  /// h of a layer at step t (−1: the state before), H × N; after backward, its gradient.
  Real* hidden(std::size_t layer, Index t);
  Real* hidden_gradient(std::size_t layer, Index t);
  /// The cell state, likewise (null if the cell has none); the gradient is that of the initial one.
  Real* cell_state(std::size_t layer, Index t);
  Real* initial_cell_gradient(std::size_t layer) { return spaces_[layer].dc; }

  /// Forgets: zero state, clock 0.
  void reset();
  /// Makes the last steps the initial state of the next window (truncated back-propagation through time).
  void carry();
  State state() const;
  /// The same into an old one, without allocating if it is of the same network.
  void read_state(State& state) const;
  void set_state(const State& state);

  /// Sets the probability of dropout between layers; memory for it is taken when it is first above 0.
  void set_dropout(const Network& network, double probability);
  /// Whether masks are drawn (not in evaluation), and the numbers that draw them.
  Dropping& dropping() { return window_.dropping; }

 private:
  friend class Network;
  Index layout(const Network& network, Real* base);
  void choose_outputs(const Network& network);
  void clear_deltas();

  bool training_;
  Window window_;
  std::vector<LayerSpace> spaces_;
  std::vector<Index> hidden_;
  std::vector<Token> tokens_;
  struct Run {
    Real* begin;
    Index size;
  };
  std::vector<Run> deltas_;  // to be zeroed before backward
  Buffer arena_;
};

}  // namespace unfold
