// The one JSON parser (RFC 8259). The JSON library's would be a fiftieth of the WebAssembly file: it has an instance
// for each kind of input, errors of its own, and readers of binary formats.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "unfold/base/json.h"

namespace unfold {

/// Receives the values of a text, in order. Each call returns whether the walk goes on.
class JsonHandler {
 public:
  virtual bool start_object() = 0;
  virtual bool key(std::string& name) = 0;
  virtual bool end_object() = 0;
  virtual bool start_array() = 0;
  virtual bool end_array() = 0;
  virtual bool null() = 0;
  virtual bool boolean(bool x) = 0;
  virtual bool string(std::string& text) = 0;
  /// A whole number without a sign or exponent, below 2⁶⁴.
  virtual bool number_unsigned(std::uint64_t x) = 0;
  /// One with a minus sign, from −2⁶³ on.
  virtual bool number_negative(std::int64_t x) = 0;
  /// Any other; finite.
  virtual bool number(double x) = 0;

 protected:
  ~JsonHandler() = default;
};

/// Tells the handler what stands in the text, and builds nothing. Returns where it stopped: nowhere (npos) if all of
/// the text is one value of JSON in UTF-8, not nested deeper than 64, and the handler never said stop.
std::size_t walk_json(std::string_view text, JsonHandler& handler);

}  // namespace unfold
