// Time passed, for what is measured; it never enters a result. The clock is the C library's: that of std::chrono
// throws, and what it throws brings messages and printf into the WebAssembly.
#pragma once

#include <ctime>

namespace unfold {

/// Seconds since some moment of the past.
inline double seconds_now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

}  // namespace unfold
