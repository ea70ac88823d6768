// The plan of a network as JSON: what exporters, diagrams and explanations read. Nothing of the network's size is
// allocated.
//
//   const Json graph = describe(parse_config("{}"), 65);
//   graph["totals"]["parameters"];   // numbers to be learned
//   graph["operations"][0];          // {"operation": "bias", "layer": "layers.0", "when": "once", …}
#pragma once

#include "unfold/config/config.h"
#include "unfold/model/plan.h"

namespace unfold {

/// The sizes of a configuration's network, as far as they are known without data:
///   next      `vocabulary` symbols in and out
///   tensor    those of the task itself; `vocabulary` is not read
///   others    those of the generated dataset that the configuration names. Of a text, `vocabulary` stands for the
///             symbols on both sides (the task adds its own, such as the end of a sequence), and of a series (regress)
///             for the numbers of a step, in and out; music (notes) has 88 keys. An answer is taken to be as long
///             as the task allows.
/// Throws Error{invalid_argument} of "vocabulary" where it is needed and is not 1 to 65536.
NetworkSizes sizes_of(const Config& config, Index vocabulary);

/// Plan::to_json() with totals {parameters, memoryBytes, flopsPerToken}. memoryBytes is the estimate for training,
/// without a text: over a window where the task is next or tensor, else over sequences as long as the task allows.
/// flopsPerToken counts the floating-point operations of forward, backward and gradients for one column.
Json describe(const Config& config, const NetworkSizes& sizes);
Json describe(const Config& config, Index vocabulary);

}  // namespace unfold
