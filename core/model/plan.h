// A network, compiled from its configuration: layers, parameters, buffers and operations, and which operations each
// scan runs when. It holds no weights and no states. The scan executes it (scan.h), the workspace is one arena of its
// buffers (workspace.h), memory and parameters are its sums, and its JSON is what exporters, diagrams and explanations
// read.
//
//   const Plan plan = compile(parse_config("{}"), {.symbols = 65, .outputs = 65});   // compile.h
//   plan.parameters.size();                  // numbers to be learned
//   plan.arena({.steps = 64, .columns = 32, .training = true});   // numbers of its buffers
//   plan.to_json();                          // what it is made of
//
// Lowering says when an operation runs: a linear map, a lookup, a product or a hidden activation whose sources are
// complete before the scan starts runs `once`, over many columns at a time; all else of a layer at every `step`.
// `begin` runs before the first step.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "unfold/base/json.h"
#include "unfold/model/cell.h"
#include "unfold/model/operations/operation.h"
#include "unfold/model/parameters.h"

namespace unfold {

/// What a network reads and answers.
struct NetworkSizes {
  Index symbols = 0;  // V of the input tokens; 0: the input is numbers
  Index numbers = 0;  // D of a step's numbers
  Index outputs = 0;  // rows of the readout; 0: there is none
  Index context = 0;  // of a given context
  Index lengths = 0;  // rows of the answer to "how long", 0: none
};

/// When an operation runs forward. `never`: it is fused into another one, and has a gradient only.
enum class When { once, begin, step, never };

/// A layer of the plan: one of the configuration, or an embedding, a context, attention, keys of attention, a readout.
struct PlanLayer {
  std::string name;                       // "layers.0", "encoder.1", "embedding", "readout", …
  int sequence = 0;                       // 1: the encoder's
  int direction = 1;                      // −1: from the last step to the first
  Index units = 0;                        // rows of its output
  std::unique_ptr<Cell> cell;             // null: there is none
  std::vector<int> periods;               // of a clockwork layer: one for each unit
  StateBuffers states, state_gradients;   // the first state is h
  int continues = -1;                     // the layer whose states the cell takes for its previous ones; −1: its own
  int output = -1, output_gradient = -1;  // what upper layers read
  Sum sum;                    // the preactivations (of a cell: gate activations once it ran; of others: answers)
  Sum recurrent;              // those of a cell that reads the recurrent part separately
  int weights = -1;           // of attention: the buffer of its weights
  bool interpolated = false;  // leak, clock or zoneout change what the cell answers
  std::vector<int> once, begin, step;  // operations
};

/// Layers that run through time together: usually one; where a layer reads what an upper one answered a step earlier,
/// all from there on.
struct Scan {
  int sequence = 0, direction = 1;
  std::size_t first_layer = 0, end_layer = 0;
  std::vector<int> once, begin, step;
  double cost = 0, once_cost = 0;  // multiply–adds of one column: of all operations, of those of `once`
};

/// How many columns a workspace has room for.
struct Room {
  Index steps = 0, encoder_steps = 0, columns = 0;  // T, S, N
  bool training = false;                            // with buffers of gradients
  bool dropout = false;                             // between layers
  bool tiles = false;                               // the answers' loss can be had for some columns at a time
};

/// Columns of a tile of answers.
constexpr Index tile_columns = 64;
/// Numbers of a window's answers from which on they are tiled: 256 MB. Below it lie the networks of recorded runs; that
/// of a tied embedding adds to its gradient in another order with tiles than without.
inline Size most_answers = Size(1) << 26;  // tests tile smaller ones

struct Plan {
  NetworkSizes sizes;
  ParameterTable parameters;
  std::vector<BufferInfo> buffers;
  std::vector<PlanLayer> layers;
  std::vector<std::unique_ptr<Operation>> operations;
  std::vector<Scan> scans;
  Size packed = 0;                                             // numbers of the weights as they are packed for products
  std::array<Index, 2> input_delays{};                         // of tokens, by sequence
  std::array<int, 2> inputs{-1, -1}, input_gradients{-1, -1};  // buffers of numbers, by sequence
  int context = -1, context_gradient = -1;                     // buffers of a given context
  std::size_t main = 0;                                        // layers from here on are of the main sequence
  std::size_t first_layer = 0;                                 // the configuration's first layer
  int attention = -1, lengths = -1;                            // layers, −1: there is none
  bool free_running = false;
  int tiled = -1;       // the buffer of the readout's answers, if nothing else reads them: see tile()
  bool pooled = false;  // the main sequence is one step, which reads nothing but the encoder's last states

  /// Adds a buffer, returns its number.
  int add(BufferInfo buffer);
  /// Adds the gradient of a buffer: of the same shape, for training, zeroed before each backward pass.
  int add_gradient(int buffer, const char* name, Lifetime lifetime = Lifetime::training);
  /// Adds an operation to a layer.
  void add(std::unique_ptr<Operation> operation, int layer, When when);
  /// Reserves packed storage; returns its place.
  Size reserve(Size elements);
  /// Says that a layer of `sequence` reads a signal: its buffer, or the tokens, must reach back by the signal's delay.
  void reads(const Signal& signal, int sequence);
  /// Groups layers into scans: those from `scan_from` on run together.
  void schedule(std::size_t scan_from);

  /// Numbers of all buffers that have memory in such a room, each rounded up to cache lines.
  Size arena(const Room& room) const;
  /// Numbers of one of them.
  Size elements(int buffer, const Room& room) const;
  /// Columns of answers that such a workspace holds at a time; 0: all of them. Where there are too many, the readout
  /// runs tile by tile, once for the losses and once more for the gradients (Network::run).
  Index tile(const Room& room) const;
  /// Whether such a workspace has memory for the buffer.
  bool stored(const BufferInfo& buffer, const Room& room) const;
  /// Floating-point operations of forward, backward and gradients for one column; a multiply–add counts two.
  double flops_per_token() const;
  /// A buffer's name, unique in the plan: the layer's, its own, and its number if it has one, with dots between.
  std::string name_of(int buffer) const;
  /// {version, sizes, parameters, buffers, layers, operations, scans}, see core/README.md "The plan as JSON".
  std::string to_text() const;
  Json to_json() const;
};

}  // namespace unfold
