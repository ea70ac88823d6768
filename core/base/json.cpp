#include "unfold/base/json.h"

#include <set>

#include "unfold/base/json_walk.h"

namespace unfold {

std::string shown(const Json& value) {
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  return text.size() > 60 ? text.substr(0, 57) + "…" : text;
}

namespace {

/// Walks JSON text without building anything; stops at nesting beyond 32 and at a key that stands twice.
struct Watch : nlohmann::json_sax<Json> {
  static constexpr std::size_t deepest = 32, most = 300000;  // a full vocabulary has 65 535 values
  static constexpr std::size_t most_keys = 10000;            // inserting into an object is linear in its size
  std::size_t values = 0;
  std::vector<std::set<std::string>> keys;
  std::string trouble;

  bool value() {
    if (++values > most) trouble = "more than " + std::to_string(most) + " values";
    return trouble.empty();
  }
  bool open() {
    if (!value()) return false;
    keys.emplace_back();
    if (keys.size() > deepest) trouble = "nesting deeper than " + std::to_string(deepest);
    return trouble.empty();
  }
  bool close() {
    keys.pop_back();
    return true;
  }
  bool key(string_t& name) override {
    if (!keys.back().insert(name).second) trouble = "the key " + shown(name) + " twice";
    if (keys.back().size() > most_keys) trouble = "more than " + std::to_string(most_keys) + " keys in an object";
    return trouble.empty();
  }
  bool start_object(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_array() override { return close(); }
  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool string(string_t&) override { return value(); }
  bool binary(binary_t&) override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }
};

/// Makes a value of what the parser meets.
struct Build : nlohmann::json_sax<Json> {
  Json root;
  nlohmann::detail::json_sax_dom_parser<Json> to{root};

  bool key(string_t& name) override { return to.key(name); }
  bool start_object(std::size_t size) override { return to.start_object(size); }
  bool end_object() override { return to.end_object(); }
  bool start_array(std::size_t size) override { return to.start_array(size); }
  bool end_array() override { return to.end_array(); }
  bool null() override { return to.null(); }
  bool boolean(bool x) override { return to.boolean(x); }
  bool number_integer(number_integer_t x) override { return to.number_integer(x); }
  bool number_unsigned(number_unsigned_t x) override { return to.number_unsigned(x); }
  bool number_float(number_float_t x, const string_t& text) override { return to.number_float(x, text); }
  bool string(string_t& text) override { return to.string(text); }
  bool binary(binary_t&) override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }
};

}  // namespace

bool walk_json(const std::string& text, nlohmann::json_sax<Json>& handler) {
  if (text.find('\0') != std::string::npos) return false;  // the lexer takes it for the end of its input
  auto input = nlohmann::detail::input_adapter(text);
  return nlohmann::detail::parser<Json, decltype(input)>(std::move(input)).sax_parse(&handler);
}

Json parse_json(const std::string& text, ErrorCode code, const std::string& field) {
  Watch watch;
  Build build;
  if (walk_json(text, watch) && walk_json(text, build)) return std::move(build.root);
  throw Error(code, field, "one JSON object", watch.trouble.empty() ? "text that is not JSON" : watch.trouble);
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
