#include "unfold/generate/backtest.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "unfold/data/forecast_baseline.h"
#include "unfold/generate/decoder.h"

namespace unfold {
namespace {

constexpr Index most_origins = 64;

/// Errors of forecasts, summed up.
class Errors {
 public:
  explicit Errors(const Dataset& data)
      : scales_(data.columns, &Column::target),
        squares_(std::size_t(data.outputs)),
        absolutes_(squares_.size()),
        counts_(squares_.size()) {}

  /// Of one number of a column.
  void add(Index column, double predicted, Real truth) {
    if (std::isnan(truth)) return;  // it is missing
    const std::size_t k = std::size_t(column);
    const double y = double(truth);
    ++counts_[k];
    squares_[k] += (predicted - y) * (predicted - y);
    absolutes_[k] += std::fabs(predicted - y);
    const double scaled = double(scales_.scaled(column, Real(predicted))) - double(scales_.scaled(column, truth));
    loss_ += scaled * scaled * scales_.squared_unit();
    ++all_;
  }
  Json json() const {
    const auto each = [&](const std::vector<double>& sums, bool root) {
      Json list = Json::array();
      for (std::size_t k = 0; k < sums.size(); ++k) {
        const double mean = sums[k] / std::max(counts_[k], 1.0);
        list.push_back(root ? std::sqrt(mean) : mean);
      }
      return list;
    };
    const double loss = loss_ / std::max(all_, 1.0);
    return object({{"loss", loss}, {"rmse", each(squares_, true)}, {"mae", each(absolutes_, false)}});
  }

 private:
  Scales scales_;
  std::vector<double> squares_, absolutes_, counts_;
  double loss_ = 0, all_ = 0;
};

struct Origin {
  const Example* example;
  Index step;  // rows 0 to step are known
};

Real answer(const Example& e, Index step, Index column, Index outputs) {
  return e.values[std::size_t(step * outputs + column)];
}

/// Steps of the split after which `steps` true rows are known.
std::vector<Origin> origins_of(const std::vector<Example>& split, Index outputs, Index steps) {
  std::vector<Origin> all, chosen;
  for (const Example& e : split)
    for (Index t = e.skip; t + steps <= Index(e.values.size()) / outputs; ++t) all.push_back({&e, t});
  const std::size_t n = std::min(all.size(), std::size_t(most_origins));
  for (std::size_t i = 0; i < n; ++i) chosen.push_back(all[i * all.size() / n]);
  return chosen;
}

/// What the network predicts after each of these, [outputs × steps].
std::vector<Real> of_model(const Predictor& p, const Origin& origin, Index steps) {
  Example e = *origin.example;
  e.numbers.resize(std::size_t((origin.step + 1) * p.names.numbers));
  std::vector<Real> rows = forecast(p.network, p.names, e, steps, 1, [](Real y, Rng&) { return y; });
  Scales(p.names.columns, &Column::target).restore(rows);
  return rows;
}

/// Errors of the simple forecasts from these origins.
void put_simple(Json& json, const Dataset& data, const ForecastBaselines& simple, const std::vector<Origin>& origins,
                Index steps) {
  const auto each = [&](const auto& predicted) {
    Errors errors(data);
    for (Index k = 0; k < data.outputs; ++k) {
      const Example* last = nullptr;
      ColumnSeries s;
      for (const Origin& o : origins) {
        if (std::exchange(last, o.example) != o.example) s = simple.series_of(*o.example, k);
        const Index known = o.step + s.first;
        const std::vector<double> rows = predicted(k, s.y, known);
        for (Index i = 0; i < steps; ++i)
          errors.add(k, rows[std::size_t(i)], answer(*o.example, o.step + i, k, data.outputs));
      }
    }
    return errors.json();
  };
  json["trivial"] = each([&](Index k, const std::vector<double>&, Index) {
    return std::vector<double>(std::size_t(steps), simple.mean(k));
  });
  for (std::size_t i = 0; i < simple_forecast_names.size(); ++i) {
    const SimpleForecast kind = SimpleForecast(i);
    if (kind == SimpleForecast::seasonal_naive && simple.season() == 0) continue;
    json[simple_forecast_names[i]] = each(
        [&](Index k, const std::vector<double>& y, Index known) { return simple.forecast(kind, k, y, known, steps); });
  }
}

Json one_step(const Predictor& p, const Dataset& data, const ForecastBaselines& simple,
              const std::vector<Example>& split) {
  std::vector<Origin> origins;
  Errors model(data);
  const Scales scales(data.columns, &Column::target);
  const Index O = data.outputs;
  for (const Example& e : split) {
    std::vector<Real> y = readout(p.network, p.config, p.names, e);
    scales.restore(y);
    for (Index i = e.skip * O; i < Index(e.values.size()); ++i)
      model.add(i % O, double(y[std::size_t(i)]), e.values[std::size_t(i)]);
    for (Index t = e.skip; t < Index(e.values.size()) / O; ++t) origins.push_back({&e, t});
  }
  Json json = object({{"predictions", origins.size()}});
  put_simple(json, data, simple, origins, 1);
  json["model"] = model.json();
  return json;
}

}  // namespace

Json backtest(const Predictor& p, const Dataset& data, const std::vector<Example>& split, Index steps) {
  if (p.config.task.kind != TaskKind::regress || p.config.task.pooled())
    refuse_state("task", "regress, of the next row (or next, of a text)", p.config.task.name());
  if (split.empty()) refuse_state("split", "a split with examples", "none");
  const ForecastBaselines simple(data);
  Json json = object({{"season", simple.season()}, {"order", simple.order()}});
  json["oneStep"] = one_step(p, data, simple, split);
  const std::vector<Origin> origins = origins_of(split, data.outputs, steps);
  const bool forecasts =
      std::none_of(data.columns.begin(), data.columns.end(), [](const Column& c) { return c.input && !c.target; });
  if (origins.empty() || !forecasts) return json;
  Json several = object({{"steps", steps}, {"origins", origins.size()}});
  put_simple(several, data, simple, origins, steps);
  Errors model(data);
  for (const Origin& o : origins) {
    const std::vector<Real> rows = of_model(p, o, steps);
    const std::size_t first = std::size_t(o.step * data.outputs);
    for (std::size_t i = 0; i < rows.size(); ++i)
      model.add(Index(i) % data.outputs, double(rows[i]), o.example->values[first + i]);
  }
  several["model"] = model.json();
  json["multiStep"] = several;
  return json;
}

}  // namespace unfold
