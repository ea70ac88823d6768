#include "unfold/train/averaging.h"

#include <algorithm>

#include "unfold/base/parallel.h"

namespace unfold {

void Average::restart(const Real* parameters) {
  std::copy_n(parameters, weights.size(), weights.data());
  count = 0;
}

void Average::add(const AveragingConfig& config, Real* mean) {
  double kept = double(count) / double(count + 1);
  if (config.kind == AveragingKind::ema) kept = std::min(config.decay, kept);
  const Real old = Real(kept), fresh = Real(1 - kept);
  const Real* w = weights.data();
  parallel_for(weights.size(), 1024, 3.0 * double(weights.size()), [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) mean[i] = old * mean[i] + fresh * w[i];
  });
  if (config.kind == AveragingKind::ema || begun) ++count;
}

void Average::observe(const AveragingConfig& config, double loss) {
  if (config.kind != AveragingKind::nt_asgd || begun) return;
  begun = loss > best;
  last.push_back(loss);
  while (last.size() > std::size_t(config.patience)) {
    best = std::min(best, last.front());
    last.erase(last.begin());
  }
}

}  // namespace unfold
