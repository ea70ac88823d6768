// Texts put together of parts: messages, names and notes.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

#include "unfold/base/real.h"

namespace unfold {

/// A text or a whole number. It refers to the text, and is to be used up in the expression it stands in.
class Part {
 public:
  Part(const char* text) : kind_(Kind::literal), text_(text) {}
  Part(const std::string& text) : kind_(Kind::string), text_(&text) {}
  Part(const std::string_view& text) : kind_(Kind::view), text_(&text) {}
  template <std::integral T>
  Part(T number) : kind_(Kind::number), number_(Index(number)) {
    static_assert(sizeof(T) <= sizeof(Index) && !std::same_as<T, bool> && !std::same_as<T, char>);
  }

  void append_to(std::string& out) const;

 private:
  enum class Kind { literal, string, view, number } kind_;
  union {
    const void* text_;
    Index number_;
  };
};

std::string assemble(const char* format, const Part* parts);

/// "1 row", "2 rows".
std::string counted(Index n, const char* one);

/// `format` with a part for each "{}". A call costs a few stores a part, where a chain of + costs a text to make, to
/// destroy and to clean up behind an exception for each: in two hundred places, and each travels to every browser.
template <std::size_t n>
std::string phrase(const char* format, const Part (&parts)[n]) {
  return assemble(format, parts);
}

}  // namespace unfold
