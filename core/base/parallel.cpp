#include "unfold/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "unfold/base/profile.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace unfold {
namespace {

#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)

void relax() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

/// Fork–join: the caller publishes a job, does part 0 itself and waits for the others. Helpers spin for
/// about as long as the gap between two products, then sleep. It belongs to one caller at a time.
class Pool {
 public:
  ~Pool() { stop(); }

  void resize(int count) {
    while (!acquire()) std::this_thread::yield();
    stop();
    for (int i = 1; i < count; ++i) helpers_.emplace_back([this, i, seen = generation_.load()] { serve(i, seen); });
    size_.store(count);
    release();
  }

  int size() const { return size_.load(std::memory_order_relaxed); }

  /// Splits the range over all threads; over none of them, and false, if the pool is busy.
  bool run(Index count, Index align, detail::Task task, const void* context) {
    if (!acquire()) return false;
    parts_ = int(std::min<Index>(size(), (count + align - 1) / align));
    count_ = count, align_ = align, task_ = task, context_ = context;
    pending_.store(int(helpers_.size()), std::memory_order_relaxed);
    publish();
    part(0);
    const Timed timed(Phase::waiting);
    for (int spin = 0; pending_.load(std::memory_order_acquire) > 0; ++spin)
      spin < spins_ ? relax() : std::this_thread::yield();
    release();
    return true;
  }

 private:
  bool acquire() { return !busy_.exchange(true, std::memory_order_acquire); }
  void release() { busy_.store(false, std::memory_order_release); }

  static constexpr int spins_ = 4000;

  void part(int i) const {
    if (i >= parts_) return;
    const Index blocks = (count_ + align_ - 1) / align_;
    const Index begin = blocks * i / parts_ * align_, end = std::min(count_, blocks * (i + 1) / parts_ * align_);
    if (begin < end) task_(context_, begin, end);
  }

  void publish() {
    generation_.fetch_add(1);
    if (sleeping_.load() > 0) {
      const std::lock_guard lock(mutex_);
      wake_.notify_all();
    }
  }

  void serve(int i, unsigned seen) {
    for (;;) {
      int spin = 0;
      while (generation_.load(std::memory_order_acquire) == seen && ++spin < spins_) relax();
      if (generation_.load() == seen) {
        std::unique_lock lock(mutex_);
        sleeping_.fetch_add(1);
        wake_.wait(lock, [&] { return generation_.load() != seen; });
        sleeping_.fetch_sub(1);
      }
      ++seen;
      if (stopping_.load()) return;
      part(i);
      pending_.fetch_sub(1, std::memory_order_acq_rel);
    }
  }

  void stop() {
    if (helpers_.empty()) return;
    stopping_ = true;
    publish();
    for (auto& helper : helpers_) helper.join();
    helpers_.clear();
    stopping_ = false;
  }

  std::vector<std::thread> helpers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<unsigned> generation_{0};
  std::atomic<int> pending_{0}, sleeping_{0};
  std::atomic<bool> stopping_{false}, busy_{false};
  std::atomic<int> size_{1};
  Index count_ = 0, align_ = 1;
  int parts_ = 1;
  detail::Task task_ = nullptr;
  const void* context_ = nullptr;
};

Pool& pool() {
  static Pool instance;
  return instance;
}

#else  // a build without threads

struct Pool {
  void resize(int) {}
  int size() const { return 1; }
  bool run(Index, Index, detail::Task, const void*) { return false; }
};

Pool& pool() {
  static Pool instance;
  return instance;
}

#endif

/// Below this many operations a fork–join (a few µs) costs more than the second thread brings.
constexpr double worthwhile = 2e5;

}  // namespace

int set_threads(int count) {
  pool().resize(std::clamp(count, 1, 64));
  return pool().size();
}

int threads() { return pool().size(); }

int hardware_threads() {
#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)
  return std::max(1, int(std::thread::hardware_concurrency()));
#else
  return 1;
#endif
}

void detail::run_parallel(Index count, Index align, double cost, Task task, const void* context) {
  if (count <= 0) return;
  const Index blocks = (count + align - 1) / align;
  const bool alone = cost < worthwhile || blocks == 1 || pool().size() == 1;
  if (alone || !pool().run(count, align, task, context)) task(context, 0, count);
}

}  // namespace unfold
