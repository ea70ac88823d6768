#include "unfold/base/json_walk.h"

#include <clocale>
#include <cmath>
#include <cstdlib>

#include "unfold/base/utf8.h"

namespace unfold {
namespace {

class Walk {
 public:
  Walk(std::string_view text, JsonHandler& to) : text_(text), to_(to) {}

  /// Whether the whole text is one value.
  bool run() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;  // the byte-order mark of some editors
    return value(0) && (space(), at_ == text_.size());
  }
  std::size_t at() const { return at_; }

 private:
  static constexpr int deepest = 64;

  bool is(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool digit() const { return at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; }
  bool take(char c) { return is(c) && (++at_, true); }
  void space() {
    while (is(' ') || is('\n') || is('\r') || is('\t')) ++at_;
  }
  bool word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }

  bool value(int depth) {
    space();
    if (at_ == text_.size() || depth > deepest) return false;
    switch (text_[at_]) {
      case '{': return object(depth);
      case '[': return array(depth);
      case '"': return quoted() && to_.string(string_);
      case 't': return word("true") && to_.boolean(true);
      case 'f': return word("false") && to_.boolean(false);
      case 'n': return word("null") && to_.null();
      default: return number();
    }
  }

  bool object(int depth) {
    ++at_;
    if (!to_.start_object()) return false;
    space();
    if (take('}')) return to_.end_object();
    for (;;) {
      space();
      if (!quoted() || !to_.key(string_)) return false;
      space();
      if (!take(':') || !value(depth + 1)) return false;
      space();
      if (take('}')) return to_.end_object();
      if (!take(',')) return false;
    }
  }

  bool array(int depth) {
    ++at_;
    if (!to_.start_array()) return false;
    space();
    if (take(']')) return to_.end_array();
    for (;;) {
      if (!value(depth + 1)) return false;
      space();
      if (take(']')) return to_.end_array();
      if (!take(',')) return false;
    }
  }

  /// "…" → string_.
  bool quoted() {
    string_.clear();
    if (!take('"')) return false;
    for (;;) {
      if (at_ == text_.size()) return false;
      if (take('"')) return true;
      if (take('\\')) {
        if (!escaped()) return false;
        continue;
      }
      const std::size_t from = at_;
      const std::uint32_t code = next_code_point(text_, at_);
      if (code == no_code_point || code < 0x20) return false;
      string_.append(text_, from, at_ - from);
    }
  }

  bool escaped() {
    static constexpr std::string_view names = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    const char c = at_ < text_.size() ? text_[at_++] : '\0';
    if (const std::size_t i = names.find(c); i != std::string_view::npos) {
      string_.push_back(meanings[i]);
      return true;
    }
    std::uint32_t code = 0;
    if (c != 'u' || !hexadecimal(code)) return false;
    if (code >= 0xD800 && code < 0xDC00) {  // the first half of a pair
      std::uint32_t second = 0;
      if (!word("\\u") || !hexadecimal(second) || second < 0xDC00 || second > 0xDFFF) return false;
      code = 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00);
    } else if (code >= 0xDC00 && code < 0xE000) {
      return false;
    }
    append_utf8(code, string_);
    return true;
  }

  bool hexadecimal(std::uint32_t& code) {
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = at_ < text_.size() ? text_[at_] : '\0';
      const int letter = (c | 0x20) - 'a';
      if (c >= '0' && c <= '9')
        code = code << 4 | std::uint32_t(c - '0');
      else if (letter >= 0 && letter < 6)
        code = code << 4 | std::uint32_t(letter + 10);
      else
        return false;
    }
    return true;
  }

  bool digits() {
    if (!digit()) return false;
    while (digit()) ++at_;
    return true;
  }

  bool number() {
    const std::size_t from = at_;
    const bool negative = take('-');
    std::uint64_t whole = 0;
    bool fits = true;
    if (!digit()) return false;
    if (!take('0'))
      for (; digit(); ++at_) {
        const auto next = std::uint64_t(text_[at_] - '0');
        fits = fits && whole <= (~std::uint64_t(0) - next) / 10;
        whole = 10 * whole + next;
      }
    bool fraction = false;
    if (take('.')) fraction = true;
    if (fraction && !digits()) return false;
    if (take('e') || take('E')) {
      fraction = true;
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    if (!fraction && fits && !negative) return to_.number_unsigned(whole);
    if (!fraction && fits && whole <= std::uint64_t(1) << 63) return to_.number_negative(std::int64_t(0 - whole));
    std::string word(text_, from, at_ - from);
    if (const std::size_t point = word.find('.'); point != std::string::npos)
      word[point] = *std::localeconv()->decimal_point;  // as strtod wants it
    const double x = std::strtod(word.c_str(), nullptr);
    return std::isfinite(x) && to_.number(x);
  }

  std::string_view text_;
  JsonHandler& to_;
  std::size_t at_ = 0;
  std::string string_;  // the last one
};

}  // namespace

std::size_t walk_json(std::string_view text, JsonHandler& handler) {
  Walk walk(text, handler);
  return walk.run() ? std::string_view::npos : walk.at();
}

}  // namespace unfold
