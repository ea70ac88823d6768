// A layer is edges + cell + blend, run over time by the only time loop of the project.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "unfold/base/profile.h"
#include "unfold/model/blend.h"
#include "unfold/model/cell.h"
#include "unfold/model/edge.h"

namespace unfold {

/// Where a layer's sequences lie during one window of T steps and N columns. All pointers point into the
/// workspace's arena; state slabs start `lead` steps early: initial state, carried state and delay line in one. Those
/// of a backward layer end `lead` steps late instead.
struct LayerSpace {
  std::vector<Real*> value;  // per port, rows × (T·N): preactivations, then activations
  std::vector<Real*> delta;  // per port: ∂L/∂(preactivation); for the cell's ports the same slab as value
  Index lead = 0;
  Real *h = nullptr, *dh = nullptr;                  // H × ((lead+T)·N)
  Real *out = nullptr, *dout = nullptr;              // what upper layers read: h (from step 0), or h after dropout
  Real *c = nullptr, *dc = nullptr;                  // H × ((1+T)·N); dc is one step
  Real* saved = nullptr;                             // saved()·H × (T·N)
  Real* v = nullptr;                                 // learned leak: the cell's own answer
  std::vector<Real*> reset, dreset_in;               // reset gate ∘ own h: H × (T·N); its delta, one step
  std::vector<Real*> masked, dmasked;                // own h under recurrent dropout, likewise
  Real *spare_out = nullptr, *spare_dout = nullptr;  // out and dout when they are not h and dh
  // Per normalised port: (z−μ)/σ and ∂L/∂(γ∘normalised + b), rows × (T·N); 1/σ, blocks × (T·N).
  std::vector<Real*> normal, dnormal, inverse;
  Real* bias_sum = nullptr;                                      // as many as the largest port has rows
  Real *dcell = nullptr, *dc_kept = nullptr, *dreset = nullptr;  // one step, H × N
  Real* dc_held = nullptr;                                       // likewise: of columns that have ended
  // Attention: weights, S × (T·N); their gradients, one step; tanh(q + k), ∂L/∂q and ∂L/∂v of each column, A × N.
  Real *weights = nullptr, *dweights = nullptr, *tanh_sum = nullptr, *dquery = nullptr, *dscore = nullptr;
  Real *keep = nullptr, *keep_cell = nullptr;  // shares of the blend, one step
};

/// What draws the input symbols of scheduled sampling: symbol t+1 of a column is the model's own, drawn from its
/// answer at t, with probability 1 − ε. A function of (seed, pass, place), whatever the threads.
struct Choosing {
  double epsilon = 1;
  std::uint64_t seed = 0, pass = 0;
};

/// The whole window as a layer sees it.
struct Window {
  Index T = 0, N = 0;
  Index symbols = 0;  // V, of the output that is fed back
  Index input_lead = 0;
  Token* tokens = nullptr;          // (input_lead+T)·N
  const Real* vectors = nullptr;    // D × ((input_lead+T)·N)
  Real* dvectors = nullptr;         // its gradient, or null
  const Index* lengths = nullptr;   // steps of each column, the rest is padding; null: all T
  bool fresh = false;               // the sequences begin here: first states come from the context
  const Real* context = nullptr;    // a given one: C × N
  Real* dcontext = nullptr;         // its gradient, or null
  const Window* encoder = nullptr;  // the other stream
  Choosing choosing;
  std::int64_t clock = 0;  // global number of the first step
  Dropping dropping;
  const Real* parameters = nullptr;
  const Real* packed = nullptr;
  std::vector<LayerSpace>* spaces = nullptr;
};

/// What one parameter adds to the preactivations of a cell in one step.
struct Term {
  std::string name;          // of the parameter
  bool apart = false;        // it adds to the recurrent part that the cell wants apart (Cell::separate)
  std::vector<Real> values;  // G·H
};

class Layer {
 public:
  /// Layer `config` as number `number` of the engine, its parameters added to the table; `own` is its number in the
  /// configuration, `prefix` e.g. "layers.0.".
  Layer(const LayerConfig& config, int own, int number, const SignalSizes& sizes, const std::string& prefix,
        ParameterTable& table);
  /// Sums without a cell or a state: a readout of `rows` outputs in port z. `tied`: see lower_sums.
  static Layer sums(const std::vector<EdgeConfig>& edges, Index rows, int number, const SignalSizes& sizes,
                    const std::string& prefix, int tied, ParameterTable& table);
  /// The embedding of V symbols in E numbers: a layer without recurrence whose cell is the identity.
  static Layer embedding(Index V, Index E, int number, const SignalSizes& sizes, const std::string& prefix,
                         ParameterTable& table);
  /// What `sources`, engine layers of the other stream, leave behind: their last outputs, or the means over time, one
  /// below the other and the same at every step. Without sources: the given context, of `size` numbers.
  static Layer gather(std::vector<SignalSizes::Place> sources, bool mean, Index size, int number);
  /// Attention over `memory`, engine layers of the other stream; `keys` is the one that holds U·m_s + b. The query's
  /// edge is that of port z, A rows; the parameter v is added for additive scores.
  static Layer attention(const EdgeConfig& query, bool additive, Index A, std::vector<SignalSizes::Place> memory,
                         int keys, int number, const SignalSizes& sizes, ParameterTable& table);

