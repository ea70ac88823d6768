// An edge is (source, delay, block). Here the edges of a layer are lowered to operations of a plan: linear maps and
// lookups that add to sums, activations of hidden sums, products, and the cell with what follows it. A block of any
// depth is a chain of maps and sums, so deep transitions, shortcuts, joins, deep gating and deep readouts need no code
// of their own.
#pragma once

#include <string>
#include <vector>

#include "unfold/config/config.h"
#include "unfold/model/plan.h"

namespace unfold {

/// What edges may read: layers of the plan, −1 where there is none.
struct Sources {
  int sequence = 0;
  bool tokens = true;       // the input is tokens
  Index input = 0;          // rows of the input: V of tokens, D of numbers
  int embedding = -1;       // of the input
  std::vector<int> layers;  // those of the configuration, by their number there
  int context = -1, attention = -1;
  Index symbols = 0;        // of the output that is fed back
  int output = -1;          // free-running feedback: the readout; else the previous target is the present input
  int scan_from = 1 << 20;  // from this layer of the plan on, layers run step by step together
  bool chosen = false;      // the inputs are known only step by step: some are the answers of the step before
};

/// Adds a layer without operations yet: its cell, its states and what upper layers read. Returns its number.
int declare_layer(Plan& plan, const LayerConfig& config, const std::string& name, int sequence);
/// Adds the operations and parameters of a declared layer; `own` is its number in the configuration.
void lower_layer(Plan& plan, int layer, const LayerConfig& config, int own, const Sources& sources);

/// Adds a layer of `rows` sums without a cell: the readout, and what attention compares.
int declare_sums(Plan& plan, Index rows, const std::string& name, int sequence, bool keeps_values);
/// Adds the operations of edges that meet in the sums of a layer without a cell. `tied` ≥ 0 is the embedding's
/// parameter, which serves as the matrix from the last layer. `prefix` begins the names of parameters.
void lower_sums(Plan& plan, int layer, const std::vector<EdgeConfig>& edges, const std::string& prefix, int tied,
                const Sources& sources);

/// Adds an embedding: token → its vector of E numbers, parameter "<name>.weight" (V×E, as PyTorch stores it).
int add_embedding(Plan& plan, Index V, Index E, const std::string& name, const Sources& sources);

/// What upper layers read of a layer at the present step.
Signal output_of(const Plan& plan, int layer);

}  // namespace unfold
