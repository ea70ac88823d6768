// Counts every operator new of the program, and lets a chosen one fail.
#pragma once

#include <cstddef>

namespace unfold::test::memory {

/// Calls of operator new since the program began.
long allocations();
/// Bytes held now, and the most since reset_peak().
long live_bytes();
long peak_bytes();
void reset_peak();

/// Lets the n-th allocation from now on (0: the next) of at least that many bytes throw bad_alloc, once;
/// negative: none.
void fail_after(long n, std::size_t at_least = 0);
/// Lets every allocation fail that would make live_bytes() larger; negative: none. The new-handler is asked first.
void limit_live(long bytes);
/// Whether an allocation has failed since one of the two was called.
bool failed();

}  // namespace unfold::test::memory
