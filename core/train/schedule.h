// Numbers that change with the training step: the learning rate, and how often scheduled sampling shows the truth.
#pragma once

#include "unfold/config/config.h"

namespace unfold {

/// Learning rate as a function of the step t, and of the validation losses for `plateau`.
///   step         η·factor^⌊t/every⌋             exponential  η·factor^(t/every)
///   cosine       minimum + (η−minimum)(1+cos(π·t/steps))/2, then minimum
///   plateau      η·factor^k, k = how often `patience` further validations brought nothing better
/// Each is multiplied by min(1, (t+1)/warmup) while t < warmup, and never falls below `minimum`.
class Schedule {
 public:
  explicit Schedule(const ScheduleConfig& config) : config_(config) {}
  /// η at step t, from 0, given the configured one.
  double rate(double base, std::int64_t step) const;
  /// A validation loss was measured.
  void observe(double loss);
  void configure(const ScheduleConfig& config) { config_ = config; }

  struct Plateau {
    double best = 1e300;
    int bad = 0, reductions = 0;
  } plateau;

 private:
  ScheduleConfig config_;
};

/// ε(i), the probability of the true symbol in scheduled sampling, at training step i, from 0; ScheduledSamplingConfig
/// has the equations.
double teacher_forcing_rate(const ScheduledSamplingConfig& config, std::int64_t step);

}  // namespace unfold
