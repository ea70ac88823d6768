#include "unfold/io/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "unfold/base/json_list.h"
#include "unfold/base/phrase.h"
#include "unfold/base/sorting.h"
#include "unfold/config/config.h"

#include <nlohmann/json.hpp>

namespace unfold {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::uint64_t most_header = 16u << 20, most_tensors = 10000;

/// What a file without a safetensors header looks like; "" if like nothing known. Only for such files: the first bytes
/// of a header are its length, and 640 of them are the first two bytes of a pickle.
std::string look_of(std::span<const std::byte> file) {
  const auto starts = [&](std::string_view magic) {
    return file.size() >= magic.size() && std::memcmp(file.data(), magic.data(), magic.size()) == 0;
  };
  if (starts("PK\x03\x04")) return "a zip archive (a PyTorch .pt file?)";
  if (starts("\x1f\x8b")) return "a gzip file";
  if (starts("\x80\x02") || starts("\x80\x03") || starts("\x80\x04")) return "a Python pickle";
  if (starts("<!DOCTYPE") || starts("<!doctype") || starts("<html")) return "an HTML page";
  if (starts("version https://git-lfs")) return "a Git LFS pointer";
  if (starts("\x89PNG")) return "a PNG picture";
  return "";
}

std::uint64_t offset(const Json& value, const std::string& field) {
  if (!value.is_number_unsigned()) refuse_checkpoint(field, "two whole numbers", json_text(value));
  return value.get<std::uint64_t>();
}

/// IEEE 754 half precision: every such number is a float32.
float widen(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t(half & 0x8000u) << 16, rest = half & 0x7FFFu;
  // Below 2⁻¹⁴ multiples of 2⁻²⁴; else 10 of 23 bits of the fraction, and an exponent from another zero (15, not 127).
  if (rest < 0x400u) return (sign != 0 ? -0x1p-24f : 0x1p-24f) * float(rest);
  return std::bit_cast<float>(sign | ((rest << 13) + (rest < 0x7C00u ? 112u << 23 : 224u << 23)));
}

/// The tensor as float32, which `file` then owns.
void widen(TensorView& tensor, TensorFile& file) {
  const std::size_t count = tensor.data.size() / 2;
  auto numbers = std::make_unique<float[]>(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint16_t half;
    std::memcpy(&half, tensor.data.data() + 2 * i, 2);
    numbers[i] = widen(half);
  }
  tensor.data = std::as_bytes(std::span(numbers.get(), count));
  file.widened.push_back(std::move(numbers));
}

/// Bytes of a number of the tensor.
std::uint64_t width(const std::string& name, const Json& entry) {
  const Json& type = member(entry, "dtype");
  if (is_text(type, "F16")) return 2;
  if (!is_text(type, "F32")) refuse_checkpoint(name + ".dtype", "\"F32\" or \"F16\"", json_text(type));
  return 4;
}

TensorView view(const std::string& name, const Json& entry, std::span<const std::byte> data) {
  const Json *shape_of = find_member(entry, "shape"), *offsets_of = find_member(entry, "data_offsets");
  if (entry.size() != 3 || !find_member(entry, "dtype") || !shape_of || !offsets_of)
    refuse_checkpoint(name, "dtype, shape and data_offsets", "something else");
  const std::uint64_t size = width(name, entry);
  const Json &shape = *shape_of, &offsets = *offsets_of;
  if (!shape.is_array() || shape.size() > 8)
    refuse_checkpoint(name + ".shape", "at most 8 dimensions", "something else");
  if (!offsets.is_array() || offsets.size() != 2)
    refuse_checkpoint(name + ".data_offsets", "two whole numbers", json_text(offsets));
  const std::uint64_t begin = offset(offsets[0], name + ".data_offsets");
  const std::uint64_t end = offset(offsets[1], name + ".data_offsets");
  if (begin > end || end > data.size())
    refuse_checkpoint(name + ".data_offsets", phrase("a range within the {} bytes of data", {data.size()}),
                      json_text(offsets));
  TensorView tensor{.name = name};
  std::uint64_t count = 1;
  for (const Json& length : shape) {
    const std::uint64_t n = offset(length, name + ".shape");
    if (n > data.size() || (n > 0 && count > data.size() / n))
      refuse_checkpoint(name + ".shape", "sizes that fit the file", json_text(shape));
    count *= n;
    tensor.shape.push_back(std::int64_t(n));
  }
  if (count * size != end - begin)
    refuse_checkpoint(name, phrase("{} bytes for its shape", {std::to_string(count * size)}),
                      std::to_string(end - begin));
  tensor.data = data.subspan(begin, end - begin);
  return tensor;
}

/// The tensors must cover the data exactly: no gap, no overlap, nothing behind the last.
void check_tiling(const TensorFile& file, std::span<const std::byte> data) {
  std::vector<std::pair<const std::byte*, const std::byte*>> ranges;
  for (const TensorView& t : file.tensors) ranges.push_back({t.data.data(), t.data.data() + t.data.size()});
  sort(ranges);
  const std::byte* at = data.data();
  for (const auto& [begin, end] : ranges) {
    if (begin != at)
      refuse_checkpoint("data_offsets", "tensors that cover the data without gaps or overlaps", "others");
    at = end;
  }
  if (at != data.data() + data.size()) refuse_checkpoint("data", "an end where the last tensor ends", "more bytes");
}

}  // namespace

