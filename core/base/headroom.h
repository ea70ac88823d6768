// A little memory kept for the moment when there is none. An allocation that fails while an error is on its way out
// would end the program: the JSON library allocates in its destructors.
#pragma once

namespace unfold {

/// Sets the memory aside, if that has not been done or it has been used, and sees to it that a failing operator new
/// falls back on it. To be called before work that may run out of memory; does its best and never fails.
void keep_headroom() noexcept;

}  // namespace unfold
