#include "unfold/generate/backtest.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "unfold/base/numeric.h"
#include "unfold/data/forecast_baseline.h"
#include "unfold/data/table.h"
#include "unfold/generate/decoder.h"
#include "unfold/generate/forecast.h"
#include "unfold/model/loss.h"

namespace unfold {
namespace {

constexpr Index most_origins = 64;

/// Errors of forecasts, summed up.
class Errors {
 public:
  Errors(const Dataset& data, const NumberLoss& loss)
      : loss_(loss),
        scales_(data.columns, &Column::target),
        outputs_(data.columns, loss),
        columns_(std::size_t(data.outputs)) {}

  /// A point forecast of one number of a column.
  void add(Index column, double predicted, Real truth) {
    if (std::isnan(truth)) return;  // it is missing
    count(column, predicted, truth);
    columns_[std::size_t(column)].missed.push_back(scales_.scaled(column, truth) -
                                                   scales_.scaled(column, Real(predicted)));
  }
  /// What the network says of one, scaled: loss.outputs() numbers.
  void add(Index column, const Real* y, Real truth) {
    if (std::isnan(truth)) return;
    const Index R = loss_.outputs(), first = column * R;
    const auto restored = [&](Index r) { return double(outputs_.restored(first + r, y[r])); };
    count(column, restored(loss_.answer()), truth);
    double own[NumberLoss::most_quantiles];
    std::copy_n(y, R, own);
    sum_ += constant_loss(loss_, own, double(scales_.scaled(column, truth)));
    double low = restored(0), high = restored(R - 1);
    if (loss_.kind == Loss::gaussian) {
      const double reach = 1.96 * numeric::exp(high / 2);
      high = low + reach;
      low -= reach;
    }
    columns_[std::size_t(column)].within += low <= double(truth) && double(truth) <= high;
  }

  Json json() {
    for (Sums& c : columns_) add_missed(c);
    const auto each = [&](const auto& f) {
      Json list = Json::array();
      for (const Sums& c : columns_) list.push_back(f(c, std::max(c.count, 1.0)));
      return list;
    };
    const double loss = all_ > 0 ? loss_in_unit(loss_, sum_ / all_, 1, scales_.unit()) : 0;
    Json json = object({{"loss", loss},
                        {"rmse", each([](const Sums& c, double n) { return std::sqrt(c.squares / n); })},
                        {"mae", each([](const Sums& c, double n) { return c.absolutes / n; })}});
    if (loss_.band() > 0 && band_) json["coverage"] = each([](const Sums& c, double n) { return c.within / n; });
    return json;
  }

 private:
  struct Sums {
    double squares = 0, absolutes = 0, count = 0, within = 0;
    std::vector<Real> missed;  // by point forecasts, scaled
  };
  void count(Index column, double predicted, Real truth) {
    Sums& c = columns_[std::size_t(column)];
    const double error = predicted - double(truth);
    c.squares += error * error;
    c.absolutes += std::fabs(error);
    ++c.count;
    ++all_;
  }
  /// Around a point forecast a loss of several outputs gets the constant ones that fit its errors best.
  void add_missed(const Sums& c) {
    double y[NumberLoss::most_quantiles] = {};
    if (loss_.outputs() > 1) best_constant(loss_, c.missed, y);
    for (const Real v : c.missed) sum_ += constant_loss(loss_, y, double(v));
    if (!c.missed.empty()) band_ = false;
  }

  NumberLoss loss_;
  Scales scales_, outputs_;  // of columns, and of the network's outputs
  std::vector<Sums> columns_;
  double sum_ = 0, all_ = 0;
  bool band_ = true;
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

/// What the network says after each of these, [outputs × steps], scaled. Of columns that are only read it is told what
/// they hold, which dates say beforehand.
std::vector<Real> of_model(const Predictor& p, const Origin& origin, Index steps) {
  Example e = *origin.example;
  std::vector<Real> future;
  const Index D = p.names.numbers;
  for (Index t = origin.step + 1; t < origin.step + steps; ++t) {
    Index k = 0;
    for (const Column& c : p.names.columns) {
      if (c.input && !c.target) future.push_back(e.numbers[std::size_t(t * D + k)]);
      k += c.input;
    }
  }
  e.numbers.resize(std::size_t((origin.step + 1) * D));
  return forecast_band(p.network, p.config.task.loss, p.names, {e, steps, 1, future});
}

/// Errors of the simple forecasts from these origins.
void put_simple(Json& json, const Dataset& data, const ForecastBaselines& simple, const std::vector<Origin>& origins,
                Index steps) {
  const auto each = [&](const auto& predicted) {
    Errors errors(data, simple.loss());
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
    return std::vector<double>(std::size_t(steps), simple.constant(k));
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
  const NumberLoss& loss = simple.loss();
  Errors model(data, loss);
  const Index O = data.outputs;
  for (const Example& e : split) {
    const std::vector<Real> y = readout(p.network, p.config, p.names, e);
    for (Index i = e.skip * O; i < Index(e.values.size()); ++i)
      model.add(i % O, &y[std::size_t(i * loss.outputs())], e.values[std::size_t(i)]);
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
  const NumberLoss& loss = p.config.task.loss;
  const ForecastBaselines simple(data, loss);
  Json json = object({{"season", simple.season()}, {"order", simple.order()}});
  if (loss.band() > 0) json["band"] = loss.band();
  json["oneStep"] = one_step(p, data, simple, split);
  const std::vector<Origin> origins = origins_of(split, data.outputs, steps);
  const bool forecasts = std::none_of(data.columns.begin(), data.columns.end(),
                                      [](const Column& c) { return c.input && !c.target && !is_date_feature(c.name); });
  if (origins.empty() || !forecasts) return json;
  Json several = object({{"steps", steps}, {"origins", origins.size()}});
  put_simple(several, data, simple, origins, steps);
  Errors model(data, loss);
  for (const Origin& o : origins) {
    const std::vector<Real> rows = of_model(p, o, steps);
    const Index first = o.step * data.outputs;
    for (Index i = 0; i < steps * data.outputs; ++i)
      model.add(i % data.outputs, &rows[std::size_t(i * loss.outputs())], o.example->values[std::size_t(first + i)]);
  }
  several["model"] = model.json();
  json["multiStep"] = several;
  return json;
}

}  // namespace unfold
