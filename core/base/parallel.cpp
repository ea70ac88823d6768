#include "unfold/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "unfold/base/profile.h"

#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)
#include <pthread.h>
#endif
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace unfold {
namespace {

#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)

/// Turns of a waiting loop before it gives up its core: some 50 µs.
#if defined(__x86_64__)
void relax() { _mm_pause(); }
constexpr int spins = 4000;
#else
void relax() {}
constexpr int spins = 20000;
#endif

/// Sleeps while `word` is `seen`. WebAssembly has an instruction for it, which its C++ library does not use.
void sleep(std::atomic<unsigned>& word, unsigned seen) {
#if defined(__EMSCRIPTEN__)
  __builtin_wasm_memory_atomic_wait32(reinterpret_cast<int*>(&word), int(seen), -1);
#else
  word.wait(seen);
#endif
}

void wake_all(std::atomic<unsigned>& word) {
#if defined(__EMSCRIPTEN__)
  __builtin_wasm_memory_atomic_notify(reinterpret_cast<int*>(&word), ~0u);
#else
  word.notify_all();
#endif
}

/// Fork–join: the caller publishes a job, does part 0 itself and waits for the others. Helpers spin for
/// about as long as the gap between two products, then sleep. It belongs to one caller at a time.
///
/// The threads are those of POSIX: std::thread, its lock and its condition cost every visitor 4 kB of WebAssembly.
class Pool {
 public:
  ~Pool() { stop(); }

  void resize(int count) {
    while (!acquire()) {
      resizing_ = true;  // or a caller with job after job would never leave a gap
      std::this_thread::yield();
    }
    resizing_ = false;
    stop();
    first_ = generation_.load();
    numbers_.resize(std::size_t(count));
    for (int i = 1; i < count; ++i) {  // fewer, where the machine gives no more
      numbers_[std::size_t(i)] = {this, i};
      pthread_t helper;
      if (pthread_create(&helper, nullptr, &Pool::start, &numbers_[std::size_t(i)]) != 0) break;
      helpers_.push_back(helper);
    }
    size_.store(1 + int(helpers_.size()));
    release();
  }

  int size() const { return size_.load(std::memory_order_relaxed); }

  /// Splits the range over all threads; over none of them, and false, if the pool is busy.
  bool run(Index count, Index align, detail::Task task, const void* context) {
    if (resizing_.load(std::memory_order_relaxed) || !acquire()) return false;
    parts_ = int(std::min<Index>(size(), (count + align - 1) / align));
    count_ = count, align_ = align, task_ = task, context_ = context;
    pending_.store(int(helpers_.size()), std::memory_order_relaxed);
    publish();
    part(0);
    const Timed timed(Phase::waiting);
    for (int spin = 0; pending_.load(std::memory_order_acquire) > 0; ++spin)
      spin < spins ? relax() : std::this_thread::yield();
    release();
    return true;
  }

 private:
  bool acquire() { return !busy_.exchange(true, std::memory_order_acquire); }
  void release() { busy_.store(false, std::memory_order_release); }

  struct Number {
    Pool* owner;
    int i;
  };
  static void* start(void* number) {
    const auto [owner, i] = *static_cast<const Number*>(number);
    owner->serve(i);
    return nullptr;
  }

  void part(int i) const {
    if (i >= parts_) return;
    const Index blocks = (count_ + align_ - 1) / align_;
    const Index begin = blocks * i / parts_ * align_, end = std::min(count_, blocks * (i + 1) / parts_ * align_);
    if (begin < end) task_(context_, begin, end);
  }

  void publish() {
    generation_.fetch_add(1);
    if (sleeping_.load() > 0) wake_all(generation_);
  }

  void serve(int i) {
    for (unsigned seen = first_;; ++seen) {
      int spin = 0;
      while (generation_.load(std::memory_order_acquire) == seen && ++spin < spins) relax();
      if (generation_.load() == seen) {
        sleeping_.fetch_add(1);
        while (generation_.load() == seen) sleep(generation_, seen);
        sleeping_.fetch_sub(1);
      }
      if (stopping_.load()) return;
      part(i);
      pending_.fetch_sub(1, std::memory_order_acq_rel);
    }
  }

  void stop() {
    if (helpers_.empty()) return;
    stopping_ = true;
    publish();
    for (const pthread_t helper : helpers_) pthread_join(helper, nullptr);
    helpers_.clear();
    stopping_ = false;
  }

  std::vector<pthread_t> helpers_;
  std::vector<Number> numbers_;  // of the helpers, who read theirs once
  unsigned first_ = 0;           // the generation in which they began
  std::atomic<unsigned> generation_{0};
  std::atomic<int> pending_{0}, sleeping_{0};
  std::atomic<bool> stopping_{false}, busy_{false}, resizing_{false};
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

/// Below this many operations the second thread brings less than the fork–join takes: a few µs, or some 30 µs where the
/// helpers sleep. (A step of 16 units has five sums of biases and tokens of 2.6e5 operations each.)
constexpr double worthwhile = 4e5;

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
