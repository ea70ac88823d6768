// Layers and readout, their parameters, and the workspace in which a window of T steps and N columns runs.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "unfold/model/layer.h"
#include "unfold/model/loss.h"

namespace unfold {

class Workspace;

/// What a network remembers between windows, as a value.
struct State {
  std::vector<Real> values;   // per layer: h of the last `lead` steps (lead × N × H, oldest first), then c (N × H)
  std::vector<Token> tokens;  // input delay line
  std::int64_t clock = 0;     // global number of the next step
};

/// What a network reads and answers.
struct NetworkSizes {
  Index symbols = 0;  // V of the input tokens; 0: the input is numbers
  Index numbers = 0;  // D of a step's numbers
  Index outputs = 0;  // rows of the readout; 0: there is none
  Index context = 0;  // of a given context
  Index lengths = 0;  // rows of the answer to "how long", 0: none
};

/// Layers of up to two streams, each with its own number of steps. The main stream answers; the other, the encoder, is
/// read before it: the source of a translation, or a sequence that is answered as a whole (then the main stream has
/// one step, and nothing but a readout).
class Network {
 public:
  /// Builds the network of a configuration; parameters initialised from the seed, or 0.
  Network(const Config& config, const NetworkSizes& sizes, bool initialized = true);
  /// The same for V symbols in, V out.
  Network(const Config& config, Index V, bool initialized = true)
      : Network(config, {.symbols = V, .outputs = V}, initialized) {}

  const ParameterTable& table() const { return table_; }
  const NetworkSizes& sizes() const { return sizes_; }
  Index symbols() const { return sizes_.symbols; }
  Index outputs() const { return sizes_.outputs; }
  Real* parameters() { return parameters_.data(); }
  const Real* parameters() const { return parameters_.data(); }
  /// To be called when parameters changed: packed weights are made anew at the next forward.
  void touch() {
    stale_ = true;
    ++changes_;
  }
  /// How often that was.
  std::int64_t changes() const { return changes_; }

  /// Runs the window forward from the workspace's state: logits in workspace.logits(), V × (T·N).
  void forward(Workspace& w);
  /// The encoder alone, and what comes after it.
  void encode(Workspace& w);
  void decode(Workspace& w);
  /// After forward, with ∂L/∂logits in workspace.logits(): gradient += ∂L/∂parameters.
  void backward(Workspace& w, Real* gradient);
  /// The same after Workspace::clear_deltas() and whatever the caller added to gradients of outputs and states since.
  void propagate(Workspace& w, Real* gradient);

  /// A pass over the window, forward or backward, as pieces to be run in this order: a few milliseconds each.
  struct Piece {
    enum class Kind { forward, backward, gradients } kind;
    std::size_t layer;  // the first of a group
    Index index;
    bool last;  // of its kind and group
  };
  /// Appends them. Before the first of forward: prepare(w), before the first of backward: w.clear_deltas().
  void plan(const Workspace& w, bool back, std::vector<Piece>& pieces) const;
  void prepare(Workspace& w);
  void run(const Piece& piece, Workspace& w, Real* gradient);

  /// After backward: dx (V × T·N) += ∂L/∂(one-hot input). Tokens before the window get nothing.
  void input_gradient(const Workspace& w, Real* dx) const;
  /// After forward: what the preactivations of a layer's cell are made of at a column, see Layer::terms.
  std::vector<Term> terms(const Workspace& w, std::size_t layer, Index column) const;

  const std::vector<Layer>& layers() const { return layers_; }  // the embedding, if any, first; the readout last
  /// Number of the configuration's first layer among layers().
  std::size_t first_layer() const { return first_layer_; }
  /// Layers from here on are of the main stream.
  std::size_t main() const { return main_; }
  bool has_encoder() const { return main_ > 0; }
  int stream(std::size_t layer) const { return layer < main_ ? 1 : 0; }
  /// Numbers of the engine layers of attention and of the lengths, −1 if there is none.
  int attention() const { return attention_; }
  int lengths() const { return lengths_; }
  bool free_running() const { return free_running_; }
  Index input_lead(int stream = 0) const { return input_leads_[std::size_t(stream)]; }
  Index lead(std::size_t layer) const { return leads_[layer]; }
  /// Floating-point operations of forward and backward for one token (a multiply–add counts two).
  double flops_per_token() const;
  /// Zeroes what a mask forbids (clockwork's faster-to-slower weights).
  void mask(Real* x) const;

 private:
  friend class Workspace;
  void build(const Config& config);
  std::vector<SignalSizes::Place> add_stack(const std::vector<LayerConfig>& layers, const std::string& prefix,
                                            SignalSizes& sizes);
  template <class F>
  void each_piece(const Workspace& w, bool back, const F& f) const;
  void pass(std::size_t first, std::size_t last, Workspace& w);
  void plan_leads();
  void plan_packing();
  std::span<const Layer> group(std::size_t first) const;
  void repack();

  NetworkSizes sizes_;
  ParameterTable table_;
  std::vector<Layer> layers_;
  std::size_t main_ = 0, first_layer_ = 0;
  int attention_ = -1, lengths_ = -1;
  std::vector<Index> leads_;
  std::array<Index, 2> input_leads_{};
  std::size_t scan_from_ = std::size_t(-1);
  bool free_running_ = false;
  Buffer parameters_, packed_;
  bool stale_ = true;
  std::int64_t changes_ = 0;
};

class Workspace {
 public:
  /// Memory for T steps of N columns (and S of the encoder), allocated once; with gradients or for inference only.
  Workspace(const Network& network, Index T, Index N, bool training, Index S = 0);

