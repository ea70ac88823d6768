// Two functions of the C library that the JSON library uses for little, and that would bring 14 KB of it with them:
// arithmetic in quadruple precision, and all that printf can do.
#include <emscripten/em_js.h>

#include <algorithm>
#include <cstdarg>
#include <cstddef>
#include <cstring>

EM_JS(double, unfold_number, (const char* text, int length), { return Number(UTF8ToString(text, length)); });

extern "C" {

/// Of what JSON calls a number, which JavaScript reads alike: the nearest double.
double strtod(const char* text, char** end) {
  const std::size_t length = std::strspn(text, "+-.0123456789Ee");
  *end = const_cast<char*>(text) + length;
  return unfold_number(text, int(length));
}

// Nobody calls these, but they live in one object with strtod, which may not be there twice.
float strtof(const char* text, char** end) { return float(strtod(text, end)); }
long double strtold(const char* text, char** end) { return strtod(text, end); }

/// Knows hexadecimal integers with a number of digits: %.4X, %04x.
int snprintf(char* to, std::size_t size, const char* format, ...) {
  std::va_list arguments;
  va_start(arguments, format);
  std::size_t written = 0;
  const auto put = [&](char c) {
    if (written + 1 < size) to[written] = c;
    ++written;
  };
  for (; *format; ++format) {
    if (*format != '%') {
      put(*format);
      continue;
    }
    int digits = 0;
    for (++format; *format == '.' || (*format >= '0' && *format <= '9'); ++format)
      if (*format != '.') digits = 10 * digits + (*format - '0');
    const unsigned value = va_arg(arguments, unsigned);
    while (digits < 8 && value >> (4 * digits)) ++digits;
    for (int i = digits; i-- > 0;) {
      const int digit = value >> (4 * i) & 15;
      put(char(digit < 10 ? '0' + digit : digit - 10 + (*format == 'x' ? 'a' : 'A')));
    }
  }
  va_end(arguments);
  if (size > 0) to[std::min(written, size - 1)] = 0;
  return int(written);
}
}
