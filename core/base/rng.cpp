#include "unfold/base/rng.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "unfold/base/parallel.h"

namespace unfold {

bool Rng::candidate(double& x) {
  const double u = 2 * uniform() - 1, v = 2 * uniform() - 1, s = u * u + v * v;
  if (!(s > 0 && s < 1)) return false;
  x = u * std::sqrt(-2 * numeric::log(s) / s);
  return true;
}

double Rng::normal() {
  double x = 0;
  while (!candidate(x)) {
  }
  return x;
}

// A candidate takes four words, and whether it is taken depends on these alone. So chunks of candidates are drawn in
// any order, and what they give is put together afterwards.
void Rng::normals(double* to, Index count) {
  constexpr Index chunk = 4096;  // candidates, of which π/4 are taken
  while (count >= chunk) {
    const Index chunks = count / chunk;
    std::vector<double> drawn(std::size_t(chunks * chunk));
    std::vector<Index> taken(static_cast<std::size_t>(chunks));
    parallel_for(chunks, 1, 100.0 * double(chunks * chunk), [&](Index begin, Index end) {
      for (Index c = begin; c < end; ++c) {
        Rng rng = *this;
        rng.jump(counter_ + std::uint64_t(4 * chunk * c));
        double* next = drawn.data() + c * chunk;
        for (Index i = 0; i < chunk; ++i)
          if (rng.candidate(*next)) ++next;
        taken[std::size_t(c)] = next - (drawn.data() + c * chunk);
      }
    });
    for (Index c = 0; c < chunks; ++c) to = std::copy_n(drawn.data() + c * chunk, taken[std::size_t(c)], to);
    for (const Index n : taken) count -= n;
    jump(counter_ + std::uint64_t(4 * chunk * chunks));
  }
  for (; count > 0; --count) *to++ = normal();
}

}  // namespace unfold
