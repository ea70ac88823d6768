#include "unfold/base/json.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "unfold/base/json_walk.h"
#include "unfold/base/phrase.h"
#include "unfold/base/utf8.h"

namespace unfold {

namespace {

/// "\u001f"
void append_escape(std::uint32_t unit, std::string& out) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += "0123456789abcdef"[unit >> shift & 15];
}

void append_quoted(std::string_view text, bool ascii, std::string& out) {
  static constexpr std::string_view meanings = "\"\\\b\f\n\r\t", names = "\"\\bfnrt";
  out += '"';
  std::size_t from = 0;  // what has not been appended yet
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    std::uint32_t code = next_code_point(text, at);
    const bool broken = code == no_code_point;
    if (broken) {
      at += broken_length(text.substr(at));
      code = 0xFFFD;
    }
    const std::size_t special = code < 0x80 ? meanings.find(char(code)) : meanings.npos;
    const bool escaped = code < 0x20 || (ascii && code > 0x7E);
    if (!broken && !escaped && special == meanings.npos) continue;
    out += text.substr(from, begin - from);
    from = at;
    if (special != meanings.npos) {
      out += '\\';
      out += names[special];
    } else if (escaped) {
      if (code > 0xFFFF) append_escape(0xD7C0 + (code >> 10), out);
      append_escape(code > 0xFFFF ? 0xDC00 + (code & 0x3FF) : code, out);
    } else {
      append_utf8(code, out);
    }
  }
  out += text.substr(from);
  out += '"';
}

/// The shortest text that gives the number; a number that JSON does not have is null.
void append_number(double x, std::string& out) {
  char text[64];
  if (std::isfinite(x))
    out.append(text, nlohmann::detail::to_chars(text, text + sizeof text, x));
  else
    out += "null";
}

void append(const Json& value, bool ascii, std::string& out) {
  switch (value.type()) {
    case Json::value_t::object:
      out += '{';
      for (const auto& [key, member] : *value.get_ptr<const Json::object_t*>()) {
        if (out.back() != '{') out += ',';
        append_quoted(key, ascii, out);
        out += ':';
        append(member, ascii, out);
      }
      out += '}';
      break;
    case Json::value_t::array:
      out += '[';
      for (const Json& element : *value.get_ptr<const Json::array_t*>()) {
        if (out.back() != '[') out += ',';
        append(element, ascii, out);
      }
      out += ']';
      break;
    case Json::value_t::string: append_quoted(*value.get_ptr<const std::string*>(), ascii, out); break;
    case Json::value_t::boolean: out += *value.get_ptr<const bool*>() ? "true" : "false"; break;
    case Json::value_t::number_integer: out += std::to_string(*value.get_ptr<const std::int64_t*>()); break;
    case Json::value_t::number_unsigned: out += std::to_string(*value.get_ptr<const std::uint64_t*>()); break;
    case Json::value_t::number_float: append_number(*value.get_ptr<const double*>(), out); break;
    default: out += "null";
  }
}

}  // namespace

std::string json_text(const Json& value, bool ascii) {
  std::string text;
  append(value, ascii, text);
  return text;
}

std::string shown(const Json& value) {
  std::string text = json_text(value, true);
  return text.size() > 60 ? text.substr(0, 57) + "…" : text;
}

namespace {

/// Makes a value of what stands in the text; stops at nesting beyond 32 and at a key that stands twice.
class Build final : public JsonHandler {
 public:
  Json root;
  std::string trouble;

  bool start_object() override { return open(Json::object()); }
  bool start_array() override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool null() override { return add(nullptr); }
  bool boolean(bool x) override { return add(x); }
  bool string(std::string& text) override { return add(std::move(text)); }
  bool number_unsigned(std::uint64_t x) override { return add(x); }
  bool number_negative(std::int64_t x) override { return add(x); }
  bool number(double x) override { return add(x); }
  bool key(std::string& name) override {
    const auto [at, fresh] = open_.back()->get_ref<Json::object_t&>().emplace(name, nullptr);
    member_ = &at->second;
    if (!fresh) trouble = phrase("the key {} twice", {shown(name)});
    if (open_.back()->size() > most_keys) trouble = phrase("more than {} keys in an object", {most_keys});
    return trouble.empty();
  }

 private:
  static constexpr std::size_t deepest = 32, most = 140000;  // two full vocabularies have 131 070 values
  static constexpr std::size_t most_keys = 10000;            // inserting into an object is linear in its size

  bool add(Json x) {
    if (++values_ > most) trouble = phrase("more than {} values", {most});
    if (!trouble.empty()) return false;
    if (open_.empty())
      last_ = &(root = std::move(x));
    else if (open_.back()->is_object())
      last_ = &(*member_ = std::move(x));
    else
      last_ = &open_.back()->emplace_back(std::move(x));
    return true;
  }
  bool open(Json x) {
    if (open_.size() == deepest) trouble = phrase("nesting deeper than {}", {deepest});
    if (!trouble.empty() || !add(std::move(x))) return false;
    open_.push_back(last_);
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::vector<Json*> open_;  // objects and arrays around the present place
  Json *member_ = nullptr, *last_ = nullptr;
  std::size_t values_ = 0;
};

}  // namespace

Json parse_json(const std::string& text, ErrorCode code, const std::string& field) {
  Build build;
  if (walk_json(text, build) == std::string::npos) return std::move(build.root);
  throw Error(code, field, "one JSON object", build.trouble.empty() ? "text that is not JSON" : build.trouble);
}

const Json* find_member(const Json& object, const char* name) {
  if (const auto* members = object.get_ptr<const Json::object_t*>())
    for (const auto& [key, value] : *members)
      if (key == name) return &value;
  return nullptr;
}

const Json& member(const Json& object, const char* name) {
  const Json* found = find_member(object, name);
  return found ? *found : object.at(std::string(name));
}

bool is_text(const Json& value, std::string_view text) {
  const auto* own = value.get_ptr<const std::string*>();
  return own && *own == text;
}

void put(Json& object, Fields fields) {
  for (const Field& f : fields) {
    Json& to = object[f.name];
    switch (f.kind) {
      case Field::Kind::null: to = nullptr; break;
      case Field::Kind::boolean: to = f.integer != 0; break;
      case Field::Kind::integer: to = f.integer; break;
      case Field::Kind::number: to = f.number; break;
      case Field::Kind::text: to = f.text; break;
      case Field::Kind::string: to = *f.string; break;
      case Field::Kind::json: to = *f.json; break;
    }
  }
}

Json object(Fields fields) {
  Json made = Json::object();
  put(made, fields);
  return made;
}

}  // namespace unfold
