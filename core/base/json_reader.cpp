#include "unfold/base/json_reader.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "unfold/base/phrase.h"
#include "unfold/base/sorting.h"

namespace unfold {
namespace {

std::string plain(double x) {
  const bool whole = x == std::floor(x) && std::fabs(x) < 1e17;
  return whole ? std::to_string(std::int64_t(x)) : json_text(x);
}

double number_in(const Json& value) { return value.is_number() ? value.get<double>() : std::nan(""); }

}  // namespace

std::string at_index(std::size_t i) { return phrase("[{}]", {i}); }

std::string joined(Choices names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!text.empty()) text += ", ";
    text += names[i];
  }
  return text;
}

Json names_json(Choices names) {
  Json list = Json::array();
  for (std::size_t i = 0; i < names.size(); ++i) list.push_back(names[i]);
  return list;
}

Json expanded(const Json& value, const char* name) { return value.is_object() ? value : object({{name, value}}); }

Reader::Reader(const Json& object, std::string path, ErrorCode code, const char* whole)
    : object_(object), path_(std::move(path)), code_(code) {
  if (!object.is_object()) throw Error(code, path_.empty() ? whole : path_, "an object", shown(object));
}

const Json* Reader::get(const char* name) {
  known_.push_back(name);
  const Json* value = find_member(object_, name);
  return value && value->is_null() ? nullptr : value;
}

std::string Reader::path(const char* name) const { return path_.empty() ? name : phrase("{}.{}", {path_, name}); }

void Reader::number(const char* name, double& to, double minimum, double maximum, bool above) {
  const Json* value = get(name);
  if (!value) return;
  const double x = number_in(*value);
  if (!(x >= minimum && x <= maximum) || (above && x == minimum))
    throw Error(code_, path(name),
                std::string("a number ") + (above ? "above " : "from ") + plain(minimum) +
                    (above ? ", at most " : " to ") + plain(maximum),
                shown(*value));
  to = x;
}

double Reader::whole(const char* name, double otherwise, double minimum, double maximum) {
  const Json* value = get(name);
  return value ? integer_of(*value, path(name), minimum, maximum, code_) : otherwise;
}

double Reader::integer_of(const Json& value, const std::string& field, double minimum, double maximum, ErrorCode code) {
  const double x = number_in(value);
  if (!(x >= minimum && x <= maximum) || x != std::floor(x))
    throw Error(code, field, phrase("a whole number from {} to {}", {plain(minimum), plain(maximum)}), shown(value));
  return x;
}

void Reader::boolean(const char* name, bool& to) {
  const Json* value = get(name);
  if (!value) return;
  if (!value->is_boolean()) throw Error(code_, path(name), "true or false", shown(*value));
  to = value->get<bool>();
}

void Reader::text(const char* name, std::string& to) {
  const Json* value = get(name);
  if (!value) return;
  if (!value->is_string()) throw Error(code_, path(name), "a text", shown(*value));
  to = value->get<std::string>();
}

std::size_t Reader::place(const char* name, Choices names) {
  const Json* value = get(name);
  if (!value) return names.size();
  for (std::size_t i = 0; i < names.size(); ++i)
    if (is_text(*value, names[i])) return i;
  throw Error(code_, path(name), "one of " + joined(names), shown(*value));
}

std::string_view Reader::choice(const char* name, Choices names, std::string_view otherwise) {
  const std::size_t chosen = place(name, names);
  return chosen < names.size() ? names[chosen] : otherwise;
}

void Reader::finish() const {
  for (const auto& [name, value] : *object_.get_ptr<const Json::object_t*>()) {
    const auto is = [&](const char* known) { return name == known; };
    if (std::any_of(known_.begin(), known_.end(), is)) continue;
    std::vector<const char*> known = known_;
    sort(known, [](const char* a, const char* b) { return std::strcmp(a, b) < 0; });
    const auto same = [](const char* a, const char* b) { return std::strcmp(a, b) == 0; };
    known.erase(std::unique(known.begin(), known.end(), same), known.end());
    throw Error(code_, path(name.c_str()), "one of " + joined(known), "an unknown field");
  }
}

}  // namespace unfold
