// The memory reserve: a little memory set aside for when there is no more. An allocation that fails while an exception
// is under way would end the program, and the JSON library allocates in its destructors.
#pragma once

namespace unfold {

/// Sets the memory aside, unless it already is, and makes a failing operator new fall back on it. To be called before
/// work that may run out of memory; if there is too little memory for the reserve itself, there is none.
void keep_memory_reserve() noexcept;

}  // namespace unfold
