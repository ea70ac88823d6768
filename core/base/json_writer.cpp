#include "unfold/base/json_writer.h"

#include <nlohmann/json.hpp>

#include "unfold/base/json.h"

namespace unfold {

/// A comma, unless this is the first value, or the value of a key.
void JsonWriter::separate() {
  if (!text_.empty() && std::string_view("{[:").find(text_.back()) == std::string_view::npos) text_ += ',';
}

JsonWriter& JsonWriter::key(const char* name) {
  separate();
  ((text_ += '"') += name) += "\":";
  return *this;
}

void JsonWriter::word(const char* text) { separate(), text_ += text; }
void JsonWriter::integer(std::int64_t x) { word(std::to_string(x).c_str()); }
void JsonWriter::value(double x) { word(json_text(x).c_str()); }
void JsonWriter::value(const std::string& text) { word(json_text(text).c_str()); }

}  // namespace unfold
