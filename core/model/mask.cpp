#include "unfold/model/mask.h"

#include <algorithm>

#include "unfold/base/rng.h"

namespace unfold {
namespace {

/// Calls f(i, kept) for each place, four to a Philox block.
template <class F>
void each(const Dropping& d, int layer, Site site, Index first, Index count, double p, const F& f) {
  const std::array<std::uint32_t, 2> key{std::uint32_t(d.seed), std::uint32_t(d.seed >> 32)};
  const auto threshold = std::uint64_t(p * 4294967296.0);
  const std::uint32_t where = std::uint32_t(layer) << 4 | std::uint32_t(site);
  for (Index block = first / 4; block * 4 < first + count; ++block) {
    const auto words = philox(key, {std::uint32_t(block), std::uint32_t(d.pass),
                                    std::uint32_t(d.pass >> 32) ^ where << 8, std::uint32_t(Stream::dropout)});
    const Index begin = std::max(first, block * 4), end = std::min(first + count, block * 4 + 4);
    for (Index i = begin; i < end; ++i) f(i - first, words[std::size_t(i % 4)] < threshold);
  }
}

}  // namespace

void draw_mask(const Dropping& d, int layer, Site site, Index first, Index count, double p, Real* mask) {
  each(d, layer, site, first, count, p, [&](Index i, bool one) { mask[i] = one ? 1 : 0; });
}

void drop(const Dropping& d, int layer, Site site, double rate, Index first, Index count, const Real* x, Real* y,
          bool add) {
  const Real scale = Real(1 / (1 - rate));
  each(d, layer, site, first, count, 1 - rate, [&](Index i, bool kept) {
    const Real value = kept ? x[i] * scale : Real(0);
    y[i] = add ? y[i] + value : value;
  });
}

Real symbol_factor(const Dropping& d, int sequence, Token token, Index column, Index N) {
  constexpr Index most_symbols = 65536;
  Real factor = 1;
  drop(d, sequence, Site::input, d.input, d.variational ? column % N * most_symbols + token : column, 1, &factor,
       &factor, false);
  return factor;
}

}  // namespace unfold
