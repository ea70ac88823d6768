// A function of the C library that the reader of JSON uses for little, and that would bring arithmetic in quadruple
// precision with it.
#include <emscripten/em_js.h>

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
}
