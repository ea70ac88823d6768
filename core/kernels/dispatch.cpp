// Picks the kernels for the processor that runs us.
#include <atomic>
#include <cstring>

#include "unfold/kernels/kernels.h"

namespace unfold::kernels {

#define UNFOLD_DECLARE(name) extern const Table name;
UNFOLD_DECLARE(base_strict)
#ifdef UNFOLD_HAS_X86_VARIANTS
UNFOLD_DECLARE(avx2_strict)
UNFOLD_DECLARE(avx2_fast)
UNFOLD_DECLARE(avx512_strict)
UNFOLD_DECLARE(avx512_fast)
#endif
#ifdef __wasm__
extern const Table relaxed_fast __attribute__((weak));  // at null in a module without it
#endif

namespace {

bool always() { return true; }

// Of each kind the best last.
const Variant built[] = {
    {&base_strict, always},
#ifdef __wasm__
    {&relaxed_fast, [] { return &relaxed_fast != nullptr; }},
#endif
#ifdef UNFOLD_HAS_X86_VARIANTS
    {&avx2_strict, [] { return bool(__builtin_cpu_supports("avx2")); }},
    {&avx2_fast, [] { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }},
    {&avx512_strict, [] { return bool(__builtin_cpu_supports("avx512f")); }},
    {&avx512_fast, [] { return bool(__builtin_cpu_supports("avx512f")); }},
#endif
};

std::atomic<const Table*> current = best_of(built, false);

}  // namespace

const Table* best_of(std::span<const Variant> variants, bool fast) {
  const Table *strict = nullptr, *fused = nullptr;
  for (const Variant& v : variants)
    if (v.available()) (v.table->fast ? fused : strict) = v.table;
  return fast && fused ? fused : strict;
}

const Table& active() { return *current.load(std::memory_order_relaxed); }

bool set_fast(bool fast) {
  current = best_of(built, fast);
  return active().fast;
}

bool select(const char* name, bool fast) {
  for (const Variant& v : built)
    if (v.available() && std::strcmp(v.table->name, name) == 0 && v.table->fast == fast) {
      current = v.table;
      return true;
    }
  return false;
}

}  // namespace unfold::kernels
