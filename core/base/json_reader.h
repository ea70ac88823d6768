// Reading the fields of a JSON object that somebody else wrote: a configuration, a request, options. Whatever is wrong
// is refused with its field, what was expected there and what came.
#pragma once

#include <concepts>
#include <cstddef>
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

/// Names, in a list of their own or at the beginning of each row of a table. Neither is copied.
class Choices {
 public:
  template <class List>
    requires std::convertible_to<const List&, std::span<const char* const>>
  Choices(const List& list) : Choices(std::span<const char* const>(list)) {}
  Choices(std::span<const char* const> list) : first_(list.data()), stride_(sizeof(const char*)), size_(list.size()) {}
  template <class T, std::size_t n>
  Choices(const Named<T> (&table)[n]) : first_(table), stride_(sizeof(table[0])), size_(n) {}

  std::size_t size() const { return size_; }
  const char* operator[](std::size_t i) const {
    return *reinterpret_cast<const char* const*>(static_cast<const std::byte*>(first_) + i * stride_);
  }

 private:
  const void* first_;
  std::size_t stride_, size_;
};

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
    if (const std::size_t chosen = place(name, names); chosen < n) to = names[chosen].value;
  }

  /// Refuses fields that nobody asked for.
  void finish() const;

  /// One value by itself: an element of a list, say.
  static double integer_of(const Json& value, const std::string& field, double minimum, double maximum,
                           ErrorCode code = ErrorCode::invalid_config);

 private:
  /// Of the field among `names`; their number, if the field is absent.
  std::size_t place(const char* name, Choices names);
  double whole(const char* name, double otherwise, double minimum, double maximum);

  const Json& object_;
  std::string path_;
  ErrorCode code_;
  std::vector<const char*> known_;
};

}  // namespace unfold
