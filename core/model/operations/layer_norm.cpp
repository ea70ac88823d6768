// Layer normalisation (Ba et al. 2016), for each gate of H rows:
//   μ = Σz/H   σ² = Σ(z−μ)²/H   n = (z−μ)/√(σ²+ε)   z ← γ∘n + b,   ε = 1e-5 as in PyTorch
//   dn = dz∘γ   dz ← (dn − Σdn/H − n·Σ(dn∘n)/H)/√(σ²+ε)   dγ += Σ dz∘n
// The sums run in order, in double precision: the order of a reduction shows in its bits.
#include <algorithm>
#include <cmath>

#include "unfold/model/operations/description.h"

namespace unfold {
namespace {

constexpr double epsilon = 1e-5;

class LayerNorm final : public Operation {
 public:
  explicit LayerNorm(const LayerNormSpec& spec) : s_(spec), G_(s_.to.rows / s_.units) {}

  const char* name() const override { return "layerNorm"; }
  void describe(Description& d) const override {
    d.buffer("to", s_.to.value);
    d.parameters("gain", s_.gain);
    d.integer("units", s_.units);
    d.integer("firstGate", s_.first);
    d.integer("endGate", s_.last);
    d.number("epsilon", epsilon);
  }

  void forward(const Pass& p, const Columns& c) const override {
    const Index H = s_.units;
    Real *normal = p.at(s_.normal, c), *inverses = p.at(s_.inverse, c);
    for (Index n = 0; n < c.count; ++n)
      for (Index g = s_.first; g < s_.last; ++g) {
        const Index at = n * s_.to.rows + g * H;
        Real* z = p.at(s_.to.value, c) + at;
        double mean = 0, square = 0;
        for (Index k = 0; k < H; ++k) mean += double(z[k]);
        mean /= double(H);
        for (Index k = 0; k < H; ++k) square += (double(z[k]) - mean) * (double(z[k]) - mean);
        const Real inverse = Real(1 / std::sqrt(square / double(H) + epsilon)), mu = Real(mean);
        array(z, H) = (array(z, H) - mu) * inverse;
        if (normal) std::copy_n(z, H, normal + at);
        if (inverses) inverses[n * G_ + g] = inverse;
        array(z, H) =
            array(p.parameters + s_.gain_offset + g * H, H) * array(z, H) + array(p.packed + s_.to.bias + g * H, H);
      }
  }

  void backward(const Pass& p, const Columns& c) const override {
    const Index H = s_.units;
    for (Index column = 0; column < c.count; ++column)
      for (Index g = s_.first; g < s_.last; ++g) {
        const Index at = column * s_.to.rows + g * H;
        ArrayView dz = array(p.at(s_.to.gradient, c) + at, H);
        const ConstArrayView n = array(static_cast<const Real*>(p.at(s_.normal, c)) + at, H);
        array(p.at(s_.gradient, c) + at, H) = dz;
        dz *= array(p.parameters + s_.gain_offset + g * H, H);
        double sum = 0, along = 0;
        for (Index k = 0; k < H; ++k) {
          sum += double(dz[k]);
          along += double(dz[k]) * double(n[k]);
        }
        const Real mean = Real(sum / double(H)), slope = Real(along / double(H));
        dz = (dz - mean - n * slope) * p.at(s_.inverse, c)[column * G_ + g];
      }
  }

  void gradient(const Pass& p, Real* gradient, Index first, Index) const override {
    if (first > 0) return;
    const Columns all{0, p.T * p.N};
    const Real *dz = p.at(s_.gradient, all), *normal = p.at(s_.normal, all);
    const Index from = s_.first * s_.units, rows = (s_.last - s_.first) * s_.units;
    ArrayView gain = array(gradient + s_.gain_offset + from, rows);
    for (Index k = 0; k < all.count; ++k) {
      const Index at = k * s_.to.rows + from;
      gain += array(dz + at, rows) * array(normal + at, rows);
    }
  }

 private:
  LayerNormSpec s_;
  Index G_;
};

}  // namespace

std::unique_ptr<Operation> make_layer_norm(const LayerNormSpec& spec) { return std::make_unique<LayerNorm>(spec); }

}  // namespace unfold
