#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "unfold/base/numeric.h"
#include "unfold/base/phrase.h"
#include "unfold/generate/decoder.h"
#include "unfold/generate/forecast.h"
#include "unfold/generate/predict.h"
#include "unfold/generate/tasks/families.h"
#include "unfold/model/loss.h"

namespace unfold {

NetworkSizes NumberHead::sizes(const TaskConfig& task, const Dataset& data) const {
  return {.symbols = data.numbers > 0 ? 0 : Index(data.inputs.size()),
          .numbers = data.numbers,
          .outputs = data.outputs * task.loss.outputs(),
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

double NumberHead::trivial_loss(const TaskConfig& task, const std::vector<Example>& train,
                                const std::vector<Example>& measured, const Dataset& data) const {
  const std::size_t O = std::size_t(data.outputs), R = std::size_t(task.loss.outputs());
  const Scales scales(data.columns, &Column::target);
  const auto each = [&](const Example& e, Index skip, const auto& f) {
    for (std::size_t i = std::size_t(skip) * O; i < e.values.size(); ++i)
      if (!std::isnan(e.values[i])) f(i % O, scales.scaled(Index(i % O), e.values[i]));
  };
  std::vector<std::vector<Real>> values(O);
  std::vector<double> constants(O * R);
  double sum = 0, count = 0;
  for (const Example& e : train) each(e, 0, [&](std::size_t k, Real v) { values[k].push_back(v); });
  for (std::size_t k = 0; k < O; ++k) fit_constant(task, std::move(values[k]), &constants[k * R]);
  for (const Example& e : measured)
    each(e, e.skip, [&](std::size_t k, Real v) { sum += constant_loss(task, &constants[k * R], double(v)), ++count; });
  const double n = count / double(O) * answers_per_row(data.outputs);
  return n > 0 ? loss_in_unit(task.loss, sum / n, 1, scales.unit()) : 0;
}

void NumberHead::parse_target(const Predictor& p, const Json& target, Example& e) const {
  e.values = numbers_of(target, p.names.outputs, "target", p.config.dataset.missing == Missing::mask);
  const Index rows = Index(e.values.size()) / p.names.outputs;
  const Index expected = p.config.task.pooled() ? 1 : Index(e.numbers.size()) / p.names.numbers;
  if (rows != expected) refuse_argument("target", counted(expected, "row"), std::to_string(rows));
}

void NumberHead::show_target(const Predictor& p, const Example& e, Json& json) const {
  json["target"] = rows_json(e.values, p.names.outputs);
}

namespace {

/// Rows of readouts y in the file's units: the answers, and what a loss has beside them.
void put_rows(const NumberLoss& loss, const std::vector<Real>& y, Index O, bool forecast, Json& json) {
  const std::size_t R = std::size_t(loss.outputs());
  std::vector<Real> answers, deviations;
  for (std::size_t i = 0; i < y.size(); i += R) {
    answers.push_back(y[i + std::size_t(loss.answer())]);
    if (loss.kind == Loss::gaussian) deviations.push_back(Real(numeric::exp(double(y[i + 1]) / 2)));
  }
  json[forecast ? "forecast" : "values"] = rows_json(answers, O);
  if (loss.kind == Loss::gaussian) json[forecast ? "forecastDeviations" : "deviations"] = rows_json(deviations, O);
  if (loss.kind != Loss::quantile) return;
  Json& rows = json[forecast ? "forecastQuantiles" : "quantiles"] = Json::array();
  const std::ptrdiff_t row = O * Index(R);
  for (auto at = y.begin(); at < y.end(); at += row) rows.push_back(rows_json({at, at + row}, Index(R)));
}

}  // namespace

void NumberHead::predict(const Predictor& p, const Example& e, const PredictOptions& options, bool, Json& json) const {
  const TaskConfig& task = p.config.task;
  std::vector<Real> values = readout(p.network, p.config, p.names, e);
  transform(values.data(), Index(values.size()));
  const Scales scales(p.names.columns, task.loss);
  scales.restore(values);
  const Index O = p.names.outputs;
  put_rows(task.loss, values, O, false, json);
  if (options.steps == 0) return;
  const double heat = temperature(options);
  const auto next = [&](Real y, Rng& rng) { return next_input(y, heat, rng); };
  const ForecastStart start{e, options.steps, options.seed, options.future};
  std::vector<Real> rows = task.loss.outputs() > 1 ? forecast_band(p.network, task.loss, p.names, start)
                                                   : forecast(p.network, task.loss, p.names, start, next);
  scales.restore(rows);
  put_rows(task.loss, rows, O, true, json);
}

}  // namespace unfold
