#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

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
  for (Index t = 0; t < targets.lengths[std::size_t(n)] && !e.values.empty(); ++t) {  // a request has none
    const Real* row = e.values.data() + t * O;
    std::copy_n(row, O, targets.values.data() + Index(targets.at(t, n)) * O);
    targets.counts[targets.at(t, n)] = std::any_of(row, row + O, [](Real x) { return !std::isnan(x); });
  }
}

double NumberHead::trivial_loss(const std::vector<Example>& train, const std::vector<Example>& measured,
                                const Dataset& data) const {
  const std::size_t O = std::size_t(data.outputs);
  std::vector<double> constants(O), rows(O);
  double sum = 0;
  for (const Example& e : train) {
    for (std::size_t i = 0; i < e.values.size(); ++i)
      if (!std::isnan(e.values[i])) constants[i % O] += double(e.values[i]), ++rows[i % O];
  }
  for (std::size_t k = 0; k < O; ++k) constants[k] = constant(constants[k], rows[k]);
  double values = 0;
  for (const Example& e : measured)
    for (std::size_t i = 0; i < e.values.size(); ++i)
      if (!std::isnan(e.values[i])) sum += constant_loss(constants[i % O], double(e.values[i])), ++values;
  const double n = values / double(O) * answers_per_row(data.outputs);
  return n > 0 ? sum / n : 0;
}

void NumberHead::parse_target(const Predictor& p, const Json& target, Example& e) const {
  e.values = numbers_of(target, p.names.outputs, "target");
  const Index rows = Index(e.values.size()) / p.names.outputs;
  const Index expected = p.config.task.pooled() ? 1 : Index(e.numbers.size()) / p.names.numbers;
  if (rows != expected) refuse_argument("target", std::to_string(expected) + " rows", std::to_string(rows));
}

void NumberHead::show_target(const Predictor& p, const Example& e, Json& json) const {
  json["target"] = rows_json(e.values, p.names.outputs);
}

void NumberHead::predict(const Predictor& p, const Example& e, const PredictOptions& options, bool, Json& json) const {
  std::vector<Real> values = readout(p.network, p.config, p.names, e);
  transform(values.data(), Index(values.size()));
  const Index O = p.network.outputs();
  json["values"] = rows_json(values, O);
  if (options.steps == 0) return;
  const double heat = temperature(options);
  const auto next = [&](Real y, Rng& rng) { return next_input(y, heat, rng); };
  json["forecast"] = rows_json(forecast(p.network, p.config, e, options.steps, options.seed, next), O);
}

}  // namespace unfold
