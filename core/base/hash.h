// FNV-1a, 64 bits (Fowler, Noll & Vo 1991): detects accidents, not forgery.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace unfold {

class Hash {
 public:
  void add(const void* data, std::size_t size) {
    const auto* byte = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < size; ++i) state_ = (state_ ^ byte[i]) * 1099511628211ull;
  }
  template <class T>
  void add(const std::vector<T>& list) {
    add(list.data(), list.size() * sizeof(T));
  }
  std::uint64_t value() const { return state_; }
  /// 16 hexadecimal digits.
  std::string text() const {
    std::string digits;
    for (int shift = 60; shift >= 0; shift -= 4) digits += "0123456789abcdef"[state_ >> shift & 15];
    return digits;
  }

 private:
  std::uint64_t state_ = 14695981039346656037ull;
};

}  // namespace unfold
