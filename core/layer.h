// A layer is edges + cell + blend, run over time by the only time loop of the project.
#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "blend.h"
#include "cell.h"
#include "edge.h"

namespace unfold {

/// Where a layer's sequences lie during one window of T steps and N columns. All pointers point into the
/// workspace's arena; state slabs start `lead` steps early: initial state, carried state and delay line in one.
struct LayerSpace {
  std::vector<Real*> value;  // per port, rows × (T·N): preactivations, then activations
  std::vector<Real*> delta;  // per port: ∂L/∂(preactivation); for the cell's ports the same slab as value
  Index lead = 0;
  Real *h = nullptr, *dh = nullptr;      // H × ((lead+T)·N)
  Real *out = nullptr, *dout = nullptr;  // what upper layers read: h (from step 0), or h after dropout
  Real *c = nullptr, *dc = nullptr;      // H × ((1+T)·N); dc is one step
  Real* saved = nullptr;                 // saved()·H × (T·N)
  Real* v = nullptr;                     // learned leak: the cell's own answer
  std::vector<Real*> reset, dreset_in;   // reset gate ∘ own h: H × (T·N); its delta, one step
  std::vector<Real*> masked, dmasked;    // own h under recurrent dropout, likewise
  Real *spare_out = nullptr, *spare_dout = nullptr;  // out and dout when they are not h and dh
  // Per normalised port: (z−μ)/σ and ∂L/∂(γ∘normalised + b), rows × (T·N); 1/σ, blocks × (T·N).
  std::vector<Real*> normal, dnormal, inverse;
  Real* bias_sum = nullptr;                                      // as many as the largest port has rows
  Real *dcell = nullptr, *dc_kept = nullptr, *dreset = nullptr;  // one step, H × N
  Real *keep = nullptr, *keep_cell = nullptr;                    // shares of the blend, one step
};

/// The whole window as a layer sees it.
struct Window {
  Index T = 0, N = 0;
  Index input_lead = 0;
  const Token* tokens = nullptr;   // (input_lead+T)·N
  const Real* vectors = nullptr;   // D × ((input_lead+T)·N)
  Real* dvectors = nullptr;        // its gradient, or null
  std::int64_t clock = 0;          // global number of the first step
  Dropping dropping;
  const Real* parameters = nullptr;
  const Real* packed = nullptr;
  std::vector<LayerSpace>* spaces = nullptr;
};

class Layer {
 public:
  /// Layer `number` of the configuration, its parameters added to the table.
  Layer(const LayerConfig& config, int number, const SignalSizes& sizes, ParameterTable& table);
  /// The readout: no cell, V logits in port z. `tied`: see lower_readout.
  Layer(const std::vector<EdgeConfig>& edges, Index V, const SignalSizes& sizes, int tied, ParameterTable& table);
  /// The embedding of V symbols in E numbers: a layer without recurrence whose cell is the identity.
  Layer(Index V, Index E, ParameterTable& table);

  /// Adds the gradients of all parameters of this layer, once backward has run.
  void gradients(const Window& w, const ParameterTable& table, Real* gradient) const;

  /// Zeroes the recurrent weights (or gradients) from faster to slower clock groups.
  void mask_clocked(const ParameterTable& table, Real* x) const;

  bool has_cell() const { return cell_ != nullptr; }
  /// Whether upper layers read something else than h.
  bool separate_output(const Dropping& d) const { return cell_ && (residual_ || (d.on && d.rate > 0)); }
  bool residual() const { return residual_; }
  double recurrent_dropout() const { return recurrent_dropout_; }
  const Cell* cell() const { return cell_.get(); }
  Index hidden() const { return hidden_; }
  const Circuit& circuit() const { return circuit_; }
  Circuit& circuit() { return circuit_; }
  const Blend& blend() const { return blend_; }
  Blend& blend() { return blend_; }
  /// Multiply–adds of one column and step, forward.
  double cost() const { return cost_; }

 private:
  struct Part;  // some columns of a window
  friend void forward(std::span<const Layer> group, const Window& w);
  friend void backward(std::span<const Layer> group, const Window& w);
  void prepare(const ParameterTable& table);
  void run(const Op& op, const Window& w, const Part& part) const;
  void run_backward(const Op& op, const Window& w, const Part& part) const;
  void run_blend(const Window& w, const Part& part) const;
  void run_output(const Window& w, const Part& part, bool back) const;
  void run_feed(const Window& w, const Part& part, bool back) const;
  void normalize(const Op& op, const Window& w, const Part& part) const;
  void normalize_backward(const Op& op, const Window& w, const Part& part) const;
  std::pair<Index, Index> normalized_blocks(const Op& op) const;
  BlendStep blend_step(const Window& w, const Part& part) const;
  Index mask_place(int index, const Window& w, const Part& part) const;
  void run_cell(int stage, const Window& w, const Part& part) const;
  void run_cell_backward(int stage, const Window& w, const Part& part) const;
  const Real* signal(const SignalRef& from, const Window& w, Index column) const;
  Real* signal_delta(const SignalRef& from, const Window& w, const Part& part) const;
  const Token* token_signal(const SignalRef& from, const Window& w, Index column) const;
  LayerSpace& space(const Window& w) const { return (*w.spaces)[std::size_t(number_)]; }

  int number_;
  Index hidden_ = 0;
  std::unique_ptr<Cell> cell_;
  Circuit circuit_;
  Blend blend_;
  int own_ = -1;  // first of the cell's own vectors
  Index own_offset_ = 0;
  std::vector<Matrix> clocked_weights_;
  bool residual_ = false;
  int below_ = -1;  // the layer whose output a residual connection adds
  double recurrent_dropout_ = 0;
  double cost_ = 0;
};

/// Runs a window through layers that depend on each other within a step (usually just one): first what can run
/// over all T·N columns at once, then the only loop over time of the project, step by step through the group.
void forward(std::span<const Layer> group, const Window& w);
/// Backward of the same, once the group's dh, dout (or the readout's delta) hold all that comes from above.
void backward(std::span<const Layer> group, const Window& w);

}  // namespace unfold
