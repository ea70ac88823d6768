// libFuzzer's entry; UNFOLD_TARGET names the target of this program.
#include <cstddef>

#include "targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  unfold::fuzz::UNFOLD_TARGET({data, size});
  return 0;
}