  /// Adds the gradients of all parameters of this layer, once backward has run: piece by piece.
  Index gradient_pieces(const Window& w) const;
  void gradients(const Window& w, const ParameterTable& table, Real* gradient, Index piece) const;

  /// dx (V × T·N) += ∂L/∂(one-hot input): what the wires that look tokens up would send back, had they a source to
  /// send it to. Once backward has run.
  void input_gradient(const Window& w, const ParameterTable& table, Real* dx) const;

  /// The preactivations of the cell at one column, once forward has run, apart by parameter: their sum is what the
  /// cell (or the layer normalisation before it) reads. A bias is as it stands in the parameters.
  std::vector<Term> terms(const Window& w, const ParameterTable& table, Index column) const;

  /// Zeroes the recurrent weights (or gradients) from faster to slower clock groups.
  void mask_clocked(const ParameterTable& table, Real* x) const;

  enum class Role { cell, sums, gather, attention };
  Role role() const { return role_; }
  bool has_cell() const { return cell_ != nullptr; }
  int direction() const { return direction_; }
  /// Whether upper layers read something else than h.
  bool separate_output(const Dropping& d) const {
    return role_ == Role::gather || (cell_ && (residual_ || (d.on && d.rate > 0)));
  }
  /// Whether values of sums are still needed when their gradients gather: the keys of attention.
  bool keeps_values() const { return keeps_values_; }
  void keep_values() { keeps_values_ = true; }
  /// Symbols are chosen by this layer (the readout) for the next step.
  void choose_symbols() { circuit_.step.push_back({Op::Kind::choose}); }
  bool residual() const { return residual_; }
  double recurrent_dropout() const { return recurrent_dropout_; }
  const Cell* cell() const { return cell_.get(); }
  Index hidden() const { return hidden_; }
  const Circuit& circuit() const { return circuit_; }
  Circuit& circuit() { return circuit_; }
  /// The wires from the context to the first states.
  struct Initial {
    Matrix matrix;
    int bias = -1;
    Index bias_offset = 0;
  };
  std::vector<Initial>& initial() { return initial_; }
  const std::vector<Initial>& initial() const { return initial_; }
  const Blend& blend() const { return blend_; }
  Blend& blend() { return blend_; }
  /// Multiply–adds of one column and step, forward.
  double cost() const { return cost_; }

 private:
  struct Part;  // some columns of a window
  Layer(Role role, int number, Index rows) : number_(number), hidden_(rows), role_(role) {}
  friend void forward(std::span<const Layer> group, const Window& w, Index piece);
  friend void backward(std::span<const Layer> group, const Window& w, Index piece);
  friend class Cut;
  void prepare(const ParameterTable& table);
  Phase phase(const Op& op) const;
  void run(const Op& op, const Window& w, const Part& part) const;
  void run_backward(const Op& op, const Window& w, const Part& part) const;
  void run_blend(const Window& w, const Part& part) const;
  void run_output(const Window& w, const Part& part, bool back) const;
  void run_feed(const Window& w, const Part& part, bool back) const;
  void normalize(const Op& op, const Window& w, const Part& part) const;
  void normalize_backward(const Op& op, const Window& w, const Part& part) const;
  std::pair<Index, Index> normalized_blocks(const Op& op) const;
  void begin(const Window& w, const Part& part) const;
  void begin_backward(const Window& w, const Part& part) const;
  void hold(const Window& w, const Part& part) const;
  void hold_backward(const Window& w, const Part& part) const;
  void run_gather(const Window& w, const Part& part, bool back) const;
  void attend(const Window& w, const Part& part) const;
  void attend_backward(const Window& w, const Part& part) const;
  void choose(const Window& w, const Part& part) const;
  /// Where h of a column lies, `delay` steps before it in the layer's own direction; likewise c.
  Real* state(Real* slab, const LayerSpace& s, const Window& w, Index column, int delay) const {
    return slab + ((direction_ > 0 ? s.lead - delay : delay) * w.N + column) * hidden_;
  }
  Real* cell_state(const LayerSpace& s, const Window& w, Index column, int delay) const {
    return s.c ? s.c + ((direction_ > 0 ? 1 - delay : delay) * w.N + column) * hidden_ : nullptr;
  }
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
  Role role_ = Role::cell;
  int direction_ = 1;
  bool keeps_values_ = false;
  std::vector<Initial> initial_;
  SignalSizes::Place context_;
  std::vector<SignalSizes::Place> sources_;  // of gather and attention
  bool mean_ = false, additive_ = false;
  int keys_ = -1;   // the engine layer of attention's keys
  int score_ = -1;  // its parameter v
  Index score_offset_ = 0;
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
/// over many columns at once, then the only loop over time of the project, step by step through the group.
///
/// Floating-point operations of a piece, one to ten milliseconds; tests cut finer.
inline double piece_work = 1e8;

/// Cut into pieces of a few milliseconds that run one after another, so that a training step can give way to something
/// else. Where the cuts are depends on sizes alone, and they cut between numbers or within a sum that goes on: the
/// pieces give the same bits as the whole.
Index forward_pieces(std::span<const Layer> group, const Window& w);
void forward(std::span<const Layer> group, const Window& w, Index piece);
/// Backward of the same, once the group's dh, dout (or the readout's delta) hold all that comes from above.
Index backward_pieces(std::span<const Layer> group, const Window& w);
void backward(std::span<const Layer> group, const Window& w, Index piece);

}  // namespace unfold
