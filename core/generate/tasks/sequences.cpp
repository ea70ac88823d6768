#include <algorithm>
#include <nlohmann/json.hpp>

#include "unfold/base/phrase.h"
#include "unfold/generate/decoder.h"
#include "unfold/generate/predict.h"
#include "unfold/generate/tasks/families.h"

namespace unfold {
namespace {

Index longest_target(const Dataset& data) {
  Index most = 0;
  for (const auto* split : {&data.train, &data.validation, &data.test})
    for (const Example& e : *split) most = std::max(most, Index(e.target.size()));
  return most;
}

/// Counts the steps that are predicted, and notes the columns where one is wrong.
std::int64_t count_symbols(Workspace& w, Targets& targets, Index V, Index R, bool halts) {
  std::int64_t predictions = 0;
  std::fill(targets.wrong.begin(), targets.wrong.end(), std::uint8_t(0));
  for (Index k = 0; k < targets.steps * targets.columns; ++k) {
    const Token target = targets.tokens[std::size_t(k)];
    if (target == no_token) continue;
    ++predictions;
    const Real* x = w.logits() + k * R;
    bool right = std::max_element(x, x + V) - x == target;
    if (halts) right &= (x[V] > 0) == (targets.halts[std::size_t(k)] > 0);
    if (!right) targets.wrong[std::size_t(k % targets.columns)] = 1;
  }
  return predictions;
}

/// The loss of the length, which is predicted at the first step.
void measure_lengths(const Network& network, Workspace& w, Targets& targets, Real scale, double& loss) {
  Real* x = w.sums(network.lengths());
  const Index L = network.sizes().lengths;
  for (Index n = 0; n < targets.columns; ++n)
    if (targets.lengths[std::size_t(n)] > 0 &&
        std::max_element(x + n * L, x + n * L + L) - (x + n * L) != targets.sequence_lengths[std::size_t(n)])
      targets.wrong[std::size_t(n)] = 1;
  softmax_cross_entropy(x, L, targets.steps * targets.columns, targets.sequence_lengths.data(), scale,
                        targets.losses.data());
  add_losses(targets, loss);
}

}  // namespace

NetworkSizes SequenceHead::sizes(const TaskConfig& task, const Dataset& data) const {
  const auto V = Index(data.targets.size());
  NetworkSizes sizes{.context = data.context};
  sizes.symbols = V + (task.termination == Termination::end ? 1 : 0);
  sizes.outputs = V + (task.termination == Termination::count ? 0 : 1);
  if (task.termination == Termination::count) sizes.lengths = longest_target(data) + 1;
  return sizes;
}

Index SequenceHead::steps(const TaskConfig& task, const Dataset&, const Example& e) const {
  return std::max<Index>(Index(e.target.size()) + (task.termination == Termination::end ? 1 : 0), 1);
}

Index SequenceHead::encoder_steps(const TaskConfig& task, const Dataset&, const Example& e) const {
  return task.info().encoder ? Index(e.input.size()) : 0;
}

void SequenceHead::fill(const TaskConfig& task, const Dataset& data, const Example& e, Index n, Workspace& w,
                        Targets& targets) const {
  const Index length = targets.lengths[std::size_t(n)], count = Index(e.target.size());
  for (Index t = 0; t < std::min(length, count); ++t) {
    targets.tokens[targets.at(t, n)] = e.target[std::size_t(t)];
    targets.counts[targets.at(t, n)] = 1;
  }
  for (Index t = 1; t < std::min(length, count + 1); ++t) w.tokens(t)[n] = e.target[std::size_t(t - 1)];
  switch (task.termination) {
    case Termination::end: targets.tokens[targets.at(count, n)] = Token(data.targets.size()); break;
    case Termination::halt:
      if (count > 0) targets.halts[targets.at(count - 1, n)] = 1;
      break;
    case Termination::count:
      targets.sequence_lengths[std::size_t(n)] = Token(count);
      for (Index t = 0; t < length; ++t) w.numbers(t)[n] = Real(count - t) / Real(w.longest());
  }
}

Metrics SequenceHead::measure(const TaskConfig& task, const Network& network, Workspace& w, Targets& targets,
                              bool learn) const {
  const bool halts = task.termination == Termination::halt;
  const Index K = targets.steps * targets.columns, R = network.outputs(), V = R - (halts ? 1 : 0);
  Metrics a{.predictions = count_symbols(w, targets, V, R, halts)};
  const Real scale = mean_scale(learn, a.predictions);
  softmax_cross_entropy(w.logits(), V, R, K, targets.tokens.data(), scale, targets.losses.data(), task.label_smoothing);
  add_losses(targets, a.loss);
  if (halts) {
    binary_cross_entropy(w.logits() + V, 1, R, K, targets.halts.data(), targets.counts.data(), scale,
                         targets.losses.data());
    add_losses(targets, a.loss);
  }
  if (network.lengths() >= 0) measure_lengths(network, w, targets, scale, a.loss);
  for (std::size_t n = 0; n < targets.lengths.size(); ++n) {
    if (targets.lengths[n] == 0) continue;
    ++a.total;
    a.correct += !targets.wrong[n];
  }
  return a;
}

double SequenceHead::trivial_loss(const TaskConfig&, const std::vector<Example>& train,
                                  const std::vector<Example>& measured, const Dataset& data) const {
  return unigram_loss(train, measured, data.targets.size(), true);
}

void SequenceHead::parse_target(const Predictor& p, const Json& target, Example& e) const {
  e.target = SymbolReader{.names = p.names.targets, .field = "target"}.read(target);
  const Index lengths = p.network.sizes().lengths, count = Index(e.target.size());
  if (lengths > 0 && count >= lengths)
    refuse_argument("target", phrase("at most {} symbols (the longest it was trained on)", {lengths - 1}),
                    std::to_string(count));
  if (p.config.task.termination == Termination::halt && count == 0)
    refuse_argument("target", "at least one symbol (the model halts after a step)", "none");
  if (count > 65536) refuse_argument("target", "at most 65536 symbols", std::to_string(count));
}

void SequenceHead::show_target(const Predictor& p, const Example& e, Json& json) const {
  json["target"] = spelled(e.target, p.names.targets);
}

void SequenceHead::predict(const Predictor& p, const Example& e, const PredictOptions& options, bool has_target,
                           Json& json) const {
  const std::vector<std::string>& names = p.names.targets;
  const std::vector<Hypothesis> all = decode(p.network, p.config.task, Index(names.size()), e,
                                             {.beam_width = options.beam_width,
                                              .length_penalty = options.length_penalty,
                                              .temperature = options.temperature.value_or(0),
                                              .seed = options.seed,
                                              .max_length = p.config.task.written_length()});
  json["output"] = spelled(all[0].tokens, names);
  if (!has_target) json["logProbability"] = all[0].log_probability;
  json["alternatives"] = Json::array();
  for (const Hypothesis& w : all)
    json["alternatives"].push_back(
        object({{"output", spelled(w.tokens, names)}, {"logProbability", w.log_probability}, {"score", w.score}}));
  if (!all[0].attention.empty())
    json["attention"] = rows_json(all[0].attention, std::max<Index>(Index(e.input.size()), 1));
}

}  // namespace unfold
