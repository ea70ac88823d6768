#include "blend.h"

#include <algorithm>

#include "kernels/kernels.h"
#include "numeric.h"

namespace unfold {
namespace {

bool ticks(const Blend& b, Index unit, std::int64_t clock) {
  return b.periods.empty() || clock % b.periods[std::size_t(unit)] == 0;
}

}  // namespace

Blend make_blend(const LayerConfig& layer, const std::string& prefix, ParameterTable& table) {
  Blend b{.leak = layer.leak};
  const auto groups = Index(layer.clock.size());
  for (Index k = 0; k < (groups ? layer.hidden : 0); ++k)
    b.periods.push_back(layer.clock[std::size_t(k * groups / layer.hidden)]);
  if (!layer.leak.learned) return b;
  std::vector<double> start;
  for (Index k = 0; k < layer.hidden; ++k) {
    const double share = layer.hidden > 1 ? double(k) / double(layer.hidden - 1) : 0;
    const double alpha = std::clamp(layer.leak.from + (layer.leak.to - layer.leak.from) * share, 1e-3, 1 - 1e-3);
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
  for (Index k = 0; k < hidden; ++k) {
    const double share = hidden > 1 ? double(k) / double(hidden - 1) : 0;
    alpha[k] = b.leak.learned ? parameters[table[b.parameter].offset + k]
                              : Real(b.leak.from + (b.leak.to - b.leak.from) * share);
  }
  if (b.leak.learned) kernels::sigmoid(alpha, hidden);
}

void forward(const Blend& b, const Real* packed, std::int64_t clock, Index hidden, Index columns, const Real* h_prev,
             Real* h, const Real* other_prev, Real* other, Real* v) {
  if (b.leak.learned && v) std::copy_n(h, hidden * columns, v);
  const Real* alpha = packed + b.packed;
  for (Index n = 0; n < columns; ++n, h += hidden, h_prev += hidden) {
    if (b.leaky())
      for (Index k = 0; k < hidden; ++k) h[k] = alpha[k] * h_prev[k] + (1 - alpha[k]) * h[k];
    if (b.clocked())
      for (Index k = 0; k < hidden; ++k)
        if (!ticks(b, k, clock)) {
          h[k] = h_prev[k];
          if (other) other[n * hidden + k] = other_prev[n * hidden + k];
        }
  }
}

void backward(const Blend& b, const Real* packed, std::int64_t clock, Index hidden, Index columns, const Real* dh,
              Real* dcell, Real* dh_prev, Real* dc, Real* dc_kept) {
  const Real* alpha = packed + b.packed;
  for (Index n = 0; n < columns; ++n)
    for (Index k = 0; k < hidden; ++k) {
      const Index at = n * hidden + k;
      const Real keep = ticks(b, k, clock) ? (b.leaky() ? alpha[k] : Real(0)) : Real(1);
      dcell[at] = (1 - keep) * dh[at];
      dh_prev[at] += keep * dh[at];
      if (dc && b.clocked() && !ticks(b, k, clock)) {
        dc_kept[at] = dc[at];
        dc[at] = 0;
      }
    }
}

void restore(const Blend& b, std::int64_t clock, Index hidden, Index columns, Real* dc, const Real* dc_kept) {
  if (!b.clocked()) return;
  for (Index n = 0; n < columns; ++n)
    for (Index k = 0; k < hidden; ++k)
      if (!ticks(b, k, clock)) dc[n * hidden + k] = dc_kept[n * hidden + k];
}

void leak_gradient(const Blend& b, const Real* packed, std::int64_t clock, Index hidden, Index columns,
                   Index step_columns, const Real* dh, const Real* h_prev, const Real* v, Index begin, Index end,
                   Real* da) {
  const Real* alpha = packed + b.packed;
  for (Index n = 0; n < columns; ++n)
    for (Index k = begin; k < end; ++k)
      if (ticks(b, k, clock + n / step_columns)) {
        const Index at = n * hidden + k;
        da[k] += dh[at] * (h_prev[at] - v[at]) * (alpha[k] * (1 - alpha[k]));
      }
}

}  // namespace unfold
