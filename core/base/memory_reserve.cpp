#include "unfold/base/memory_reserve.h"

#include <atomic>
#include <cstddef>
#include <exception>
#include <new>

namespace unfold {
namespace {

// The first serves small requests when memory ends, so that the request that fails is a large one. The second is for
// destructors while an exception is under way: they ask for 16 bytes for each element of a list, and our longest list
// is a full vocabulary of 65 535.
constexpr std::size_t working_bytes = 1 << 20, unwinding_bytes = 2 << 20;
std::atomic<void*> working{nullptr}, unwinding{nullptr};

bool release(std::atomic<void*>& block) {
  void* taken = block.exchange(nullptr);
  ::operator delete(taken);
  return taken != nullptr;
}

/// Called by operator new, which tries again when this returns.
void on_failure() {
  if (release(working)) return;
  if (std::uncaught_exceptions() > 0 && release(unwinding)) return;
  throw std::bad_alloc();
}

void keep(std::atomic<void*>& block, std::size_t bytes) {
  if (block.load() != nullptr) return;
  void* taken = ::operator new(bytes, std::nothrow);
  void* none = nullptr;
  if (!block.compare_exchange_strong(none, taken)) ::operator delete(taken);
}

}  // namespace

void keep_memory_reserve() noexcept {
  std::set_new_handler(nullptr);  // these requests must not be served from the reserve
  keep(unwinding, unwinding_bytes);
  keep(working, working_bytes);
  std::set_new_handler(on_failure);
}

}  // namespace unfold
