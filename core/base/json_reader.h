// Reading the fields of a JSON object that somebody else wrote: a configuration, a request, options. Whatever is wrong
// is refused with its field, what was expected there and what came.
#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "unfold/base/json.h"

namespace unfold {

/// A name in JSON, and the enumerator it stands for.
template <class T>
struct Named {
  const char* name;
  T value;
};

template <class T, std::size_t n>
const char* name_of(const Named<T> (&names)[n], T value) {
  for (const auto& [name, v] : names)
    if (v == value) return name;
  return "";
}

template <class T, std::size_t n>
std::array<const char*, n> names_of(const Named<T> (&names)[n]) {
  std::array<const char*, n> list;
  for (std::size_t i = 0; i < n; ++i) list[i] = names[i].name;
  return list;
}

using Choices = std::span<const char* const>;
/// "a, b, c".
std::string joined(Choices names);
/// As a list of a schema.
Json names_json(Choices names);

/// "[i]".
std::string at_index(std::size_t i);

/// A field that may be given as a bare value, standing for `name` inside an object.
Json expanded(const Json& value, const char* name);

/// Reads the fields of one object, remembers which, and refuses the rest by name. A field that is null counts as
/// absent. Object and names outlive it. Everything but the casts is in one place: a configuration has a hundred fields,
/// and each call travels to every browser.
class Reader {
 public:
  /// `path`: what stands before the names of fields in messages; `whole`: what the object is called if that is empty.
  Reader(const Json& object, std::string path, ErrorCode code = ErrorCode::invalid_config,
         const char* whole = "configuration");

  /// The value of a field, null if it is absent.
  const Json* get(const char* name);
  std::string path(const char* name) const;

  /// Each of these sets `to` if the field is there, and throws Error if it is not what it should be.
  void number(const char* name, double& to, double minimum, double maximum, bool above = false);
  template <class T>
  void integer(const char* name, T& to, double minimum, double maximum) {
    to = T(whole(name, double(to), minimum, maximum));
  }
  void boolean(const char* name, bool& to);
  void text(const char* name, std::string& to);
  /// One of `names`, or `otherwise`.
  std::string_view choice(const char* name, Choices names, std::string_view otherwise);
  template <class T, std::size_t n>
  void one_of(const char* name, const Named<T> (&names)[n], T& to) {
    const std::array<const char*, n> list = names_of(names);
    const std::string_view chosen = choice(name, list, name_of(names, to));
    for (const auto& [text, value] : names)
      if (chosen == text) to = value;
  }

  /// Refuses fields that nobody asked for.
  void finish() const;

  /// One value by itself: an element of a list, say.
  static double integer_of(const Json& value, const std::string& field, double minimum, double maximum,
                           ErrorCode code = ErrorCode::invalid_config);

 private:
  double whole(const char* name, double otherwise, double minimum, double maximum);

  const Json& object_;
  std::string path_;
  ErrorCode code_;
  std::vector<const char*> known_;
};

}  // namespace unfold
