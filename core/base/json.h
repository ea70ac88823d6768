// JSON: with limits where it comes from strangers, and made from fields.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "unfold/base/error.h"

namespace unfold {

using Json = nlohmann::ordered_json;

/// Nesting ≤ 32, no key twice in an object. Throws Error with `code` and `field`.
Json parse_json(const std::string& text, ErrorCode code, const std::string& field);

/// Its text, in one line. What is not UTF-8 becomes U+FFFD; `ascii`: what is not ASCII is escaped. A fifth of
/// the code of the library's own.
std::string json_text(const Json& value, bool ascii = false);

/// Its text, cut for messages.
std::string shown(const Json& value);

/// The member of that name; null where there is none, or no object.
const Json* find_member(const Json& object, const char* name);
/// The same; throws the library's exception where there is none.
const Json& member(const Json& object, const char* name);
bool is_text(const Json& value, std::string_view text);

/// A name and a value of an object. It refers to texts and JSON, and is to be used up in the expression it stands in:
/// building an object costs the caller a few stores a field, where the library's own lists cost ten times the code.
struct Field {
  enum class Kind { null, boolean, integer, number, text, string, json };

  Field(const char* n, std::nullptr_t) : name(n), kind(Kind::null) {}
  Field(const char* n, bool value) : name(n), kind(Kind::boolean), integer(value) {}
  template <std::integral T>
  Field(const char* n, T value) : name(n), kind(Kind::integer), integer(std::int64_t(value)) {}
  template <std::floating_point T>
  Field(const char* n, T value) : name(n), kind(Kind::number), number(double(value)) {}
  Field(const char* n, const char* value) : name(n), kind(Kind::text), text(value) {}
  Field(const char* n, const std::string& value) : name(n), kind(Kind::string), string(&value) {}
  Field(const char* n, const Json& value) : name(n), kind(Kind::json), json(&value) {}

  const char* name;
  Kind kind;
  union {
    std::int64_t integer = 0;
    double number;
    const char* text;
    const std::string* string;
    const Json* json;
  };
};

/// `value`, or null where it is not known.
inline Field maybe(const char* name, bool known, double value) {
  return known ? Field(name, value) : Field(name, nullptr);
}

using Fields = std::initializer_list<Field>;

Json object(Fields fields);
/// Puts fields into an object, over those it has.
void put(Json& object, Fields fields);

}  // namespace unfold
