#include "unfold/base/profile.h"

#include <utility>

#include "unfold/base/clock.h"

namespace unfold {
namespace {

struct Record {
  std::array<double, phase_names.size()> seconds{};
  Phase phase = Phase::other;
  double since = 0;
};
thread_local Record record;

}  // namespace

Phase detail::enter(Phase phase) {
  const double now = seconds_now();
  record.seconds[std::size_t(record.phase)] += now - record.since;
  record.since = now;
  return std::exchange(record.phase, phase);
}

void start_profile() {
  record = {.since = seconds_now()};
  detail::profiling = true;
}

std::array<double, phase_names.size()> stop_profile() {
  detail::enter(Phase::other);
  detail::profiling = false;
  return record.seconds;
}

}  // namespace unfold
