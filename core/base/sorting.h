// Sorting where a list is short or sorted once. A heap sort, which goes down to the leaves and comes back up: a quarter
// of the code of the library's, which is made for each type of element, and every byte travels to the browser.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>

namespace unfold {

/// Of the first `count` elements, the one at `root` goes down to its place in the heap.
template <class List, class Less>
void sift(List& list, std::size_t root, std::size_t count, Less& less) {
  auto moving = std::move(list[root]);
  std::size_t hole = root;
  for (std::size_t child; (child = 2 * hole + 1) < count; hole = child) {
    if (child + 1 < count && less(list[child], list[child + 1])) ++child;
    list[hole] = std::move(list[child]);
  }
  for (std::size_t parent; hole > root && less(list[parent = (hole - 1) / 2], moving); hole = parent)
    list[hole] = std::move(list[parent]);
  list[hole] = std::move(moving);
}

/// In place, in the order of `less`, which must leave no ties that matter.
template <class List, class Less = std::less<>>
void sort(List& list, Less less = {}) {
  std::size_t count = list.size();
  for (std::size_t root = count / 2; root-- > 0;) sift(list, root, count, less);
  while (count > 1) {
    std::swap(list[0], list[--count]);
    sift(list, 0, count, less);
  }
}

}  // namespace unfold
