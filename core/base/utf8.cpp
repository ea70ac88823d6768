#include "unfold/base/utf8.h"

namespace unfold {

std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t more = lead < 0x80                   ? 0
                           : lead >= 0xC2 && lead < 0xE0 ? 1
                           : lead >= 0xE0 && lead < 0xF0 ? 2
                           : lead >= 0xF0 && lead < 0xF5 ? 3
                                                         : text.size();
  if (more >= text.size() - at) return no_code_point;
  std::uint32_t code = more == 0 ? lead : lead & (0x3Fu >> more);
  for (std::size_t k = 1; k <= more; ++k) {
    const auto next = static_cast<unsigned char>(text[at + k]);
    if ((next & 0xC0) != 0x80) return no_code_point;
    code = code << 6 | (next & 0x3F);
  }
  const bool overlong = (more == 2 && code < 0x800) || (more == 3 && code < 0x10000);
  if (overlong || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return no_code_point;
  at += more + 1;
  return code;
}

std::size_t broken_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  const std::size_t whole = lead < 0xC2 || lead > 0xF4 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;  // of the second byte
  unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  std::size_t length = 1;
  for (; length < whole && length < text.size() && byte(length) >= low && byte(length) <= high; ++length)
    low = 0x80, high = 0xBF;
  return length;
}

void append_utf8(std::uint32_t code, std::string& out) {
  const auto put = [&](std::uint32_t byte) { out.push_back(char(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
  }
  put(0x80 | (code & 0x3F));
}

std::size_t append_readable(std::string_view bytes, bool whole, std::string& out) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::size_t from = at;
    if (next_code_point(bytes, at) != no_code_point) {
      out += bytes.substr(from, at - from);
      continue;
    }
    const std::size_t broken = broken_length(bytes.substr(at));
    const auto lead = static_cast<unsigned char>(bytes[at]);
    if (!whole && at + broken == bytes.size() && lead >= 0xC2 && lead < 0xF5) return at;
    append_utf8(0xFFFD, out);
    at += broken;
  }
  return at;
}

}  // namespace unfold
