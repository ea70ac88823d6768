#include "unfold/model/blend.h"

#include <algorithm>

#include "unfold/base/numeric.h"
#include "unfold/kernels/kernels.h"

namespace unfold {
namespace {

double share_of(const LeakConfig& leak, Index unit, Index hidden) {
  return leak.from + (leak.to - leak.from) * (hidden > 1 ? double(unit) / double(hidden - 1) : 0);
}

/// held ← what clock and zoneout (of one state) keep, H × columns.
void holds(const Blend& b, const BlendStep& s, Site site, double zoneout, Real* held) {
  const Index size = s.hidden * s.columns;
  if (zoneout > 0 && s.dropping.on)
    draw(s.dropping, b.layer, site, s.place, size, zoneout, held);
  else
    std::fill_n(held, size, Real(zoneout));
  if (!b.clocked()) return;
  for (Index n = 0; n < s.columns; ++n)
    for (Index k = 0; k < s.hidden; ++k)
      if (s.clock % b.periods[std::size_t(k)] != 0) held[n * s.hidden + k] = 1;
}

}  // namespace

Blend make_blend(const LayerConfig& layer, int number, const std::string& prefix, ParameterTable& table) {
  Blend b{.leak = layer.leak, .zoneout = layer.zoneout, .zoneout_cell = layer.zoneout_cell, .layer = number};
  const auto groups = Index(layer.clock.size());
  for (Index k = 0; k < (groups ? layer.hidden : 0); ++k)
    b.periods.push_back(layer.clock[std::size_t(k * groups / layer.hidden)]);
  if (!layer.leak.learned) return b;
  std::vector<double> start;
  for (Index k = 0; k < layer.hidden; ++k) {
    const double alpha = std::clamp(share_of(layer.leak, k, layer.hidden), 1e-3, 1 - 1e-3);
    start.push_back(numeric::log(alpha / (1 - alpha)));
  }
  b.parameter = table.add({.name = prefix + "leak",
                           .rows = layer.hidden,
                           .cols = 1,
                           .fill = Fill::constant,
                           .block = 1,
                           .values = start,
                           .vector = true});
  return b;
}

void pack(const Blend& b, Index hidden, const Real* parameters, const ParameterTable& table, Real* packed) {
  if (!b.leaky()) return;
  Real* alpha = packed + b.packed;
  for (Index k = 0; k < hidden; ++k)
    alpha[k] = b.leak.learned ? parameters[table[b.parameter].offset + k] : Real(share_of(b.leak, k, hidden));
  if (b.leak.learned) kernels::sigmoid(alpha, hidden);
}

void shares(const Blend& b, const BlendStep& s, Real* keep, Real* keep_cell) {
  holds(b, s, Site::zoneout, b.zoneout, keep);
  if (b.leaky())
    for (Index n = 0; n < s.columns; ++n)
      for (Index k = 0; k < s.hidden; ++k) {
        Real& x = keep[n * s.hidden + k];
        x += (1 - x) * s.alpha[k];
      }
  if (keep_cell) holds(b, s, Site::zoneout_cell, b.zoneout_cell, keep_cell);
}

void forward(const Real* keep, const Real* former, Real* x, Index size) {
  for (Index i = 0; i < size; ++i) x[i] = keep[i] * former[i] + (1 - keep[i]) * x[i];
}

void backward(const Real* keep, const Real* dy, Real* dx, Real* dformer, Index size) {
  for (Index i = 0; i < size; ++i) {
    dformer[i] += keep[i] * dy[i];
    dx[i] = (1 - keep[i]) * dy[i];
  }
}

void leak_gradient(const Blend& b, const BlendStep& s, const Real* dh, const Real* h_prev, const Real* v, Index begin,
                   Index end, Real* held, Real* da) {
  holds(b, s, Site::zoneout, b.zoneout, held);
  for (Index n = 0; n < s.columns; ++n)
    for (Index k = begin; k < end; ++k) {
      const Index at = n * s.hidden + k;
      da[k] += (1 - held[at]) * dh[at] * (h_prev[at] - v[at]) * (s.alpha[k] * (1 - s.alpha[k]));
    }
}

}  // namespace unfold
