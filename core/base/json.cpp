#include "unfold/base/json.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "unfold/base/json_walk.h"

namespace unfold {

std::string shown(const Json& value) {
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
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
    if (!fresh) trouble = "the key " + shown(name) + " twice";
    if (open_.back()->size() > most_keys) trouble = "more than " + std::to_string(most_keys) + " keys in an object";
    return trouble.empty();
  }

 private:
  static constexpr std::size_t deepest = 32, most = 140000;  // two full vocabularies have 131 070 values
  static constexpr std::size_t most_keys = 10000;            // inserting into an object is linear in its size

  bool add(Json x) {
    if (++values_ > most) trouble = "more than " + std::to_string(most) + " values";
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
    if (open_.size() == deepest) trouble = "nesting deeper than " + std::to_string(deepest);
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
