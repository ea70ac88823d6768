// Compiles a configuration into a plan, see plan.h.
#pragma once

#include "unfold/config/config.h"
#include "unfold/model/plan.h"

namespace unfold {

/// The plan of a network of up to two sequences, each with its own number of steps. The main one answers; the other,
/// the encoder's, is read before it: the source of a translation, or a sequence that is answered as a whole (then the
/// main sequence has one step, and nothing but a readout). Nothing of the network's size is allocated. Packed sizes are
/// those of the kernels that are selected (kernels/kernels.h).
Plan compile(const Config& config, const NetworkSizes& sizes);

}  // namespace unfold
