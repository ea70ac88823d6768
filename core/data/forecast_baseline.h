// What a model of regress has to beat: simple forecasts of each column from its own past, fitted to the training part.
#pragma once

#include <array>
#include <vector>

#include "unfold/data/dataset.h"

namespace unfold {

enum class SimpleForecast { naive, seasonal_naive, drift, linear };
inline constexpr std::array<const char*, 4> simple_forecast_names{"naive", "seasonalNaive", "drift", "linear"};

/// The true numbers of column j of the answers of an example, from its past on: y[t + first] is the answer of step t.
/// Where one is missing, the one before it.
/// first = 1: the column is read, too, so the first number is known before the first answer; else 0.
struct ColumnSeries {
  std::vector<double> y;
  Index first = 0;
};

/// Fitted to the training examples of a task that predicts the next row, in double and in their order.
class ForecastBaselines {
 public:
  explicit ForecastBaselines(const Dataset& data, const NumberLoss& loss = {});

  const NumberLoss& loss() const { return loss_; }

  /// Steps after which the first column that is predicted repeats itself: the smallest lag whose autocorrelation, of
  /// the differences between neighbouring rows, is a peak near the highest one; 0: none.
  Index season() const { return season_; }
  /// Lags that the linear predictor reads.
  Index order() const { return order_; }

  ColumnSeries series_of(const Example& e, Index column) const;
  /// The best constant prediction of a column.
  double constant(Index column) const { return columns_[std::size_t(column)].constant; }
  /// What follows the first `count` numbers of y, `steps` of them.
  ///   naive           the last number
  ///   seasonal_naive  the number one season earlier; without a season the last one
  ///   drift           the last number, and on along the line from the first one
  ///   linear          c + Σ a_k·y_{t−k}, least squares, its answers being read again; naive while fewer numbers are
  ///                   known than it reads
  std::vector<double> forecast(SimpleForecast kind, Index column, const std::vector<double>& y, Index count,
                               Index steps) const;

 private:
  struct Fitted {
    Index read = -1;             // its place in the numbers of a step, −1: it is not read
    double mean = 0, scale = 1;  // of the training part
    double constant = 0;
    std::vector<double> weights;  // [order + 1] of (y − mean)/scale, the constant last; empty: not fitted
  };
  void find_season(const Dataset& data);
  void fit(const Dataset& data, Index column);
  double best(const Dataset& data, Index column) const;

  NumberLoss loss_;
  Index outputs_;
  Index season_ = 0, order_ = 1;
  std::vector<Fitted> columns_;
};

}  // namespace unfold
