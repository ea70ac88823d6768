// Memory for numbers.
#pragma once

#include <utility>

#include "unfold/base/real.h"

namespace unfold {

/// 64-byte aligned storage of `size` numbers, zeroed when it is made. Throws Error{out_of_memory} where addresses
/// cannot reach so far, and std::bad_alloc.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(Index size);
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Buffer();
  Real* data() { return data_; }
  const Real* data() const { return data_; }
  Index size() const { return size_; }

 private:
  void swap(Buffer& other) {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }
  Real* data_ = nullptr;
  Index size_ = 0;
};

}  // namespace unfold
