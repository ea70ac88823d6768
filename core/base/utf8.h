// UTF-8, one code point at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace unfold {

/// What next_code_point answers where there is no UTF-8.
constexpr std::uint32_t no_code_point = ~0u;

/// The code point that begins at text[at], and moves `at` behind it. no_code_point where the bytes are not UTF-8
/// (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF); then `at` stays. Needs at < text.size().
std::uint32_t next_code_point(std::string_view text, std::size_t& at);

/// The bytes at the beginning of a text that is not UTF-8 there which could begin a code point, at least one: what one
/// replacement character stands for.
std::size_t broken_length(std::string_view text);

void append_utf8(std::uint32_t code, std::string& out);

/// Appends bytes that need not be UTF-8, with a replacement character for what is not. Without `whole`, bytes at the
/// end that may yet become a code point are left. Returns how many bytes were read.
std::size_t append_readable(std::string_view bytes, bool whole, std::string& out);

}  // namespace unfold
