// What a text seems to be, for people to look at before a model learns from it.
#include <nlohmann/json.hpp>

#include "unfold/base/utf8.h"
#include "unfold/data/dataset.h"
#include "unfold/data/lines.h"
#include "unfold/data/task_head.h"

namespace unfold {
namespace {

constexpr Index first_lines = 8;
constexpr std::size_t first_symbols = 60;

/// The beginning of a line; what is not UTF-8 is left out.
std::string beginning(std::string_view line) {
  std::string text;
  std::size_t count = 0;
  for (std::size_t at = 0; at < line.size();) {
    if (count == first_symbols) return text + "…";
    if (const std::uint32_t code = next_code_point(line, at); code == no_code_point) {
      ++at;
    } else {
      append_utf8(code, text);
      ++count;
    }
  }
  return text;
}

Json lines_json(std::string_view text, const char* format) {
  Json first = Json::array();
  Index rows = 0;
  for (Lines line(text); line.next_filled(); ++rows)
    if (rows < first_lines) first.push_back(beginning(line.text));
  return object({{"format", format}, {"rows", rows}, {"first", first}, {"notes", Json::array()}});
}

}  // namespace

Dataset TaskHead::read_known(std::string_view text, const Config& config, const std::vector<Column>*) const {
  return read(text, config);
}

Json TaskHead::preview(std::string_view text, const Config&) const { return preview_lines(text); }

Json preview_lines(std::string_view text) { return lines_json(text, "lines"); }

Json preview(std::string_view text, const Config& config) {
  const TaskHead* head = find_task_head(config.task.kind);
  return head ? head->preview(text, config) : lines_json(text, "text");
}

}  // namespace unfold
