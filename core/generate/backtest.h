// How a model of regress and simple forecasts do on rows that training has not seen.
#pragma once

#include "unfold/data/data_loader.h"
#include "unfold/data/task_head.h"

namespace unfold {

/// For a task that predicts the next row:
///   {season, order, band?, oneStep: {predictions, trivial, naive, seasonalNaive?, drift, linear, model},
///    multiStep?: {steps, origins, the same}}
/// each of them {loss, rmse, mae}: the loss as Metrics has it, the errors of each column in the file's units. Of a loss
/// with a band (NumberLoss::band, the share that it should hold) the model has `coverage`, too: the share of each
/// column's true numbers within it. A simple forecast has none; its loss is that of the constant quantiles, or
/// deviation, that fit its errors on these rows best. One step: each row of the split from all true rows before it.
/// Several: a rolling origin, up to 64 of them evenly apart, and the mean over `steps` rows; left out where no example
/// of the split has that many, or where the model reads columns that it does not predict. Throws Error{invalid_state}
/// for an empty split or another task.
Json backtest(const Predictor& p, const Dataset& data, const std::vector<Example>& split, Index steps);

}  // namespace unfold
