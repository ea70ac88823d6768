#include "unfold/base/phrase.h"

namespace unfold {

void Part::append_to(std::string& out) const {
  switch (kind_) {
    case Kind::literal: out += static_cast<const char*>(text_); break;
    case Kind::string: out += *static_cast<const std::string*>(text_); break;
    case Kind::view: out += *static_cast<const std::string_view*>(text_); break;
    case Kind::number: out += std::to_string(number_); break;
  }
}

std::string counted(Index n, const char* one) { return phrase(n == 1 ? "{} {}" : "{} {}s", {n, one}); }

std::string assemble(const char* format, const Part* parts) {
  std::string text;
  for (; *format; ++format)
    if (format[0] == '{' && format[1] == '}') {
      parts++->append_to(text);
      ++format;
    } else {
      text += *format;
    }
  return text;
}

}  // namespace unfold
