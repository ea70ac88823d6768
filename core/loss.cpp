#include "loss.h"

#include <algorithm>

#include "kernels/kernels.h"
#include "parallel.h"

namespace unfold {

void softmax_cross_entropy(Real* logits, Index V, Index K, const Token* targets, Real scale, double* losses) {
  parallel_for(K, 1, 30.0 * double(V * K), [&](Index begin, Index end) {
    for (Index k = begin; k < end; ++k) {
      Real* x = logits + k * V;
      const bool counts = targets && targets[k] != no_token;
      losses[k] = kernels::softmax(x, V, counts ? Index(targets[k]) : -1);
      if (scale == 0) continue;
      if (!counts) {
        std::fill_n(x, V, Real(0));
        continue;
      }
      x[targets[k]] -= 1;
      for (Index v = 0; v < V; ++v) x[v] *= scale;
    }
  });
}

}  // namespace unfold
