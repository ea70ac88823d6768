// One pool of threads for the process, and the one way to use it: parallel_for splits a range into contiguous parts,
// and one thread computes each. Every number is made by one thread in one fixed order, so the number of threads never
// shows in a result (no reductions across threads, no per-thread copies).
//
// Any thread may call parallel_for at any time, also from within one. The pool works for one caller at a time: whoever
// finds it busy computes the whole range alone, with the same result. So several models can be trained in threads of
// the caller's own; then one thread for the pool is usually best.
#pragma once

#include <type_traits>

#include "unfold/base/real.h"

namespace unfold {

/// Sets the number of threads, the caller's included. Clamped to 1…64; 1 in a build without threads. Waits for work
/// that is under way in other threads; not to be called from within parallel_for. Returns the number in force.
int set_threads(int count);
int threads();
/// Cores of this machine (1 in a build without threads).
int hardware_threads();

namespace detail {
using Task = void (*)(const void* context, Index begin, Index end);
void run_parallel(Index count, Index align, double cost, Task task, const void* context);
}  // namespace detail

/// Calls f(begin, end) for contiguous parts of [0, count), one part per thread, with boundaries at multiples of
/// `align`; returns when all are done. `cost` is the work of the whole range in floating-point operations: the caller
/// alone does what takes less than a few tens of microseconds. f must not throw.
template <class F>
void parallel_for(Index count, Index align, double cost, const F& f) {
  detail::run_parallel(
      count, align, cost,
      [](const void* context, Index begin, Index end) { (*static_cast<const F*>(context))(begin, end); }, &f);
}

}  // namespace unfold
