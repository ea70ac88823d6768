// JSON as it is written, without a tree: the library's lists allocate when they are destroyed, which ends a program
// that is out of memory.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>

namespace unfold {

class JsonWriter {
 public:
  /// '{' or '['.
  void begin(char bracket) { separate(), text_ += bracket; }
  /// '}' or ']'.
  void end(char bracket) { text_ += bracket; }
  /// Of the value that comes next, in an object. A plain word.
  JsonWriter& key(const char* name);

  template <std::integral T>
  void value(T x) {
    integer(std::int64_t(x));
  }
  void value(bool x) { word(x ? "true" : "false"); }
  void value(double x);
  void value(const std::string& text);
  void value(const char* text) { value(std::string(text)); }
  void null() { word("null"); }

  const std::string& text() const { return text_; }

 private:
  void separate();
  void word(const char* text);
  void integer(std::int64_t x);

  std::string text_;
};

}  // namespace unfold
