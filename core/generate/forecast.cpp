#include "unfold/generate/forecast.h"

#include <algorithm>
#include <cmath>

#include "unfold/base/error.h"
#include "unfold/base/numeric.h"
#include "unfold/base/phrase.h"
#include "unfold/base/sorting.h"
#include "unfold/data/scaling.h"

namespace unfold {
namespace {

/// What a network reads of a step that nobody has measured.
class NextInput {
 public:
  NextInput(const Network& network, const NumberLoss& loss, const Dataset& names, const ForecastStart& start);

  /// Column k of what step t of the forecast reads, where `answer` of an output is the number in its place.
  template <class F>
  Real at(Index t, Index k, const F& answer) const {
    const Source& from = sources_[std::size_t(k)];
    if (from.known < 0) return answer(from.output);
    return scales_.scaled(k, start_.future[std::size_t(t * known_ + from.known)]);
  }
  /// Column k of a row that was measured.
  Real given(Index t, Index k) const {
    return scales_.scaled(k, start_.example.numbers[std::size_t(t * Index(sources_.size()) + k)]);
  }

 private:
  struct Source {
    Index output = -1, known = -1;  // a column that is predicted, or of the future's rows
  };
  const ForecastStart& start_;
  std::vector<Source> sources_;
  Index known_ = 0;
  Scales scales_;
};

NextInput::NextInput(const Network& network, const NumberLoss& loss, const Dataset& names, const ForecastStart& start)
    : start_(start), scales_(names.columns, &Column::input) {
  if (network.has_encoder()) refuse_state("task", "a task that predicts its own input", "one answer for a sequence");
  Index predicted = 0;
  for (const Column& c : names.columns) {
    if (c.input && !c.target && start.steps > 1 && start.future.empty())
      refuse_state("steps", "1 (or future: what the columns will hold that are not predicted)",
                   phrase("\"{}\" is only read", {c.name}));
    if (c.input) sources_.push_back(c.target ? Source{.output = predicted} : Source{.known = known_++});
    predicted += c.target;
  }
  const Index D = network.sizes().numbers;
  for (Index k = 0; k < D && names.columns.empty(); ++k) sources_.push_back({.output = k});
  if (names.columns.empty() && D * loss.outputs() != network.outputs())
    refuse_state("task", "a task that predicts its own input (regress or notes)", "another");
}

/// See forecast; `read`: the state after the example.
std::vector<Real> run(Network& network, const NumberLoss& loss, const Dataset& names, const ForecastStart& start,
                      FunctionRef<Real(Real, Rng&)> next, State* read) {
  const Index D = network.sizes().numbers, R = network.outputs(), given = Index(start.example.numbers.size()) / D;
  const NextInput input(network, loss, names, start);
  Workspace w(network, 1, 1, false);
  Rng rng(start.seed, Stream::sampling);
  std::vector<Real> predicted, last(static_cast<std::size_t>(R));
  const auto answer = [&](Index k) { return last[std::size_t(k * loss.outputs() + loss.answer())]; };
  w.reset();
  for (Index t = 0; t + 1 < given + start.steps; ++t) {
    for (Index k = 0; k < D; ++k) {
      Real& x = w.numbers(0)[k];
      x = t < given ? input.given(t, k) : input.at(t - given, k, answer);
      if (std::isnan(x)) x = 0;  // missing
    }
    network.forward(w);
    w.carry();
    if (t + 1 < given) continue;
    if (t + 1 == given && read) *read = w.state();
    for (Index k = 0; k < R; ++k) last[std::size_t(k)] = next(w.logits()[k], rng);
    predicted.insert(predicted.end(), last.begin(), last.end());
  }
  return predicted;
}

}  // namespace

Index known_columns(const Dataset& names) {
  return Index(
      std::count_if(names.columns.begin(), names.columns.end(), [](const Column& c) { return c.input && !c.target; }));
}

std::vector<Real> forecast(Network& network, const NumberLoss& loss, const Dataset& names, const ForecastStart& start,
                           FunctionRef<Real(Real, Rng&)> next) {
  return run(network, loss, names, start, next, nullptr);
}

// Bands ------------------------------------------------------------------------------------------------------------

namespace {

/// The state of one sequence, in each of N.
State spread(const Network& network, const State& one, Index N) {
  State all;
  all.clock = one.clock;
  const Real* from = one.values.data();
  const auto repeat = [&](Index rows, std::vector<Real>& to) {
    for (Index n = 0; n < N; ++n) to.insert(to.end(), from, from + rows);
    from += rows;
  };
  const Plan& plan = network.plan();
  for (const PlanLayer& layer : plan.layers)
    for (const int state : layer.states)
      for (Index d = 0; d < plan.buffers[std::size_t(state)].delay; ++d)
        repeat(plan.buffers[std::size_t(state)].rows, all.values);
  from = one.inputs.data();
  for (Index d = 0; d < network.input_delay(); ++d) repeat(network.sizes().numbers, all.inputs);
  return all;
}

/// A number from the distribution that the outputs y of a column describe. A quantile's neighbours are those of the
/// sorted ones, and the outermost lines go on to the ends.
Real drawn(const NumberLoss& loss, const Real* y, Rng& rng) {
  const double u = rng.uniform();
  if (loss.kind == Loss::gaussian) {
    const double size = std::sqrt(-2 * numeric::log(1 - u)), angle = 2 * numeric::pi * rng.uniform();
    return Real(double(y[0]) + numeric::exp(double(y[1]) / 2) * size * numeric::cos(angle));
  }
  std::vector<Real> values(y, y + loss.outputs());
  sort(values);
  std::size_t i = 0;
  while (i + 2 < values.size() && loss.quantiles[i + 1] <= u) ++i;
  const double low = double(values[i]), share = (u - loss.quantiles[i]) / (loss.quantiles[i + 1] - loss.quantiles[i]);
  return Real(low + share * (double(values[i + 1]) - low));
}

/// Puts what the paths say of a column beside its answer.
void take_band(const NumberLoss& loss, std::vector<Real> paths, Real* y) {
  if (loss.kind == Loss::gaussian) {
    double mean = 0, squares = 0;
    for (const Real x : paths) mean += double(x) / double(paths.size());
    for (const Real x : paths) squares += (double(x) - mean) * (double(x) - mean);
    y[1] = Real(numeric::log(std::max(squares / double(paths.size() - 1), 1e-12)));
    return;
  }
  sort(paths);
  const Index middle = loss.answer();
  for (Index r = 0; r < loss.outputs(); ++r) {
    if (r == middle) continue;
    const double place = loss.quantiles[std::size_t(r)] * double(paths.size() - 1);
    const std::size_t i = std::min(std::size_t(place), paths.size() - 2);
    const Real x = Real(double(paths[i]) + (place - double(i)) * (double(paths[i + 1]) - double(paths[i])));
    y[r] = r < middle ? std::min(x, y[middle]) : std::max(x, y[middle]);
  }
}

}  // namespace

std::vector<Real> forecast_band(Network& network, const NumberLoss& loss, const Dataset& names,
                                const ForecastStart& start) {
  State read;
  std::vector<Real> rows = run(network, loss, names, start, [](Real y, Rng&) { return y; }, &read);
  const Index R = network.outputs(), D = network.sizes().numbers, O = R / loss.outputs(), M = sample_paths;
  if (start.steps < 2 || loss.outputs() < 2) return rows;
  const NextInput input(network, loss, names, start);
  Workspace w(network, 1, M, false);
  w.set_state(spread(network, read, M));
  std::vector<Real> draws(std::size_t(M * O));
  Rng rng(start.seed, Stream::sampling, 1);
  for (Index t = 0; t < start.steps; ++t) {
    for (Index m = 0; m < M; ++m)
      for (Index k = 0; k < O; ++k)
        draws[std::size_t(k * M + m)] =
            drawn(loss, (t == 0 ? rows.data() : w.logits() + m * R) + k * loss.outputs(), rng);
    for (Index k = 0; k < O && t > 0; ++k)
      take_band(loss, {draws.begin() + std::ptrdiff_t(k * M), draws.begin() + std::ptrdiff_t((k + 1) * M)},
                &rows[std::size_t(t * R + k * loss.outputs())]);
    if (t + 1 == start.steps) break;
    for (Index m = 0; m < M; ++m)
      for (Index k = 0; k < D; ++k)
        w.numbers(0)[m * D + k] = input.at(t, k, [&](Index o) { return draws[std::size_t(o * M + m)]; });
    network.forward(w);
    w.carry();
  }
  return rows;
}

}  // namespace unfold
