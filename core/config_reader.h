// Private to config*.cpp: how fields of a configuration are read and refused.
#pragma once

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "config.h"

namespace unfold {

template <class T>
using Names = std::vector<std::pair<const char*, T>>;

template <class T>
const char* name_of(const Names<T>& names, T value) {
  for (const auto& [name, v] : names)
    if (v == value) return name;
  return "";
}

inline std::string shown(const Json& value) {
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  return text.size() > 60 ? text.substr(0, 57) + "…" : text;
}

inline std::string plain(double x) {
  std::string text = Json(x).dump();
  return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

[[noreturn]] inline void refuse(const std::string& field, const std::string& expected, const std::string& actual) {
  throw Error(ErrorCode::invalid_config, field, expected, actual);
}

inline std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& n : names) text += (text.empty() ? "" : ", ") + n;
  return text;
}

/// Reads the fields of one object, remembers which, and refuses the rest by name.
class Reader {
 public:
  Reader(const Json& object, std::string path) : object_(object), path_(std::move(path)) {
    if (!object.is_object()) refuse(path_.empty() ? "configuration" : path_, "an object", shown(object));
  }

  const Json* get(const std::string& name) {
    known_.insert(name);
    const auto at = object_.find(name);
    return at == object_.end() || at->is_null() ? nullptr : &*at;
  }
  std::string path(const std::string& name) const { return path_.empty() ? name : path_ + "." + name; }

  void number(const std::string& name, double& to, double minimum, double maximum, bool above = false) {
    const Json* value = get(name);
    if (!value) return;
    const double x = value->is_number() ? value->get<double>() : std::nan("");
    if (!(x >= minimum && x <= maximum) || (above && x == minimum))
      refuse(path(name),
             "a number " + std::string(above ? "above " : "from ") + plain(minimum) + (above ? ", at most " : " to ") +
                 plain(maximum),
             shown(*value));
    to = x;
  }

  template <class T>
  void integer(const std::string& name, T& to, double minimum, double maximum) {
    const Json* value = get(name);
    if (value) to = T(integer_of(*value, path(name), minimum, maximum));
  }

  static double integer_of(const Json& value, const std::string& field, double minimum, double maximum) {
    const double x = value.is_number() ? value.get<double>() : std::nan("");
    if (!(x >= minimum && x <= maximum) || x != std::floor(x))
      refuse(field, "a whole number from " + plain(minimum) + " to " + plain(maximum), shown(value));
    return x;
  }

  void boolean(const std::string& name, bool& to) {
    const Json* value = get(name);
    if (!value) return;
    if (!value->is_boolean()) refuse(path(name), "true or false", shown(*value));
    to = value->get<bool>();
  }

  std::string choice(const std::string& name, const std::vector<std::string>& names, const std::string& otherwise) {
    const Json* value = get(name);
    if (!value) return otherwise;
    const std::string text = value->is_string() ? value->get<std::string>() : "";
    if (std::find(names.begin(), names.end(), text) == names.end())
      refuse(path(name), "one of " + listed(names), shown(*value));
    return text;
  }

  template <class T>
  void one_of(const std::string& name, const Names<T>& names, T& to) {
    std::vector<std::string> list;
    for (const auto& [text, value] : names) list.push_back(text);
    const std::string chosen = choice(name, list, name_of(names, to));
    for (const auto& [text, value] : names)
      if (chosen == text) to = value;
  }

  /// Refuses fields that nobody asked for.
  void finish() const {
    for (const auto& [name, value] : object_.items())
      if (!known_.contains(name))
        refuse(path(name), "one of " + listed({known_.begin(), known_.end()}), "an unknown field");
  }

 private:
  const Json& object_;
  std::string path_;
  std::set<std::string> known_;
};

template <std::size_t n>
std::vector<std::string> strings(const std::array<const char*, n>& names) {
  return {names.begin(), names.end()};
}

inline constexpr std::array<const char*, 4> sampling_names{"none", "linear", "exponential", "inverse-sigmoid"};

/// "encoder", "layers", "skipInputs", "skipOutputs" and "readout"; task, attention and context are read already.
void parse_layers(Reader& r, Config& c);
Json layers_json(const std::vector<LayerConfig>& layers);
Json readout_json(const Config& c);
/// "biases" and "joins".
void layer_choices(Json& schema);
/// What may change while training.
void parse_live(Reader& r, Config& c);
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
