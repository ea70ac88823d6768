#include "unfold/base/buffer.h"

#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <string>

#include "unfold/base/error.h"
#include "unfold/base/phrase.h"

namespace unfold {

Buffer::Buffer(Index size) : size_(size) {
  if (size == 0) return;
  // Sizes are of 64 bits, addresses of WebAssembly of 32: what is beyond them must not wrap into a small block.
  constexpr auto largest = std::numeric_limits<std::size_t>::max() / sizeof(Real) - 1024;
  if (std::uint64_t(size) > largest)
    throw Error(ErrorCode::out_of_memory, "memory",
                phrase("at most {} MB at once", {std::to_string(std::int64_t(double(largest) * sizeof(Real) / 1e6))}),
                phrase("{} MB", {std::to_string(std::int64_t(double(size) * sizeof(Real) / 1e6))}));
  const std::size_t bytes = std::size_t(size) * sizeof(Real);
  data_ = static_cast<Real*>(::operator new(bytes, std::align_val_t(64)));
  std::memset(static_cast<void*>(data_), 0, bytes);
}

Buffer::~Buffer() { ::operator delete(data_, std::align_val_t(64)); }

}  // namespace unfold