const TensorView* TensorFile::find(const std::string& name) const {
  for (const TensorView& t : tensors)
    if (t.name == name) return &t;
  return nullptr;
}

namespace {

/// Bytes of the JSON header, which begin at byte 8. Refuses a file that has none.
std::uint64_t header_length(std::span<const std::byte> file) {
  std::uint64_t length = 0;
  if (file.size() >= 10) std::memcpy(&length, file.data(), 8);
  if (length >= 2 && length <= most_header && length <= file.size() - 8 && file[8] == std::byte('{')) return length;
  if (const std::string look = look_of(file); !look.empty()) refuse_checkpoint("file", "a safetensors file", look);
  if (file.size() < 10) refuse_checkpoint("file", "a safetensors file", phrase("{} bytes", {file.size()}));
  refuse_checkpoint("header", "a JSON header within the file", "a length of " + std::to_string(length));
}

}  // namespace

TensorFile read_safetensors(std::span<const std::byte> file) {
  const std::uint64_t length = header_length(file);
  const std::string text(reinterpret_cast<const char*>(file.data() + 8), std::size_t(length));
  const Json header = parse_json(text, ErrorCode::invalid_checkpoint, "header");
  if (!header.is_object() || header.size() > most_tensors) refuse_checkpoint("header", "an object", "something else");
  const auto data = file.subspan(std::size_t(8 + length));
  TensorFile result;
  for (const auto& [name, entry] : *header.get_ptr<const Json::object_t*>()) {
    if (name != "__metadata__") {
      result.tensors.push_back(view(name, entry, data));
      continue;
    }
    if (!entry.is_object()) refuse_checkpoint("__metadata__", "strings by name", "something else");
    for (const auto& [key, value] : *entry.get_ptr<const Json::object_t*>()) {
      if (!value.is_string()) refuse_checkpoint("__metadata__." + key, "a string", "something else");
      result.metadata[key] = value.get<std::string>();
    }
  }
  check_tiling(result, data);
  for (TensorView& tensor : result.tensors)
    if (width(tensor.name, member(header, tensor.name.c_str())) == 2) widen(tensor, result);
  return result;
}

std::vector<std::byte> write_safetensors(const TensorFile& file) {
  Json header = Json::object();
  for (const auto& [key, value] : file.metadata) header["__metadata__"][key] = value;
  std::uint64_t at = 0;
  for (const TensorView& t : file.tensors) {
    const std::uint64_t end = at + t.data.size();
    header[t.name] = object({{"dtype", "F32"},
                             {"shape", list_json(t.shape)},
                             {"data_offsets", list_json(std::initializer_list<std::uint64_t>{at, end})}});
    at = end;
  }
  std::string text = json_text(header);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  std::vector<std::byte> bytes(std::size_t(8 + length + at));
  std::memcpy(bytes.data(), &length, 8);
  std::memcpy(bytes.data() + 8, text.data(), text.size());
  std::byte* to = bytes.data() + 8 + length;
  for (const TensorView& t : file.tensors) {
    to = std::copy(t.data.begin(), t.data.end(), to);
  }
  return bytes;
}

}  // namespace unfold
