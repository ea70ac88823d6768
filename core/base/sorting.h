// Sorting where a list is short or sorted once. A heap sort: a fifth of the code that std::sort unrolls into for each
// type of element, and every byte travels to the browser.
#pragma once

#include <algorithm>
#include <functional>

namespace unfold {

/// In place, in the order of `less`, which must leave no ties that matter.
template <class List, class Less = std::less<>>
void sort(List& list, Less less = {}) {
  std::make_heap(list.begin(), list.end(), less);
  std::sort_heap(list.begin(), list.end(), less);
}

}  // namespace unfold
