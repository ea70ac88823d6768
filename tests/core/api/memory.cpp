#include "api/memory.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>

namespace unfold::test::memory {
namespace {

std::atomic<long> count{0}, live{0}, peak{0}, countdown{-1};
std::atomic<long> most{std::numeric_limits<long>::max()};
std::atomic<std::size_t> smallest{0};
std::atomic<bool> has_failed{false};

void* take(std::size_t size, std::size_t alignment) {
  ++count;
  if (size >= smallest && countdown.load() >= 0 && countdown.fetch_sub(1) == 0) {
    has_failed = true;
    throw std::bad_alloc();
  }
  while (live.load() + long(size) > most.load()) {  // as operator new does it
    has_failed = true;
    const std::new_handler handler = std::get_new_handler();
    if (!handler) throw std::bad_alloc();
    handler();
  }
  void* at = nullptr;
  if (alignment <= alignof(std::max_align_t))
    at = std::malloc(size ? size : 1);
  else if (posix_memalign(&at, alignment, size ? size : 1) != 0)
    at = nullptr;
  if (!at) throw std::bad_alloc();
  const long now = live += long(malloc_usable_size(at));
  long highest = peak;
  while (now > highest && !peak.compare_exchange_weak(highest, now));
  return at;
}

void give_back(void* at) {
  if (at) live -= long(malloc_usable_size(at));
  std::free(at);
}

}  // namespace

long allocations() { return count; }
long live_bytes() { return live; }
long peak_bytes() { return peak; }
void reset_peak() { peak = live.load(); }
void fail_after(long n, std::size_t at_least) {
  has_failed = false;
  smallest = at_least;
  countdown = n;
}
void limit_live(long bytes) {
  has_failed = false;
  most = bytes < 0 ? std::numeric_limits<long>::max() : bytes;
}
bool failed() { return has_failed; }

}  // namespace unfold::test::memory

using unfold::test::memory::give_back;
using unfold::test::memory::take;

void* operator new(std::size_t size) { return take(size, 0); }
void* operator new[](std::size_t size) { return take(size, 0); }
void* operator new(std::size_t size, std::align_val_t alignment) { return take(size, std::size_t(alignment)); }
void* operator new[](std::size_t size, std::align_val_t alignment) { return take(size, std::size_t(alignment)); }
// As the standard library's own, which AddressSanitizer would replace by one that does not fit our delete.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return take(size, 0);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* at) noexcept { give_back(at); }
void operator delete[](void* at) noexcept { give_back(at); }
void operator delete(void* at, std::size_t) noexcept { give_back(at); }
void operator delete[](void* at, std::size_t) noexcept { give_back(at); }
void operator delete(void* at, std::align_val_t) noexcept { give_back(at); }
void operator delete[](void* at, std::align_val_t) noexcept { give_back(at); }
void operator delete(void* at, std::size_t, std::align_val_t) noexcept { give_back(at); }
void operator delete[](void* at, std::size_t, std::align_val_t) noexcept { give_back(at); }
