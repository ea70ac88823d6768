// A network: a plan and the numbers of its parameters.
//
//   Network network(parse_config("{}"), {.symbols = 65, .outputs = 65});
//   Workspace window(network, 64, 32, true);              // T = 64 steps of N = 32 sequences
//   std::copy(text.begin(), text.end(), window.tokens(0));
//   network.forward(window);                              // window.logits(): 65 × (64·32)
#pragma once

#include <vector>

#include "unfold/base/buffer.h"
#include "unfold/model/compile.h"
#include "unfold/model/loss.h"
#include "unfold/model/workspace.h"

namespace unfold {

class Network {
 public:
  /// Builds the network of a configuration; parameters initialised from the seed, or 0. Throws Error{out_of_memory}.
  Network(const Config& config, const NetworkSizes& sizes, bool initialized = true);
  /// The same for V symbols in, V out.
  Network(const Config& config, Index V, bool initialized = true)
      : Network(config, {.symbols = V, .outputs = V}, initialized) {}
  Network(const Network&) = delete;  // workspaces read its plan
  Network& operator=(const Network&) = delete;

  const Plan& plan() const { return plan_; }
  const ParameterTable& table() const { return plan_.parameters; }
  const NetworkSizes& sizes() const { return plan_.sizes; }
  Index symbols() const { return plan_.sizes.symbols; }
  Index outputs() const { return plan_.sizes.outputs; }
  Real* parameters() { return parameters_.data(); }
  const Real* parameters() const { return parameters_.data(); }
  /// To be called when parameters have changed: the next forward packs the weights again.
  void touch() {
    stale_ = true;
    ++changes_;
  }
  /// How often touch() was called.
  std::int64_t changes() const { return changes_; }

  /// Runs the window forward from the workspace's state: logits in workspace.logits(), V × (T·N). Packs the weights
  /// first if they changed since: not to be called from two threads at once then.
  void forward(Workspace& w) const;
  /// forward() in two parts: the encoder's layers, then those of the main sequence.
  void encode(Workspace& w) const;
  void decode(Workspace& w) const;
  /// After forward, with ∂L/∂logits in workspace.logits(): gradient += ∂L/∂parameters.
  void backward(Workspace& w, Real* gradient) const;
  /// The same, after the caller has called Workspace::clear_gradients() and added to the gradients of outputs and
  /// states what it likes.
  void propagate(Workspace& w, Real* gradient) const;

  /// A pass over the window, forward or backward, as slices of work to be run in this order: a few milliseconds each.
  struct Slice {
    enum class Kind { forward, backward, gradients } kind;
    std::size_t number;  // of the scan; of the layer, for gradients
    Index index;
  };
  /// Appends the slices of a pass. Call prepare(w) before the first of a forward pass, w.clear_gradients() before the
  /// first of a backward pass.
  void slices(const Workspace& w, bool back, std::vector<Slice>& slices) const;
  void prepare(Workspace& w) const;
  /// The same with other parameters than the network's: the window runs with these until it is prepared again.
  void prepare(Workspace& w, const Real* parameters, const Real* packed) const;
  /// Writes the packed forms of such parameters, plan().packed numbers.
  void pack(const Real* parameters, Real* packed) const;
  void run(const Slice& slice, Workspace& w, Real* gradient) const;

  /// After backward: dx (V × T·N) += ∂L/∂(one-hot input). Tokens before the window get nothing.
  void input_gradient(const Workspace& w, Real* dx) const;
  /// After forward: what each parameter adds to the preactivations of a layer's cell at a column. The sum of the terms
  /// is what the cell (or the layer normalisation before it) reads.
  std::vector<Term> terms(const Workspace& w, std::size_t layer, Index column) const;

  bool has_encoder() const { return plan_.main > 0; }
  /// Layers of the plan: the configuration's first; attention's and the lengths', −1 if there is none.
  std::size_t first_layer() const { return plan_.first_layer; }
  int attention() const { return plan_.attention; }
  int lengths() const { return plan_.lengths; }
  /// Steps before the window that are read of a layer's h, or of the input.
  Index delay(std::size_t layer) const;
  Index input_delay(int sequence = 0) const;
  double flops_per_token() const { return plan_.flops_per_token(); }
  /// Zeroes what must stay zero (clockwork's weights from faster to slower units).
  void mask(Real* x) const;

 private:
  template <class F>
  void each_slice(const Workspace& w, bool back, const F& f) const;
  void pass(std::size_t first, std::size_t last, Workspace& w) const;
  /// Whether the answers of scan `scan` are there tile by tile.
  bool tiled(const Workspace& w, std::size_t scan) const { return scan + 1 == plan_.scans.size() && w.tile() > 0; }
  void run_tile(Workspace& w, Index tile, Real* gradient) const;

  Plan plan_;
  Buffer parameters_;
  mutable Buffer packed_;
  mutable bool stale_ = true;
  std::int64_t changes_ = 0;
};

}  // namespace unfold
