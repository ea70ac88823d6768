#include "unfold/data/forecast_baseline.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "unfold/data/scaling.h"
#include "unfold/model/loss.h"

namespace unfold {
namespace {

constexpr Index most_lags = 400;         // among which a season is looked for
constexpr Index most_order = 32;         // of the linear predictor
constexpr double most_rows = 2'000'000;  // that are fitted, over all columns

/// Solves A·x = b for a symmetric, positive definite A [n × n], by Cholesky's factors, in place; false if it is none.
bool solve(std::vector<double>& A, std::vector<double>& b, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = A[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= A[i * n + k] * A[j * n + k];
      if (i == j && !(sum > 0)) return false;
      A[i * n + j] = i == j ? std::sqrt(sum) : sum / A[j * n + j];
    }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= A[i * n + k] * b[k];
    b[i] /= A[i * n + i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= A[k * n + i] * b[k];
    b[i] /= A[i * n + i];
  }
  return true;
}

}  // namespace

ForecastBaselines::ForecastBaselines(const Dataset& data, const NumberLoss& loss)
    : loss_(loss), outputs_(data.outputs), columns_(std::size_t(data.outputs)) {
  Index input = 0, target = 0;
  for (const Column& c : data.columns) {
    if (c.target) columns_[std::size_t(target++)].read = c.input ? input : -1;
    input += c.input;
  }
  for (Index k = 0; data.columns.empty() && k < outputs_; ++k) columns_[std::size_t(k)].read = k;
  Index rows = 0;
  for (const Example& e : data.train) rows += Index(e.values.size()) / outputs_;
  find_season(data);
  order_ = std::clamp<Index>(season_ > 0 && season_ < most_order ? season_ + 1 : 8, 1, std::max<Index>(rows / 4, 1));
  for (Index k = 0; k < outputs_; ++k) fit(data, k);
}

ColumnSeries ForecastBaselines::series_of(const Example& e, Index column) const {
  ColumnSeries s;
  const Index read = columns_[std::size_t(column)].read;
  if (read >= 0) s.y.push_back(double(e.numbers[std::size_t(read)]));
  s.first = Index(s.y.size());
  for (std::size_t i = std::size_t(column); i < e.values.size(); i += std::size_t(outputs_))
    s.y.push_back(double(e.values[i]));
  double last = columns_[std::size_t(column)].mean;
  for (double& y : s.y) y = last = std::isnan(y) ? last : y;
  return s;
}

void ForecastBaselines::find_season(const Dataset& data) {
  std::vector<std::vector<double>> changes;
  Index longest = 0;
  double count = 0, sum = 0;
  for (const Example& e : data.train) {
    const std::vector<double> y = series_of(e, 0).y;
    std::vector<double>& d = changes.emplace_back();
    for (std::size_t t = 1; t < y.size(); ++t) {
      d.push_back(y[t] - y[t - 1]);
      sum += d.back();
      ++count;
    }
    longest = std::max(longest, Index(d.size()));
  }
  const Index lags = std::min(longest / 2, most_lags);
  std::vector<double> correlation;
  for (Index lag = 0; lag <= lags; ++lag) {
    double product = 0;
    for (const std::vector<double>& d : changes)
      for (std::size_t t = std::size_t(lag); t < d.size(); ++t)
        product += (d[t] - sum / count) * (d[t - std::size_t(lag)] - sum / count);
    correlation.push_back(product);
  }
  if (lags < 3 || !(correlation[0] > 0)) return;
  const auto peak = [&](Index lag) {
    const double* at = correlation.data() + lag;
    return lag < lags && at[0] > at[-1] && at[0] >= at[1] ? at[0] / correlation[0] : 0;
  };
  double highest = std::max(0.2, 2 / std::sqrt(count));
  const double least = highest;
  for (Index lag = 2; lag < lags; ++lag) highest = std::max(highest, peak(lag));
  for (Index lag = 2; lag < lags && season_ == 0; ++lag)
    if (peak(lag) > least && peak(lag) >= 0.9 * highest) season_ = lag;
}

/// The loss is that of scaled numbers.
double ForecastBaselines::best(const Dataset& data, Index column) const {
  const Scales scales(data.columns, &Column::target);
  std::vector<Real> values;
  for (const Example& e : data.train)
    for (const double y : series_of(e, column).y) values.push_back(scales.scaled(column, Real(y)));
  double y[NumberLoss::most_quantiles];
  best_constant(loss_, std::move(values), y);
  return double(scales.restored(column, Real(y[loss_.answer()])));
}

void ForecastBaselines::fit(const Dataset& data, Index column) {
  Fitted& f = columns_[std::size_t(column)];
  const std::size_t n = std::size_t(order_) + 1;
  double count = 0, sum = 0, squares = 0;
  for (const Example& e : data.train)
    for (const double y : series_of(e, column).y) sum += y, squares += y * y, ++count;
  if (count == 0) return;
  f.mean = sum / count;
  f.constant = loss_.kind == Loss::squared ? f.mean : best(data, column);
  f.scale = std::sqrt(std::max(squares / count - f.mean * f.mean, 0.0));
  if (!(f.scale > 0)) f.scale = 1;
  std::vector<double> A(n * n), b(n), x(n, 1);
  double rows = most_rows / double(outputs_);
  for (const Example& e : data.train) {
    const std::vector<double> y = series_of(e, column).y;
    for (std::size_t t = n - 1; t < y.size() && rows > 0; ++t, --rows) {
      for (std::size_t k = 0; k + 1 < n; ++k) x[k] = (y[t - 1 - k] - f.mean) / f.scale;
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j <= i; ++j) A[i * n + j] += x[i] * x[j];
        b[i] += x[i] * (y[t] - f.mean) / f.scale;
      }
    }
  }
  double trace = 0;
  for (std::size_t i = 0; i < n; ++i) trace += A[i * n + i];
  for (std::size_t i = 0; i < n; ++i) A[i * n + i] += 1e-9 * trace + 1e-12;  // lags may repeat each other
  if (solve(A, b, n)) f.weights = std::move(b);
}

std::vector<double> ForecastBaselines::forecast(SimpleForecast kind, Index column, const std::vector<double>& y,
                                                Index count, Index steps) const {
  const Fitted& f = columns_[std::size_t(column)];
  if (count == 0) return std::vector<double>(std::size_t(steps), f.mean);
  std::vector<double> more;
  const auto past = [&](Index t) { return t < count ? y[std::size_t(t)] : more[std::size_t(t - count)]; };
  const double slope = count > 1 ? (past(count - 1) - past(0)) / double(count - 1) : 0;
  const bool seasonal = kind == SimpleForecast::seasonal_naive && season_ > 0;
  const bool linear = kind == SimpleForecast::linear && !f.weights.empty();
  for (Index t = count; t < count + steps; ++t) {
    double next = past(t - 1);
    if (kind == SimpleForecast::drift) next += slope;
    if (seasonal && t >= season_) next = past(t - season_);
    if (linear && t >= order_) {
      double z = f.weights.back();
      for (Index i = 0; i < order_; ++i) z += f.weights[std::size_t(i)] * (past(t - 1 - i) - f.mean) / f.scale;
      next = z * f.scale + f.mean;
    }
    more.push_back(next);
  }
  return more;
}

}  // namespace unfold
