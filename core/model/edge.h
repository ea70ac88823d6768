// An edge is (source, delay, block). Here the edges of a layer are lowered to the two things the scan knows:
//   a port  sums preactivations and applies an activation (or is read by the cell),
//   a wire  adds W·source(t − delay) to a port.
// A block of any depth is a chain of ports and wires, so deep transitions, shortcuts, joins, deep gating and
// deep readouts need no code of their own.
//
// Scheduling rule: a wire whose source is complete before the layer starts runs once over all T·N columns
// (`once`); every other one runs step by step.
#pragma once

#include <string>
#include <vector>

#include "unfold/config/config.h"
#include "unfold/model/block.h"

namespace unfold {

/// What a wire reads.
struct SignalRef {
  enum class Kind {
    tokens,   // the input, as token numbers
    vectors,  // the input, as D×(T·N) numbers
    layer,    // output of lower layer `index`
    self,     // the layer's own h
    port,     // own port `index`
    masked,   // own h under recurrent dropout; `index` counts these
    reset     // reset gate ∘ own h, see Cell::reset_gate; `index` counts these
  };
  Kind kind = Kind::self;
  int index = 0;
  int delay = 0;
  Index size = 0;
};

struct Port {
  Index rows = 0;
  Activation activation = Activation::identity;
  std::vector<int> biases;  // parameters; their sum starts the port
  Index packed_bias = 0;    // place of that sum in packed storage
  bool once = true;         // complete before the scan
  bool fill = false;        // no wire starts it, so its bias is filled in first
  int stage = 0;            // 1: it depends on the reset gate of the same step
  bool read_by_cell = false;
  Index gain_offset = 0;  // where γ lies
  int gain = -1;          // parameter γ of layer normalisation, per gate block of `block` rows; −1: none
  Index block = 0;
};

struct Wire {
  SignalRef from;
  int port = 0;
  Index row = 0;  // first row of the port that it adds to
  Matrix matrix;
  bool once = true;
  bool first = false;  // starts its port from the bias
};

/// What runs, in this order, forwards; reversed, backwards.
struct Op {
  enum class Kind {
    fill,
    wire,
    activate,
    mask,
    modulate,
    normalize,
    cell,
    blend,
    output,
    feed,
    choose,
    gather,
    attend
  };
  Kind kind;
  int index = 0;  // of the port, wire, masked or reset signal; of the cell's stage
  int stage = 0;  // of a normalisation
};

/// The lowered edges of one layer (or of the readout, which has no cell).
struct Circuit {
  std::vector<Port> ports;
  std::vector<Wire> wires;
  std::vector<SignalRef> resets;  // own h at some delay, to be multiplied by the reset gate
  std::vector<SignalRef> masked;  // own h at some delay, to be multiplied by a dropout mask
  int z = 0, zh = -1;             // the ports that the cell reads; zh only if it wants the recurrent part apart
  std::vector<Op> once, step;
};

/// What edges may read, and where it is: numbers of engine layers and their sizes.
struct SignalSizes {
  struct Place {
    int layer = -1;  // −1: there is none
    Index size = 0;
    int direction = 1;
  };
  bool tokens = true;
  Index input = 0;            // V, or D
  Place embedding;            // of the input
  std::vector<Place> layers;  // the lower layers of the configuration
  Place context, attention;
  Index symbols = 0;        // of the output that is fed back
  Place output;             // free-running feedback: the readout; else the former target is the present input
  int scan_from = 1 << 20;  // from this engine layer on, layers run step by step together
  bool chosen = false;      // scheduled sampling: the input tokens are known only step by step
};

/// Lowers a layer's edges, adding its parameters to the table. `prefix` is e.g. "layers.0.".
Circuit lower(const LayerConfig& layer, const Cell& cell, int number, const SignalSizes& sizes,
              const std::string& prefix, ParameterTable& table);

/// Lowers edges that meet in `rows` sums without a cell: the readout, and what attention compares.
/// `tied` ≥ 0 is the embedding parameter that serves as the matrix from the last layer.
Circuit lower_sums(const std::vector<EdgeConfig>& edges, Index rows, const SignalSizes& sizes,
                   const std::string& prefix, int tied, ParameterTable& table);

/// Lowers an embedding: token → its vector of E numbers, parameter "embedding.weight" (V×E, as PyTorch stores it).
Circuit lower_embedding(Index V, Index E, const SignalSizes& sizes, const std::string& prefix, ParameterTable& table);

}  // namespace unfold
