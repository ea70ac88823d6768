#include "unfold/base/profile.h"

#include <chrono>
#include <utility>

namespace unfold {
namespace {

using Clock = std::chrono::steady_clock;

struct Record {
  std::array<double, phase_names.size()> seconds{};
  Phase phase = Phase::other;
  Clock::time_point since;
};
thread_local Record record;

}  // namespace

Phase detail::enter(Phase phase) {
  const Clock::time_point now = Clock::now();
  record.seconds[std::size_t(record.phase)] += std::chrono::duration<double>(now - record.since).count();
  record.since = now;
  return std::exchange(record.phase, phase);
}

void start_profile() {
  record = {.since = Clock::now()};
  detail::profiling = true;
}

std::array<double, phase_names.size()> stop_profile() {
  detail::enter(Phase::other);
  detail::profiling = false;
  return record.seconds;
}

}  // namespace unfold
