#include "unfold/base/rng.h"

#include <cmath>

namespace unfold {

double Rng::normal() {
  for (;;) {
    const double u = 2 * uniform() - 1, v = 2 * uniform() - 1, s = u * u + v * v;
    if (s > 0 && s < 1) return u * std::sqrt(-2 * numeric::log(s) / s);
  }
}

}  // namespace unfold
