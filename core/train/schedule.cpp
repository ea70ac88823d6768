#include "unfold/train/schedule.h"

#include <algorithm>

#include "unfold/base/numeric.h"

namespace unfold {
namespace {

double step_decay(const ScheduleConfig& c, double base, std::int64_t step) {
  return base * numeric::power(c.factor, step / c.every);
}

double exponential_decay(const ScheduleConfig& c, double base, std::int64_t step) {
  return base * numeric::exp(numeric::log(c.factor) * (double(step) / double(c.every)));
}

double cosine_annealing(const ScheduleConfig& c, double base, std::int64_t step) {
  const double share = std::min(1.0, double(step) / double(c.steps));
  return c.minimum + (base - c.minimum) * (1 + numeric::cos(numeric::pi * share)) / 2;
}

double reduced_on_plateau(const ScheduleConfig& c, double base, int reductions) {
  return base * numeric::power(c.factor, reductions);
}

/// Without warm-up and minimum.
double scheduled(const ScheduleConfig& c, double base, std::int64_t step, int reductions) {
  switch (c.kind) {
    case ScheduleKind::constant: return base;
    case ScheduleKind::step: return step_decay(c, base, step);
    case ScheduleKind::exponential: return exponential_decay(c, base, step);
    case ScheduleKind::cosine: return cosine_annealing(c, base, step);
    case ScheduleKind::plateau: return reduced_on_plateau(c, base, reductions);
  }
  return base;
}

}  // namespace

double Schedule::rate(double base, std::int64_t step) const {
  const ScheduleConfig& c = config_;
  double rate = scheduled(c, base, step, plateau.reductions);
  if (rate < c.minimum) rate = std::min(base, c.minimum);
  if (step < c.warmup) rate *= double(step + 1) / double(c.warmup);
  return rate;
}

void Schedule::observe(double loss) {
  if (loss < plateau.best * (plateau.best < 0 ? 1 + 1e-4 : 1 - 1e-4)) {
    plateau.best = loss;
    plateau.bad = 0;
  } else if (++plateau.bad > config_.patience) {
    plateau.bad = 0;
    ++plateau.reductions;
  }
}

namespace {

double linear_decay(const ScheduledSamplingConfig& c, double i) { return c.start - i / c.k; }

double exponential_decay(const ScheduledSamplingConfig& c, double i) {
  return c.start * numeric::exp(i * numeric::log(1 - 1 / std::max(c.k, 1 + 1e-9)));
}

double inverse_sigmoid_decay(const ScheduledSamplingConfig& c, double i) {
  return c.start * c.k / (c.k + numeric::exp(std::min(i / c.k, 700.0)));
}

}  // namespace

double teacher_forcing_rate(const ScheduledSamplingConfig& c, std::int64_t step) {
  const double i = double(step);
  switch (c.kind) {
    case ScheduledSamplingKind::none: return 1;
    case ScheduledSamplingKind::linear: return std::max(c.minimum, linear_decay(c, i));
    case ScheduledSamplingKind::exponential: return std::max(c.minimum, exponential_decay(c, i));
    case ScheduledSamplingKind::inverse_sigmoid: return std::max(c.minimum, inverse_sigmoid_decay(c, i));
  }
  return 1;
}

}  // namespace unfold
