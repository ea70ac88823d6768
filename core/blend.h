// How a cell's answer becomes the new state: leaky units keep a share α of the former state, clocked units
// keep all of it between their ticks.
//   leak:  h = α∘h₋ + (1−α)∘v             (Mozer 1992; Jaeger 2007; α fixed, a spectrum, or σ(a) learned)
//   clock: unit k takes part when t mod T_k = 0, else every state stays   (Koutník et al. 2014)
#pragma once

#include <cstdint>
#include <vector>

#include "config.h"
#include "parameters.h"

namespace unfold {

struct Blend {
  LeakConfig leak;
  std::vector<int> periods;  // one per unit; empty: no clock
  int parameter = -1;        // of the learned a
  Index packed = 0;          // place of α, H values, in packed storage

  bool leaky() const { return leak.on(); }
  bool clocked() const { return !periods.empty(); }
  bool on() const { return leaky() || clocked(); }
};

Blend make_blend(const LayerConfig& layer, const std::string& prefix, ParameterTable& table);

/// Writes α into packed storage.
void pack(const Blend& b, Index hidden, const Real* parameters, const ParameterTable& table, Real* packed);

/// h (holding v) ← blend of h and h_prev; `other`/`other_prev` is the second state (null if there is none).
/// `v` receives the cell's own answer when α is learned. `clock` is the global step.
void forward(const Blend& b, const Real* packed, std::int64_t clock, Index hidden, Index columns, const Real* h_prev,
             Real* h, const Real* other_prev, Real* other, Real* v);

/// dcell ← ∂L/∂v from dh, dh_prev += the rest. For clocked units at rest dc is moved to dc_kept and zeroed.
void backward(const Blend& b, const Real* packed, std::int64_t clock, Index hidden, Index columns, const Real* dh,
              Real* dcell, Real* dh_prev, Real* dc, Real* dc_kept);
/// Puts dc_kept back after the cell's backward.
void restore(const Blend& b, std::int64_t clock, Index hidden, Index columns, Real* dc, const Real* dc_kept);

/// da += Σ over columns of dh∘(h₋ − v)·α(1−α), for units [begin, end). step_columns = N: the clock advances by
/// one every N columns.
void leak_gradient(const Blend& b, const Real* packed, std::int64_t clock, Index hidden, Index columns,
                   Index step_columns, const Real* dh, const Real* h_prev, const Real* v, Index begin, Index end,
                   Real* da);

}  // namespace unfold
