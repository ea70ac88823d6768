// Private to checkpoints: what their two halves share. checkpoint.cpp writes and reads a model, checkpoint_training.cpp
// what resumed training needs.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>

#include "unfold/io/checkpoint.h"

namespace unfold {

/// Tensors as float32, whatever Real is; keeps the copies alive.
class TensorWriter {
 public:
  /// Refuses numbers that are not finite: such a file could not be opened again.
  void add(const std::string& name, std::vector<std::int64_t> shape, const Real* data, Index size) {
    if (!std::all_of(data, data + size, [](Real x) { return std::isfinite(x); }))
      throw Error(ErrorCode::non_finite, name, "finite numbers", "NaN or infinity (nothing was saved)");
    copies_.emplace_back(data, data + size);
    file.tensors.push_back({name, std::move(shape), std::as_bytes(std::span(copies_.back()))});
  }
  TensorFile file;

 private:
  std::vector<std::vector<float>> copies_;
};

/// Reads a tensor; refuses another shape, and numbers that are not finite.
void copy_tensor(const TensorFile& file, const std::string& name, const std::vector<std::int64_t>& shape, Real* to);
/// A text of the file's metadata. Throws Error{invalid_checkpoint} if there is none.
const std::string& metadata(const TensorFile& file, const std::string& key);

/// Adds moments, state, and the best and the averaged weights; returns the rest, which is "progress" in the metadata.
Json write_training(TensorWriter& writer, const Network& network, const Trainer& trainer);
/// A field of it: a whole number from 0 to `most`, or any number.
std::int64_t whole(const Json& json, const char* key, double most = 9e15);
double number(const Json& json, const char* key);

}  // namespace unfold
