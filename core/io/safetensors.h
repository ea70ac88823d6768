// The safetensors file format: u64 little-endian header length, a JSON header, then raw little-endian data.
// The reader trusts nothing: every size is checked in 64 bits against the file before anything is allocated.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace unfold {

struct TensorView {
  std::string name;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> data;  // float32, little-endian
};

struct TensorFile {
  std::map<std::string, std::string> metadata;
  std::vector<TensorView> tensors;                // views into the bytes given to the reader, or into `widened`
  std::vector<std::unique_ptr<float[]>> widened;  // what was stored in 16 bits
  const TensorView* find(const std::string& name) const;
};

/// Throws Error{invalid_checkpoint}. Accepts F32 tensors, and F16 tensors, which are widened to float32 (exactly).
TensorFile read_safetensors(std::span<const std::byte> file);

/// Tensors keep their order; the header is padded with spaces to 8 bytes.
std::vector<std::byte> write_safetensors(const TensorFile& file);

}  // namespace unfold
