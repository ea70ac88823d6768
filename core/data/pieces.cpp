#include "unfold/data/pieces.h"

#include "unfold/base/hash.h"
#include "unfold/base/utf8.h"

namespace unfold {
namespace {

constexpr int most_letters = 64;  // of a piece: a text without blanks would be one word

constexpr std::uint32_t letter_ranges[][2]{{'0', '9'},        {'A', 'Z'},       {'a', 'z'},       {0xAA, 0xAA},
                                           {0xB5, 0xB5},      {0xBA, 0xBA},     {0xC0, 0x167F},   {0x1681, 0x1FFF},
                                           {0x200B, 0x200F},  {0x2C00, 0x2DFF}, {0xA000, 0xD7FF}, {0xFB00, 0xFEFE},
                                           {0x10000, 0x1EFFF}};

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }

}  // namespace

Pieces::Symbol Pieces::symbol(std::size_t at) const {
  if (unit_ == Unit::bpe) return {static_cast<unsigned char>(text_[at]), at + 1};
  std::size_t next = at;
  const std::uint32_t code = next_code_point(text_, next);
  return {code, next == at ? at + 1 : next};
}

bool Pieces::letter(std::size_t at) const {
  if (at >= text_.size()) return false;
  const std::uint32_t code = symbol(at).code;
  if (unit_ == Unit::bpe && code >= 0x80) return true;
  for (const auto& [low, high] : letter_ranges)
    if (code >= low && code <= high) return true;
  return false;
}

/// Where a word that begins at `at` ends; `at`, if there is none.
std::size_t Pieces::word_end(std::size_t at) const {
  if (!letter(at)) return at;
  at = symbol(at).end;
  for (int count = 1; count < most_letters && at < text_.size(); ++count) {
    const Symbol s = symbol(at);
    const bool apostrophe = s.code == '\'' || (s.code == 0x2019 && unit_ == Unit::word);
    const std::size_t next = apostrophe ? s.end : at;
    if (!letter(next)) break;
    at = symbol(next).end;
  }
  return at;
}

std::size_t Pieces::field_end(std::size_t at) const {
  if (text_[at] == '\n') return at + 1;
  for (int count = 0; count < most_letters && at < text_.size() && text_[at] != '\n' && !blank(text_[at]); ++count)
    at = symbol(at).end;
  return at;
}

bool Pieces::next() {
  std::size_t at = begin = end;
  if (unit_ == Unit::whitespace)
    while (at < text_.size() && blank(text_[at])) ++at;
  if (at >= text_.size()) return false;
  const std::size_t from = at;
  if (unit_ == Unit::whitespace) {
    end = field_end(at);
  } else {
    const char after = at + 1 < text_.size() ? text_[at + 1] : ' ';
    if (text_[at] == ' ' && after != ' ' && after != '\t' && after != '\n' && after != '\r') ++at;
    end = word_end(at);
    if (end == at) end = symbol(at).end;
  }
  piece = text_.substr(from, end - from);
  return true;
}

std::uint32_t Numbering::of(std::string_view text) {
  const auto hash_of = [](std::string_view t) {
    Hash hash;
    hash.add(t.data(), t.size());
    return std::size_t(hash.value() ^ hash.value() >> 32);
  };
  if (2 * texts_.size() >= slots_.size()) {
    slots_.assign(slots_.empty() ? 1024 : 2 * slots_.size(), 0);
    for (std::uint32_t number = 0; number < texts_.size(); ++number) {
      std::size_t at = hash_of(texts_[number]) & (slots_.size() - 1);
      while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = number + 1;
    }
  }
  std::size_t at = hash_of(text) & (slots_.size() - 1);
  for (; slots_[at] != 0; at = (at + 1) & (slots_.size() - 1))
    if (texts_[slots_[at] - 1] == text) return slots_[at] - 1;
  texts_.push_back(text);
  slots_[at] = std::uint32_t(texts_.size());
  return slots_[at] - 1;
}

std::size_t code_points_in(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

}  // namespace unfold
