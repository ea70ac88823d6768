// Where the time of a training step goes, as seen by the thread that asks. Each thread measures for itself; nothing is
// measured unless asked.
#pragma once

#include <array>

namespace unfold {

/// hoisted: products of what is known before the scan, over all steps of the window at once; recurrent: products
/// within the scan, step by step; gradients: those of weights.
enum class Phase { hoisted, recurrent, gradients, gates, softmax, optimizer, packing, waiting, other };
inline constexpr std::array phase_names{"hoisted",   "recurrent", "gradients", "gates", "softmax",
                                        "optimizer", "packing",   "waiting",   "other"};

namespace detail {
inline thread_local bool profiling = false;
Phase enter(Phase phase);
}  // namespace detail

/// Counts the time of a scope as `phase`; that of scopes within as theirs.
class Timed {
 public:
  explicit Timed(Phase phase) : on_(detail::profiling), before_(on_ ? detail::enter(phase) : phase) {}
  ~Timed() {
    if (on_) detail::enter(before_);
  }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  bool on_;
  Phase before_;
};

/// Starts measuring on this thread.
void start_profile();

/// Stops, and returns the seconds of each phase since the start.
std::array<double, phase_names.size()> stop_profile();

}  // namespace unfold
