// A layer is edges + cell + blend, run over time by the only time loop of the project.
#pragma once

#include <memory>
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
  Real* bias_sum = nullptr;                                      // as many as the largest port has rows
  Real *dcell = nullptr, *dc_kept = nullptr, *dreset = nullptr;  // one step, H × N
};

/// The whole window as a layer sees it.
struct Window {
  Index T = 0, N = 0;
  Index input_lead = 0;
  const Token* tokens = nullptr;   // (input_lead+T)·N
  const Real* vectors = nullptr;   // D × ((input_lead+T)·N)
  Real* dvectors = nullptr;        // its gradient, or null
  std::int64_t clock = 0;          // global number of the first step
  const Real* parameters = nullptr;
  const Real* packed = nullptr;
  std::vector<LayerSpace>* spaces = nullptr;
};

class Layer {
 public:
  /// A recurrent layer, its parameters added to the table.
  Layer(const LayerConfig& config, int number, const SignalSizes& sizes, ParameterTable& table);
  /// The readout: no cell, V logits in port z.
  Layer(const std::vector<EdgeConfig>& edges, Index V, const SignalSizes& sizes, ParameterTable& table);

  /// Runs the window forward; backward then needs dh/dout of this layer complete (or delta of the readout).
  void forward(const Window& w) const;
  void backward(const Window& w) const;
  /// Adds the gradients of all parameters of this layer, once backward has run.
  void gradients(const Window& w, const ParameterTable& table, Real* gradient) const;

  /// Zeroes the recurrent weights (or gradients) from faster to slower clock groups.
  void mask_clocked(const ParameterTable& table, Real* x) const;

  bool recurrent() const { return cell_ != nullptr; }
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
  void prepare();
  void run(const Op& op, const Window& w, const Part& part) const;
  void run_backward(const Op& op, const Window& w, const Part& part) const;
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
  double cost_ = 0;
};

}  // namespace unfold
