// One pool of threads for the process, and the one way to use it: split a range into contiguous parts, each
// computed whole by one thread. Every number is made by one thread in one fixed order, so the number of
// threads never shows in a result (no reductions across threads, no per-thread copies).
#pragma once

#include <type_traits>

#include "unfold/base/real.h"

namespace unfold {

/// Sets the number of threads, the caller's included. Clamped to 1…64; 1 in a build without threads.
/// Not to be called while work is under way. Returns the number in force.
int set_threads(int count);
int threads();
/// Cores of this machine (1 in a build without threads).
int hardware_threads();

namespace detail {
using Task = void (*)(const void* context, Index begin, Index end);
void run_parallel(Index count, Index align, double cost, Task task, const void* context);
}  // namespace detail

/// Calls f(begin, end) for contiguous parts of [0, count), one part a thread, boundaries at multiples of
/// `align`; returns when all are done. `cost` is the work of the whole range in floating-point operations:
/// below a few tens of microseconds' worth the caller does it alone. f must not throw.
template <class F>
void parallel_for(Index count, Index align, double cost, const F& f) {
  detail::run_parallel(
      count, align, cost,
      [](const void* context, Index begin, Index end) { (*static_cast<const F*>(context))(begin, end); }, &f);
}

}  // namespace unfold
