// Random masks that are a function of their place: the same in forward, backward, every thread and build.
#pragma once

#include <cstdint>

#include "unfold/base/real.h"

namespace unfold {

/// What draws the masks of a window.
struct Dropping {
  bool on = false;                   // false: evaluation and sampling, nothing is dropped
  bool variational = false;          // output masks are the same at every step
  double rate = 0;                   // of layer outputs
  double input = 0;                  // of input symbols, see symbol_factor
  std::uint64_t seed = 0, pass = 0;  // pass: number of the training step
};

/// Which mask of a layer.
enum class Site : std::uint32_t { output, recurrent, zoneout, zoneout_cell, weights, input };

/// mask[i] ← 1 with probability p, else 0, for the `count` places from `first` on of a layer's site.
void draw_mask(const Dropping& d, int layer, Site site, Index first, Index count, double p, Real* mask);

/// y ← x∘mask/(1−rate), or y += where `add`; the mask is 1 with probability 1−rate.
void drop(const Dropping& d, int layer, Site site, double rate, Index first, Index count, const Real* x, Real* y,
          bool add);

/// Input dropout (Gal & Ghahramani 2016): what the vector of the symbol in a column of the tokens, N a step, is
/// multiplied by, 0 or 1/(1 − p). Variational masks drop a symbol at all steps of a window.
Real symbol_factor(const Dropping& d, int sequence, Token token, Index column, Index N);

}  // namespace unfold
