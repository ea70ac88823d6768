// Checkpoints to open: good ones, ones forged with a valid checksum, and files that are none.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "support.h"
#include "unfold/io/checkpoint.h"

namespace unfold::test {

using Bytes = std::vector<std::byte>;

struct NamedFile {
  std::string name;
  Bytes bytes;
};

/// A safetensors file of that header (not padded) and data; `length` replaces the header's true length.
Bytes container(const std::string& header, const std::string& data = "", std::optional<std::uint64_t> length = {});

/// The text of good_checkpoint().
const std::string& good_text();
/// A small checkpoint in the middle of training.
const Bytes& good_checkpoint();

/// A checkpoint taken apart.
struct Forge {
  explicit Forge(const Bytes& file);
  /// Put together again with a checksum that fits.
  Bytes bytes();

  struct Tensor {
    std::string name;
    std::vector<std::int64_t> shape;
    Bytes data;
  };
  Tensor& tensor(const std::string& name);
  /// Replaces `from` (which must be there) in a metadata text.
  void replace(const std::string& key, const std::string& from, const std::string& to);

  std::map<std::string, std::string> metadata;
  std::vector<Tensor> tensors;
};

/// good_checkpoint() changed and signed anew.
Bytes forged(const std::function<void(Forge&)>& edit);

/// Files that are not safetensors, or break its rules (faults A.1–A.12, A.18, A.19 of the list).
std::vector<NamedFile> bad_containers();
/// Well-formed safetensors files with a right checksum that are no checkpoint of ours (A.13–A.17, A.21, A.22).
std::vector<NamedFile> bad_checkpoints();

}  // namespace unfold::test
