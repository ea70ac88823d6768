#include <algorithm>

#include "unfold/generate/decoder.h"
#include "unfold/generate/tasks/families.h"
#include "unfold/kernels/kernels.h"

namespace unfold {

NetworkSizes LabelHead::sizes(const TaskConfig&, const Dataset& data) const {
  return {.symbols = data.numbers > 0 ? 0 : Index(data.inputs.size()),
          .numbers = data.numbers,
          .outputs = Index(data.targets.size()),
          .context = data.context};
}

void LabelHead::fill(const TaskConfig&, const Dataset&, const Example& e, Index n, Workspace&, Targets& targets) const {
  const Index length = std::min(targets.lengths[std::size_t(n)], Index(e.target.size()));
  for (Index t = 0; t < length; ++t) targets.tokens[targets.at(t, n)] = e.target[std::size_t(t)];
}

namespace {

/// 1/Σ weights of the steps that count.
Real learning_scale(const Targets& targets) {
  double sum = 0;
  for (Index k = 0; k < targets.steps * targets.columns; ++k) {
    const Token target = targets.tokens[std::size_t(k)];
    if (target != no_token) sum += targets.weights.empty() ? 1 : double(targets.weights[target]);
  }
  return Real(1 / (sum > 0 ? sum : 1));
}

/// Its label's weight times the gradient of a step.
void weigh(Real* x, Index V, Token target, const Targets& targets) {
  if (targets.weights.empty()) return;
  for (Index v = 0; v < V; ++v) x[v] *= targets.weights[target];
}

}  // namespace

Metrics LabelHead::measure(const TaskConfig& task, const Network& network, Workspace& w, Targets& targets,
                           bool learn) const {
  const Index K = targets.steps * targets.columns, V = network.outputs();
  Metrics a;
  for (Index k = 0; k < K; ++k) {
    const Token target = targets.tokens[std::size_t(k)];
    if (target == no_token) continue;
    ++a.total;
    const Real* x = w.logits() + k * V;
    a.correct += std::max_element(x, x + V) - x == target;
  }
  a.predictions = a.total;
  const Real scale = learn ? learning_scale(targets) : Real(0);
  softmax_cross_entropy(w.logits(), V, K, targets.tokens.data(), scale, targets.losses.data(), task.label_smoothing);
  add_losses(targets, a.loss);
  for (Index k = 0; k < K; ++k) {
    const Token target = targets.tokens[std::size_t(k)];
    if (target == no_token) continue;
    Real* x = w.logits() + k * V;
    if (learn)
      weigh(x, V, target, targets);
    else
      a.confusion.add(x, V, target);
  }
  return a;
}

std::vector<Real> LabelHead::label_weights(const TaskConfig& task, const Dataset& data) const {
  if (!task.class_weights) return {};
  std::vector<double> counts(data.targets.size());
  double all = 0, present = 0;
  for (const Example& e : data.train)
    for (const Token t : e.target)
      if (t < counts.size()) ++counts[t], ++all;
  for (const double count : counts) present += count > 0;
  std::vector<Real> weights;
  for (const double count : counts) weights.push_back(Real(count > 0 ? all / (present * count) : 1));
  return weights;
}

double LabelHead::trivial_loss(const TaskConfig&, const std::vector<Example>& train,
                               const std::vector<Example>& measured, const Dataset& data) const {
  return unigram_loss(train, measured, data.targets.size(), false);
}

std::vector<Real> LabelHead::probabilities(const Predictor& p, const Example& e) {
  std::vector<Real> values = readout(p.network, p.config, p.names, e);
  const Index V = p.network.outputs();
  for (std::size_t at = 0; at < values.size(); at += std::size_t(V)) kernels::softmax(values.data() + at, V, -1);
  return values;
}

std::vector<std::string> LabelHead::likeliest(const Predictor& p, const std::vector<Real>& probabilities) {
  const Index V = p.network.outputs();
  std::vector<std::string> labels;
  for (std::size_t at = 0; at < probabilities.size(); at += std::size_t(V)) {
    const auto from = probabilities.begin() + std::ptrdiff_t(at);
    labels.push_back(p.names.targets[std::size_t(std::max_element(from, from + V) - from)]);
  }
  return labels;
}

}  // namespace unfold
