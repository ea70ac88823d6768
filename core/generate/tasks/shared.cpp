#include "unfold/base/numeric.h"
#include "unfold/generate/tasks/families.h"

namespace unfold {

Index TaskHead::steps(const TaskConfig& task, const Dataset& data, const Example& e) const {
  return task.pooled() ? 1 : data.steps(e);
}

Index TaskHead::encoder_steps(const TaskConfig& task, const Dataset& data, const Example& e) const {
  return task.pooled() ? data.steps(e) : 0;
}

Real mean_scale(bool learn, std::int64_t predictions) {
  return learn ? Real(1.0 / double(std::max<std::int64_t>(predictions, 1))) : Real(0);
}

void add_losses(const Targets& targets, double& total) {
  for (Index k = 0; k < targets.steps * targets.columns; ++k) total += targets.losses[std::size_t(k)];
}

double unigram_loss(const std::vector<Example>& train, const std::vector<Example>& measured, std::size_t V, bool ends) {
  const std::size_t K = V + (ends ? 1 : 0);
  std::vector<double> counts(K);
  double total = 0, sum = 0, n = 0;
  const auto each = [&](const std::vector<Example>& examples, const auto& f) {
    for (const Example& e : examples) {
      for (const Token t : e.target)
        if (t < V) f(counts[t]);
      if (ends) f(counts[V]);
    }
  };
  each(train, [&](double& count) { ++count, ++total; });
  each(measured, [&](double& count) { sum -= numeric::log((count + 1 / double(K)) / (total + 1)), ++n; });
  return n > 0 ? sum / n : 0;
}

}  // namespace unfold
