// How a cell's answer v becomes the new state: each unit keeps a share `keep` of its former state,
//   h = keep∘h₋ + (1−keep)∘v
//   leak     keep = α: fixed, a spectrum over the units, or learned as σ(a)   (Mozer 1992; Jaeger 2007)
//   clock    keep = 1 unless t mod T_k = 0, for every state                   (Koutník et al. 2014)
//   zoneout  keep = 1 with probability ζ in training, ζ itself otherwise      (Krueger et al. 2017)
#pragma once

#include <cstdint>
#include <vector>

#include "unfold/config/config.h"
#include "unfold/model/dropout.h"
#include "unfold/model/parameters.h"

namespace unfold {

struct Blend {
  LeakConfig leak;
  std::vector<int> periods;  // one per unit; empty: no clock
  double zoneout = 0, zoneout_cell = 0;
  int parameter = -1;  // of the learned a
  Index packed = 0;    // place of α, H values, in packed storage
  int layer = 0;

  bool leaky() const { return leak.on(); }
  bool clocked() const { return !periods.empty(); }
  bool on() const { return leaky() || clocked() || zoneout > 0 || zoneout_cell > 0; }
};

Blend make_blend(const LayerConfig& layer, int number, const std::string& prefix, ParameterTable& table);

/// Writes α into packed storage.
void pack(const Blend& b, Index hidden, const Real* parameters, const ParameterTable& table, Real* packed);

/// Some columns of one step.
struct BlendStep {
  Index hidden, columns;
  Index place;         // of the first element among all of the window, for masks
  std::int64_t clock;  // global number of the step
  const Real* alpha;   // H values, if leaky
  const Dropping& dropping;
};

/// keep ← shares for h; keep_cell ← shares for the second state, if not null. H × columns.
void shares(const Blend& b, const BlendStep& s, Real* keep, Real* keep_cell);

/// x ← keep∘former + (1−keep)∘x
void forward(const Real* keep, const Real* former, Real* x, Index size);
/// dx ← (1−keep)∘dy, dformer += keep∘dy. dx may be dy.
void backward(const Real* keep, const Real* dy, Real* dx, Real* dformer, Index size);

/// da += Σ over the columns of dh∘(h₋ − v)·α(1−α), where leaking was not overruled, for units [begin, end).
void leak_gradient(const Blend& b, const BlendStep& s, const Real* dh, const Real* h_prev, const Real* v, Index begin,
                   Index end, Real* held, Real* da);

}  // namespace unfold
