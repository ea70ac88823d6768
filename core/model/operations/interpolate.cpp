// State interpolation: each unit keeps a share k of its previous state,
//   h ← k∘h₋ + (1−k)∘h
//   leak     k = α: fixed, a spectrum over the units, or learned as σ(a)   (Mozer 1992; Jaeger 2007)
//   clock    k = 1 unless t mod T_k = 0, for every state                   (Koutník et al. 2014)
//   zoneout  k = 1 with probability ζ in training, ζ itself otherwise      (Krueger et al. 2017)
// Backward: dh₋ += k∘dh, and the cell's answer gets (1−k)∘dh;  da += Σ (1−held)∘dh∘(h₋ − v)·α(1−α).
#include <algorithm>

#include "unfold/kernels/kernels.h"
#include "unfold/model/operations/description.h"

namespace unfold {
namespace {

class Interpolate final : public Operation {
 public:
  explicit Interpolate(const InterpolateSpec& spec) : s_(spec) {}

  const char* name() const override { return "interpolate"; }
  void describe(Description& d) const override {
    d.integer("units", s_.units);
    d.buffers("states", s_.states);
    if (s_.leak.on()) {
      d.begin_object("leak");
      d.number("from", s_.leak.from);
      d.number("to", s_.leak.to);
      d.flag("learned", s_.leak.learned);
      d.end_object();
    }
    if (s_.parameter >= 0) d.parameters("parameters", s_.parameter);
    if (!s_.periods.empty()) d.integers("periods", s_.periods);
    d.number("zoneout", s_.zoneout);
    d.number("zoneoutCell", s_.zoneout_cell);
  }

  void buffers(Plan& plan) override {
    const auto step = [&](const char* name) {
      return plan.add({.name = name, .layer = layer, .rows = s_.units, .extent = Extent::step});
    };
    keep_ = step("keep");
    if (s_.states.size() > 1) keep_further_ = step("keep_further");
    if (s_.leak.learned)
      answer_ = plan.add({.name = "answer", .layer = layer, .rows = s_.units, .lifetime = Lifetime::training});
  }

  void pack(const Real* parameters, Real* packed) const override {
    if (!s_.leak.on()) return;
    Real* alpha = packed + s_.packed;
    for (Index k = 0; k < s_.units; ++k)
      alpha[k] = s_.leak.learned ? parameters[s_.offset + k] : Real(s_.leak.share(k, s_.units));
    if (s_.leak.learned) kernels::sigmoid(alpha, s_.units);
  }

  void forward(const Pass& p, const Columns& c) const override {
    shares(p, c);
    const Index size = c.count * s_.units;
    if (Real* answer = p.at(answer_, c)) std::copy_n(p.at(s_.states[0], c, 0), size, answer);
    for (std::size_t i = 0; i < s_.states.size(); ++i) {
      const ConstArrayView keep = array(static_cast<const Real*>(p.at(i == 0 ? keep_ : keep_further_, c)), size);
      ArrayView state = array(p.at(s_.states[i], c, 0), size);
      state = keep * array(p.at(s_.states[i], c, 1), size) + (1 - keep) * state;
    }
  }

  void backward(const Pass& p, const Columns& c) const override {
    shares(p, c);
    const Index size = c.count * s_.units;
    const ConstArrayView keep = array(static_cast<const Real*>(p.at(keep_, c)), size);
    const ArrayView dh = array(p.at(s_.gradients[0], c, 0), size);
    array(p.at(s_.gradients[0], c, 1), size) += keep * dh;
    array(p.at(s_.answer_gradient, c), size) = (1 - keep) * dh;
    for (std::size_t i = 1; i < s_.states.size(); ++i) {
      const ConstArrayView share = array(static_cast<const Real*>(p.at(keep_further_, c)), size);
      ArrayView d = array(p.at(s_.gradients[i], c), size), around = array(p.at(s_.around[i], c), size);
      if (!p.lengths) around.setZero();  // else the padding mask has written it
      around += share * d;
      d = (1 - share) * d;
    }
  }

  void gradient(const Pass& p, Real* gradient, Index first, Index) const override {
    if (first > 0 || !s_.leak.learned) return;
    const Index H = s_.units;
    const ConstArrayView alpha = array(p.packed + s_.packed, H);
    for (Index t = 0; t < p.T; ++t) {
      const Columns c{t * p.N, p.N, t, 0};
      Real* held = p.at(keep_, c);
      holds(p, c, Site::zoneout, s_.zoneout, held);
      for (Index n = 0; n < p.N; ++n) {
        const auto column = [&](const Real* x) { return array(x + n * H, H); };
        array(gradient + s_.offset, H) += (1 - column(held)) * column(p.at(s_.gradients[0], c, 0)) *
                                          (column(p.at(s_.states[0], c, 1)) - column(p.at(answer_, c))) *
                                          (alpha * (1 - alpha));
      }
    }
  }

 private:
  /// What clock and zoneout (of one state) keep, units × columns.
  void holds(const Pass& p, const Columns& c, Site site, double zoneout, Real* held) const {
    const Index size = c.count * s_.units;
    if (zoneout > 0 && p.dropping.on)
      draw_mask(p.dropping, s_.number, site, c.first * s_.units, size, zoneout, held);
    else
      std::fill_n(held, size, Real(zoneout));
    if (s_.periods.empty()) return;
    for (Index n = 0; n < c.count; ++n)
      for (Index k = 0; k < s_.units; ++k)
        if ((p.clock + c.t) % s_.periods[std::size_t(k)] != 0) held[n * s_.units + k] = 1;
  }

  void shares(const Pass& p, const Columns& c) const {
    Real* keep = p.at(keep_, c);
    holds(p, c, Site::zoneout, s_.zoneout, keep);
    for (Index n = 0; n < (s_.leak.on() ? c.count : 0); ++n) {
      ArrayView k = array(keep + n * s_.units, s_.units);
      k += (1 - k) * array(p.packed + s_.packed, s_.units);
    }
    if (keep_further_ >= 0) holds(p, c, Site::zoneout_cell, s_.zoneout_cell, p.at(keep_further_, c));
  }

  InterpolateSpec s_;
  int keep_ = -1, keep_further_ = -1, answer_ = -1;
};

}  // namespace

std::unique_ptr<Operation> make_interpolate(const InterpolateSpec& spec) { return std::make_unique<Interpolate>(spec); }

}  // namespace unfold
