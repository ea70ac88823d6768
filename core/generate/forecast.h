// Forecasts of numbers: a network goes on from its own answers.
#pragma once

#include <span>

#include "unfold/base/function_ref.h"
#include "unfold/base/rng.h"
#include "unfold/data/data_loader.h"

namespace unfold {

/// What a forecast begins with.
struct ForecastStart {
  const Example& example;
  Index steps = 1;
  std::uint64_t seed = 1;
  /// Of every step but the last, what the columns hold that are read and not predicted, unscaled, row after row.
  std::span<const Real> future;
};

/// How many columns are read and not predicted.
Index known_columns(const Dataset& names);

/// Reads the example's numbers, then goes on for `steps` steps: `next` of each number of the readout is what is
/// predicted, and the loss's answer, of each column that is read, the next input. Returns all of these,
/// [outputs × steps], scaled. Throws Error{invalid_state} if the network does not predict what it reads, and the
/// future does not say it.
std::vector<Real> forecast(Network& network, const NumberLoss& loss, const Dataset& names, const ForecastStart& start,
                           FunctionRef<Real(Real, Rng&)> next);

/// The same of a loss with several outputs (NumberLoss::outputs), whose band widens as the answers that it goes on from
/// become uncertain: from the second step on the outputs beside the answer are those of `sample_paths` paths, each of
/// which goes on from numbers that were drawn from what the network says. Of a Gaussian that is the variance; of
/// quantiles those of what was drawn, between which a distribution is taken to be linear. `seed` draws.
std::vector<Real> forecast_band(Network& network, const NumberLoss& loss, const Dataset& names,
                                const ForecastStart& start);
inline constexpr Index sample_paths = 100;

}  // namespace unfold
