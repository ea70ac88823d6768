// Private to what reads JSON of callers: how fields are read and refused.
#pragma once

#include <nlohmann/json.hpp>
#include <span>

#include "unfold/config/config.h"

namespace unfold {

/// A name in a configuration, and the enumerator it stands for.
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

/// "[i]".
std::string at_index(std::size_t i);
[[noreturn]] void refuse(const std::string& field, const std::string& expected, const std::string& actual);

using Choices = std::span<const char* const>;
std::string listed(Choices names);
/// As a list of a schema.
Json names_json(Choices names);
template <class T, std::size_t n>
std::array<const char*, n> names_of(const Named<T> (&names)[n]) {
  std::array<const char*, n> list;
  for (std::size_t i = 0; i < n; ++i) list[i] = names[i].name;
  return list;
}

/// Reads the fields of one object, remembers which, and refuses the rest by name. Names outlive it. Everything but the
/// casts is in one place: a configuration has a hundred fields, and each call travels to every browser.
class Reader {
 public:
  Reader(const Json& object, std::string path);

  const Json* get(const char* name);
  std::string path(const char* name) const;

  void number(const char* name, double& to, double minimum, double maximum, bool above = false);
  template <class T>
  void integer(const char* name, T& to, double minimum, double maximum) {
    to = T(whole(name, double(to), minimum, maximum));
  }
  static double integer_of(const Json& value, const std::string& field, double minimum, double maximum);
  void boolean(const char* name, bool& to);
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

 private:
  double whole(const char* name, double otherwise, double minimum, double maximum);

  const Json& object_;
  std::string path_;
  std::vector<const char*> known_;
};

/// A field that may be given as a bare value, standing for `name` inside an object.
Json expanded(const Json& value, const char* name);

/// "encoder", "layers", "skipInputs", "skipOutputs" and "readout"; task, attention and context are read already.
void parse_layers(Reader& r, Config& c);
Json layers_json(const std::vector<LayerConfig>& layers);
Json readout_json(const Config& c);
/// "biases" and "joins".
void layer_choices(Json& schema);
/// What may change while training.
void parse_live(Reader& r, Config& c);
/// "optimizer", "schedule", "clip" and, where it is on, "sampling".
void live_json(const Config& c, Json& json);
void parse_initialization(Reader& r, InitializationConfig& c);
Json initialization_json(const InitializationConfig& i);
/// "optimizers", "schedules", "samplings" and "initializations".
void training_choices(Json& schema);
/// "task", "corpus", "attention" and "context".
void parse_task(Reader& r, Config& c);
void task_json(const Config& c, Json& json);
/// "tasks", "lengths", "contexts" and "corpora".
void task_choices(Json& schema);
/// Refuses what a task, or layers of two directions, cannot have.
void check_task(const Config& c);

}  // namespace unfold