  /// Elements that such a workspace holds.
  static Index elements(const Network& network, Index T, Index N, bool training, Index S = 0);

  Index steps(int stream = 0) const { return windows_[std::size_t(stream)].T; }
  Index columns() const { return windows_[0].N; }
  /// What the steps that are left are divided by, where they are fed in.
  Index longest() const { return longest_; }
  /// Fewer steps than it was made for, of both streams.
  void resize(Index T, Index S = 0);
  /// True lengths of the N sequences of a stream (0 is allowed); none: all are as long as the window.
  void set_lengths(int stream, std::span<const Index> lengths);

  /// Input tokens of step t, N of them, to be written before forward.
  Token* tokens(Index t, int stream = 0) {
    const Window& w = windows_[std::size_t(stream)];
    return w.tokens + (w.input_lead + t) * w.N;
  }
  /// Input numbers of step t, D × N; after backward, their gradient, if it was asked for.
  Real* numbers(Index t, int stream = 0) { return numbers_[std::size_t(stream)].data() + number_place(t, stream); }
  Real* number_gradient(Index t, int stream = 0) { return dnumbers_.data() + number_place(t, stream); }
  void want_input_gradient();
  /// The given context, C × N, and after backward its gradient.
  Real* context() { return context_.data(); }
  Real* context_gradient() { return dcontext_.data(); }
  /// The readout's answers, outputs × (T·N).
  Real* logits() { return spaces_.back().value[0]; }
  /// Answers of another layer without a cell.
  Real* sums(int layer) { return spaces_[std::size_t(layer)].value[0]; }
  /// Attention of step t: weights of S encoder steps × N columns.
  const Real* attention(const Network& network, Index t) const {
    return spaces_[std::size_t(network.attention())].weights + t * windows_[0].N * windows_[1].T;
  }
  /// h of a layer at step t (−1: the state before, in the layer's direction), H × N; after backward, its gradient.
  Real* hidden(std::size_t layer, Index t);
  Real* hidden_gradient(std::size_t layer, Index t);
  /// What upper layers read of it (h, after dropout and residual connections), and its gradient.
  Real* output(std::size_t layer, Index t);
  Real* output_gradient(std::size_t layer, Index t);
  /// What the cell of a layer left of its preactivations: gate activations, G·H × (T·N); after backward, deltas.
  Real* gates(std::size_t layer) { return spaces_[layer].value[0]; }
  /// The cell state, likewise (null if the cell has none); the gradient is that of the initial one.
  Real* cell_state(std::size_t layer, Index t);
  Real* initial_cell_gradient(std::size_t layer) { return spaces_[layer].dc; }
  /// Between clear_deltas() and propagate(): the gradient of the cell state that the window ends with.
  Real* final_cell_gradient(std::size_t layer) { return spaces_[layer].dc; }
  /// Zeroes every gradient but that of the readout's answers.
  void clear_deltas();

  /// Forgets: zero state, clock 0. Sequences begin here.
  void reset();
  /// Makes the last steps the initial state of the next window (truncated back-propagation through time).
  void carry();
  State state() const;
  /// The same into an old one, without allocating if it is of the same network.
  void read_state(State& state) const;
  void set_state(const State& state);
  /// The state after the window, each sequence's at its true end: what carry() would make the initial one. A backward
  /// layer's is at the first step.
  State final_state() const;

  /// Sets the probability of dropout between layers; memory for it is taken when it is first above 0.
  void set_dropout(const Network& network, double probability);
  /// Whether masks are drawn (not in evaluation), and the numbers that draw them.
  Dropping& dropping() { return windows_[0].dropping; }
  /// What draws the input symbols of scheduled sampling.
  Choosing& choosing() { return windows_[0].choosing; }

 private:
  friend class Network;
  Index layout(const Network& network, Real* base);
  void choose_outputs(const Network& network);
  void prepare(const Network& network);
  Window& window(std::size_t layer) { return windows_[layer < main_ ? 1 : 0]; }
  const Window& window(std::size_t layer) const { return windows_[layer < main_ ? 1 : 0]; }
  Index number_place(Index t, int stream) const {
    const Window& w = windows_[std::size_t(stream)];
    return (w.input_lead + t) * w.N * width_[std::size_t(stream)];
  }
  /// Offset of step t in a layer's state slab; steps before the first have t < 0, in the layer's direction.
  Index place(std::size_t layer, Index t) const;
  Index lead_place(std::size_t layer) const;

  bool training_;
  std::size_t main_;
  std::array<Window, 2> windows_;
  Index longest_ = 1;
  std::array<Index, 2> most_{}, width_{};  // steps that there is room for; numbers a step
  std::vector<LayerSpace> spaces_;
  std::vector<Index> hidden_;
  std::vector<int> directions_;
  std::array<std::vector<Token>, 2> tokens_;
  std::array<std::vector<Index>, 2> lengths_;
  std::array<Buffer, 2> numbers_;
  Buffer dnumbers_, context_, dcontext_;
  struct Run {
    Real* begin;
    Index size;
  };
  std::vector<Run> deltas_;  // to be zeroed before backward
  Buffer arena_;
};

}  // namespace unfold
