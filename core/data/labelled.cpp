#include "unfold/data/labelled.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "unfold/base/phrase.h"
#include "unfold/base/sorting.h"
#include "unfold/data/cells.h"
#include "unfold/data/columns.h"
#include "unfold/data/examples.h"
#include "unfold/data/lines.h"

namespace unfold {

const char* const input_names[]{"text",    "input",  "sentence", "message", "content", "review",
                                "comment", "tokens", "words",    "source",  "x",       nullptr};
const char* const target_names[]{"label", "target", "class",  "category", "sentiment", "labels",
                                 "tags",  "tag",    "intent", "topic",    "y",         nullptr};

bool is_json_lines(std::string_view text) {
  Lines line(text);
  if (!line.next_filled() || !trimmed(line.text).starts_with('{')) return false;
  try {
    return json_of(line, line.text).is_object();
  } catch (const Error&) {
    return false;
  }
}

Json json_of(const Line& line, std::string_view text) {
  Json object;
  try {
    object = parse_json(std::string(text), ErrorCode::invalid_text, "text");
  } catch (const Error& e) {
    line.refuse(e.expected, e.actual);
  }
  if (!object.is_object()) line.refuse("an object of JSON", shown(object));
  return object;
}

const Json& json_field(const Line& line, const Json& object, const char* const* names) {
  for (const char* const* name = names; *name; ++name)
    if (const Json* value = find_member(object, *name)) return *value;
  line.refuse(phrase("a field \"{}\" or \"{}\"", {names[0], names[1]}), shown(object));
}

std::string text_of(const Line& line, const Json& value) {
  if (!value.is_string()) line.refuse("a text", shown(value));
  return value.get<std::string>();
}

namespace {

/// The label of a line of JSON: text, a number or a truth value.
std::string label_of(const Line& line, const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return json_text(value);
  line.refuse("a label: text, a number, true or false", shown(value));
}

void read_json(std::string_view text, LabelledText& read) {
  for (Lines line(text); line.next_filled();) {
    const Json object = json_of(line, line.text);
    read.owned.push_back(text_of(line, json_field(line, object, input_names)));
    const std::string& sequence = read.owned.back();
    read.owned.push_back(label_of(line, json_field(line, object, target_names)));
    read.rows.push_back({.label = read.owned.back(), .text = sequence, .line = line.number()});
  }
  read.file.format = "JSON Lines";
}

bool named(std::string_view cell, const char* const* names) {
  const std::string lower = lowered(trimmed(cell));
  for (; *names; ++names)
    if (lower == *names) return true;
  return false;
}

/// Which column is the label and which the text, and whether the first row names them.
struct Roles {
  std::size_t label = 0, text = 1;
  bool header = false;
};

std::size_t find_named(const std::vector<std::string_view>& cells, const char* const* names, std::size_t otherwise) {
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (named(cells[i], names)) return i;
  return otherwise;
}

constexpr std::size_t nowhere = ~std::size_t(0);

/// The column with the most text, apart from one.
std::size_t longest_column(const std::vector<ColumnCount>& counts, std::size_t but) {
  std::size_t best = but == 0 ? 1 : 0;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (i != but && counts[i].bytes > counts[best].bytes) best = i;
  return best;
}

/// Labels recur, texts hardly do. Of two columns behind a tab the first is the label unless most of it occurs once.
std::size_t label_column(const TextTable& table, const std::vector<ColumnCount>& counts) {
  const Index rows = Index(table.rows.size());
  if (table.separator == '\t' && counts.size() == 2) return 2 * counts[0].once > rows && 2 * counts[1].once <= rows;
  std::size_t best = longest_column(counts, counts.size());
  for (std::size_t i = counts.size(); i-- > 0;)
    if (counts[i].bytes > 0 && counts[i].distinct <= counts[best].distinct) best = i;
  return best;
}

Roles roles_of(const TextTable& table, const DatasetConfig& config) {
  const std::vector<std::string_view>& first = table.rows[0].cells;
  const std::size_t C = first.size(), label = find_named(first, target_names, nowhere),
                    text = find_named(first, input_names, nowhere);
  Roles roles;
  const bool recurs = label != nowhere && occurrences(table, label, first[label]) > 1;
  roles.header = config.header == Header::yes ||
                 (config.header == Header::automatic && label != nowhere && !recurs &&
                  (text != nowhere || C > 2 || first[1 - label].find(' ') == std::string_view::npos));
  const std::vector<ColumnCount> counts = count_columns(table, roles.header ? 1 : 0);
  roles.label = config.label == LabelSide::first            ? 0
                : config.label == LabelSide::last           ? C - 1
                : roles.header && label != nowhere          ? label
                : roles.header && text != nowhere && C == 2 ? 1 - text
                                                            : label_column(table, counts);
  roles.text = roles.header && text != nowhere && text != roles.label ? text : longest_column(counts, roles.label);
  constexpr Index enough = 10;  // with fewer lines the counts say little
  // Names of their own: one that occurs once above labels that recur, and one that is a word above texts.
  if (config.header == Header::automatic && !roles.header && Index(table.rows.size()) > enough &&
      counts[roles.label].once == 1 && occurrences(table, roles.label, first[roles.label]) == 1 &&
      first[roles.text].find(' ') == std::string_view::npos)
    roles.header = true;
  const Index rows = Index(table.rows.size()) - roles.header;
  const bool chosen = config.label != LabelSide::automatic || (roles.header && label == roles.label);
  if (!chosen && rows >= enough && 2 * counts[roles.label].once > rows)
    refuse_text("text", "labels that recur (are label and text swapped? dataset.label says first or last)",
                phrase("{} labels in {} lines, such as {}",
                       {counts[roles.label].distinct, rows, excerpt(table.rows.back().cells[roles.label])}));
  return roles;
}

}  // namespace

LabelledText read_labelled(std::string_view text, const DatasetConfig& config, bool lenient) {
  LabelledText read;
  if (is_json_lines(text)) {
    read_json(text, read);
    return read;
  }
  TextTable table = read_columns(text, config.label, read.owned, lenient);
  read.unfit = std::move(table.unfit);
  if (table.rows.empty()) return read;
  const Roles roles = roles_of(table, config);
  FileFormat& file = read.file;
  file.format = "lines";
  file.separator = table.separator == '\t' ? "tab" : table.separator == ',' ? "comma" : "semicolon";
  file.header = roles.header;
  const std::size_t C = table.rows[0].cells.size();
  for (std::size_t i = 0; i < C; ++i) {
    if (roles.header) Alphabet().add(Line(table.rows[0].line), table.rows[0].cells[i]);  // refuses what is not UTF-8
    file.columns.push_back(roles.header       ? std::string(table.rows[0].cells[i])
                           : i == roles.label ? "label"
                           : i == roles.text  ? "text"
                                              : phrase("column {}", {i + 1}));
    file.uses.push_back(i == roles.label ? "target" : i == roles.text ? "input" : "none");
  }
  for (std::size_t i = roles.header; i < table.rows.size(); ++i) {
    const auto& [cells, line] = table.rows[i];
    if (lenient && (cells[roles.label].empty() || cells[roles.text].empty())) {
      read.unfit.push_back(line);
      continue;
    }
    read.rows.push_back({.label = cells[roles.label], .text = cells[roles.text], .line = line});
  }
  return read;
}

}  // namespace unfold
