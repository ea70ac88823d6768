#include <algorithm>
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
  for (Index t = e.skip; t < targets.lengths[std::size_t(n)] && !e.values.empty(); ++t) {  // a request has none
    targets.scales.scale(e.values.data() + t * O, O, targets.values.data() + Index(targets.at(t, n)) * O);
    targets.counts[targets.at(t, n)] = 1;
  }
}

double NumberHead::trivial_loss(const std::vector<Example>& train, const std::vector<Example>& measured,
                                const Dataset& data) const {
  const std::size_t O = std::size_t(data.outputs);
  const Scales scales(data.columns, &Column::target);
  const auto value = [&](const Example& e, std::size_t i) { return double(scales.scaled(Index(i % O), e.values[i])); };
  std::vector<double> constants(O);
  double rows = 0, n = 0, sum = 0;
  for (const Example& e : train) {
    for (std::size_t i = 0; i < e.values.size(); ++i) constants[i % O] += value(e, i);
    rows += double(e.values.size()) / double(O);
  }
  for (double& c : constants) c = constant(c, rows);
  for (const Example& e : measured) {
    const std::size_t first = std::size_t(e.skip) * O;
    for (std::size_t i = first; i < e.values.size(); ++i) sum += constant_loss(constants[i % O], value(e, i));
    n += double(e.values.size() - first) / double(O) * answers_per_row(data.outputs);
  }
  return n > 0 ? sum / n * scales.squared_unit() : 0;
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
