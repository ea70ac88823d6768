// Makers of the operations, one for each file of this folder. What each does, and its equations, is in its file.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "unfold/config/config.h"
#include "unfold/model/cell.h"
#include "unfold/model/matrix.h"
#include "unfold/model/operations/operation.h"

namespace unfold {

/// How a linear map or a lookup begins: it adds to what the sum holds, or starts it from the bias (or from zeros).
enum class Start { add, fill };

/// y += W·x(t − delay), with rows [row, row + matrix.rows) of the sum.
struct LinearSpec {
  Signal from;
  Matrix matrix;
  Sum to;
  Index row = 0;
  Start start = Start::add;
  std::span<const int> periods;  // of a clockwork layer: weights from faster to slower units stay zero
};
std::unique_ptr<Operation> make_linear(const LinearSpec& spec);

/// The same where x is one-hot: a column of W (or, of an embedding, a row) for each token.
std::unique_ptr<Operation> make_lookup(const LinearSpec& spec);

/// y ← Σ biases; where a linear map starts the sum, it reads the packed sum itself.
struct BiasSpec {
  Sum to;
  int first = -1, count = 0;  // neighbours in the table of parameters
  Size offset = 0;            // of the first; each has as many numbers as the sum rows
  int sum_gradient = -1;      // the buffer that the gradient of the bias is summed over
};
std::unique_ptr<Operation> make_bias(const BiasSpec& spec);

/// y ← φ(y), for rows [row, row + rows) of a sum.
struct ActivationSpec {
  Activation function = Activation::tanh;
  Sum to;
  Index row = 0, rows = 0;
  int gradient = -1;  // where ∂L/∂y is, if it is not the sum's: a gate that products read, see make_product
};
std::unique_ptr<Operation> make_activation(const ActivationSpec& spec);

/// y ← γ∘(y − μ)/√(σ² + ε) + b for gates [first, last) of a sum.
struct LayerNormSpec {
  Sum to;
  int gain = -1;
  Size gain_offset = 0;
  Index units = 0, first = 0, last = 0;
  int normal = -1, gradient = -1, inverse = -1;  // buffers that all normalisations of a sum share
};
std::unique_ptr<Operation> make_layer_norm(const LayerNormSpec& spec);

/// The cell of a layer: preactivations and the states of the step before → gate activations and new states.
struct CellSpec {
  const Cell* cell = nullptr;
  Index units = 0;
  Sum sum, recurrent;
  StateBuffers states, gradients;             // gradients of all but the first are of one step
  StateBuffers previous, previous_gradients;  // the states that the cell continues: its own, or those of another layer
  Index late = 1;                             // how many steps earlier: 0 of a lower layer
  StateBuffers around;       // for each further state: the gradient that passes around the cell, see cell.cpp
  int parameter = -1;        // the first of the cell's own vectors, which are neighbours
  Size offset = 0;           // of the first of them
  int own_gradient = -1;     // the buffer of deltas that their gradients are summed over
  int early_gradient = -1;   // of Cell::early_gate
  int answer_gradient = -1;  // ∂L/∂(the cell's answer) where it is interpolated; else that of h
  bool interpolated = false;
};
std::unique_ptr<Operation> make_cell_update(const CellSpec& spec);

/// h ← k∘h₋ + (1 − k)∘h: leak, clock and zoneout.
struct InterpolateSpec {
  Index units = 0;
  int number = 0;  // of the layer, which draws its masks
  LeakConfig leak;
  std::span<const int> periods;  // one for each unit; empty: no clock
  double zoneout = 0, zoneout_cell = 0;
  int parameter = -1;  // of a learned leak
  Size offset = 0, packed = 0;
  StateBuffers states, gradients, around;
  int answer_gradient = -1;
};
std::unique_ptr<Operation> make_interpolate(const InterpolateSpec& spec);

/// Once a sequence has ended: every state ← the state of the step before.
struct PaddingMaskSpec {
  Index units = 0;
  StateBuffers states, gradients, around;
};
std::unique_ptr<Operation> make_padding_mask(const PaddingMaskSpec& spec);

/// y ← x∘mask/(1 − p).
struct DropoutSpec {
  Signal from;
  int to = -1, gradient = -1;
  Site site = Site::output;
  int number = 0;   // of the layer, which draws its masks
  int index = 0;    // among the layer's signals of that site
  double rate = 0;  // of Site::recurrent; that of Site::output may change while the network trains
};
std::unique_ptr<Operation> make_dropout(const DropoutSpec& spec);

/// y += x: the residual connection, over dropout's answer; or rows [row, row + from.rows) of a sum += x, an edge
/// without a matrix.
std::unique_ptr<Operation> make_residual(const Signal& from, int to, int gradient, Index row = 0);

/// y ← a∘b; a factor of one row multiplies every row of the other.
struct ProductSpec {
  Signal left, right;
  int to = -1, gradient = -1;  // the gradient is of one step
  bool once = false;           // or of the whole window
};
std::unique_ptr<Operation> make_product(const ProductSpec& spec);

/// Columns of the other sequence, or of the given context, that are the same at every step: what `from` leaves behind.
struct ContextSpec {
  std::vector<Signal> from;     // outputs of the encoder's layers; none: the given context
  std::vector<int> directions;  // of those layers
  bool mean = false;            // over time, instead of the last
  Index rows = 0;
  int to = -1, gradient = -1;
};
std::unique_ptr<Operation> make_context(ContextSpec spec);

/// The first states of a layer: h₀ = tanh(W·c + b), and W'·c + b' for the other states.
struct InitialStateSpec {
  struct State {
    Matrix matrix;
    int bias = -1;
    Size bias_offset = 0;
    int value = -1, gradient = -1;
  };
  Signal context;
  Index units = 0;
  Few<State, max_states> states;
};
std::unique_ptr<Operation> make_initial_state(const InitialStateSpec& spec);

/// softmax over the encoder's steps of the scores of a query, and the weighted mean of the encoder's outputs.
struct AttentionSpec {
  bool additive = true;
  Sum query, keys;
  std::vector<Signal> memory;
  int score = -1;  // the parameter v of additive scores
  Size score_offset = 0;
  int to = -1, gradient = -1, weights = -1;
};
std::unique_ptr<Operation> make_attention(AttentionSpec spec);

/// Free running: p ← softmax(o), which edges from the output read one step later.
std::unique_ptr<Operation> make_output_feedback(const Sum& from, int to, int gradient);

/// Scheduled sampling: the next input symbol is, at times, drawn from softmax(o).
std::unique_ptr<Operation> make_scheduled_sampling(const Sum& from, Index symbols);

/// The same of numbers: rows of the input are, at times and in the last `steps` of a sequence, the answers one step
/// earlier. `from` has as many outputs for each of the `numbers` of a row, of which the one at `answer` is read.
struct RowFeedbackSpec {
  Sum from;
  int input = -1, gradient = -1;
  Index numbers = 0, answer = 0, steps = 0;
};
std::unique_ptr<Operation> make_row_feedback(const RowFeedbackSpec& spec);

}  // namespace unfold
