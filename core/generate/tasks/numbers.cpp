#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "unfold/base/phrase.h"
#include "unfold/generate/decoder.h"
#include "unfold/generate/predict.h"
#include "unfold/generate/tasks/families.h"

namespace unfold {

NetworkSizes NumberHead::sizes(const TaskConfig&, const Dataset& data) const {
  return {.symbols = data.numbers > 0 ? 0 : Index(data.inputs.size()),
          .numbers = data.numbers,
          .outputs = data.outputs,
          .context = data.context};
}

void NumberHead::fill(const TaskConfig&, const Dataset& data, const Example& e, Index n, Workspace&,
                      Targets& targets) const {
  const Index O = data.outputs;
  for (Index t = e.skip; t < targets.lengths[std::size_t(n)] && !e.values.empty(); ++t) {  // a request has none
    Real* row = targets.values.data() + Index(targets.at(t, n)) * O;
    targets.scales.scale(e.values.data() + t * O, O, row);
    targets.counts[targets.at(t, n)] = std::any_of(row, row + O, [](Real x) { return !std::isnan(x); });
  }
}

double NumberHead::trivial_loss(const std::vector<Example>& train, const std::vector<Example>& measured,
                                const Dataset& data) const {
  const std::size_t O = std::size_t(data.outputs);
  const Scales scales(data.columns, &Column::target);
  const auto each = [&](const Example& e, Index skip, const auto& f) {
    for (std::size_t i = std::size_t(skip) * O; i < e.values.size(); ++i)
      if (!std::isnan(e.values[i])) f(i % O, double(scales.scaled(Index(i % O), e.values[i])));
  };
  std::vector<double> constants(O), rows(O);
  double sum = 0, values = 0;
  for (const Example& e : train) each(e, 0, [&](std::size_t k, double v) { constants[k] += v, ++rows[k]; });
  for (std::size_t k = 0; k < O; ++k) constants[k] = constant(constants[k], rows[k]);
  for (const Example& e : measured)
    each(e, e.skip, [&](std::size_t k, double v) { sum += constant_loss(constants[k], v), ++values; });
  const double n = values / double(O) * answers_per_row(data.outputs);
  return n > 0 ? sum / n * scales.squared_unit() : 0;
}

void NumberHead::parse_target(const Predictor& p, const Json& target, Example& e) const {
  e.values = numbers_of(target, p.names.outputs, "target", p.config.dataset.missing == Missing::mask);
  const Index rows = Index(e.values.size()) / p.names.outputs;
  const Index expected = p.config.task.pooled() ? 1 : Index(e.numbers.size()) / p.names.numbers;
  if (rows != expected) refuse_argument("target", phrase("{} rows", {expected}), std::to_string(rows));
}

void NumberHead::show_target(const Predictor& p, const Example& e, Json& json) const {
  json["target"] = rows_json(e.values, p.names.outputs);
}

void NumberHead::predict(const Predictor& p, const Example& e, const PredictOptions& options, bool, Json& json) const {
  std::vector<Real> values = readout(p.network, p.config, p.names, e);
  transform(values.data(), Index(values.size()));
  const Scales scales(p.names.columns, &Column::target);
  scales.restore(values);
  const Index O = p.network.outputs();
  json["values"] = rows_json(values, O);
  if (options.steps == 0) return;
  const double heat = temperature(options);
  const auto next = [&](Real y, Rng& rng) { return next_input(y, heat, rng); };
  std::vector<Real> rows = forecast(p.network, p.names, e, options.steps, options.seed, next);
  scales.restore(rows);
  json["forecast"] = rows_json(rows, O);
}

}  // namespace unfold
