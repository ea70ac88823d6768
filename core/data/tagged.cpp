#include "unfold/data/tagged.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "unfold/base/phrase.h"
#include "unfold/data/examples.h"
#include "unfold/data/labelled.h"
#include "unfold/data/lines.h"

namespace unfold {
namespace {

bool is_comment(std::string_view line) {
  return (line.starts_with('#') && line.find('\t') == line.npos) || line.starts_with("-DOCSTART-");
}

/// The columns of a line: at tabs, or where there is none at spaces.
std::vector<std::string_view> columns_of(std::string_view line) {
  const char separator = line.find('\t') == line.npos ? ' ' : '\t';
  std::vector<std::string_view> columns;
  for (;;) {
    const std::size_t end = line.find(separator);
    const std::string_view column = trimmed(line.substr(0, end));
    if (separator == '\t' || !column.empty()) columns.push_back(column);
    if (end == line.npos) return columns;
    line.remove_prefix(end + 1);
  }
}

bool is_number(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void read_conll(std::string_view text, TaggedText& read) {
  TaggedText::Row row;
  const auto finish = [&] {
    if (!row.inputs.empty()) read.rows.push_back(std::move(row));
    row = {};
  };
  std::size_t count = 0;  // columns of the first line
  bool universal = false;
  for (Lines line(text); line.next();) {
    if (trimmed(line.text).empty()) finish();
    if (trimmed(line.text).empty() || is_comment(line.text)) continue;
    const std::vector<std::string_view> columns = columns_of(line.text);
    if (count == 0) {
      count = columns.size();
      universal = count == 10 && is_number(columns[0].substr(0, 1));
      read.file.separator = line.text.find('\t') == line.text.npos ? "space" : "tab";
    }
    if (columns.size() < 2) line.refuse("a word and its label", excerpt(line.text));
    if (columns.size() != count)
      line.refuse(phrase("{} columns, like the first", {count}), std::to_string(columns.size()));
    if (universal && !is_number(columns[0])) continue;  // a range of words, or one that is not in the text
    const std::string_view word = columns[universal ? 1 : 0], label = columns[universal ? 3 : count - 1];
    if (word.empty() || label.empty()) line.refuse("a word and its label", excerpt(line.text));
    if (row.inputs.empty()) row.line = line.number();
    row.inputs.push_back(word);
    row.labels.push_back(label);
  }
  finish();
  read.words = true;
  read.file.format = "CoNLL";
}

/// The steps of a text, or of a list of texts; returns whether it was a list.
bool steps_of(const Line& line, const Json& value, std::list<std::string>& owned,
              std::vector<std::string_view>& steps) {
  const bool list = value.is_array();
  if (!list) {
    for (std::string_view rest = owned.emplace_back(text_of(line, value)); !rest.empty();) {
      steps.push_back(first_code_points(rest, 1));
      rest.remove_prefix(steps.back().size());
    }
    return false;
  }
  for (const Json& step : value) steps.push_back(owned.emplace_back(text_of(line, step)));
  return true;
}

void read_json(std::string_view text, TaggedText& read) {
  for (Lines line(text); line.next_filled();) {
    const Json object = json_of(line, line.text);
    TaggedText::Row row{.line = line.number()};
    const bool listed = steps_of(line, json_field(line, object, input_names), read.owned, row.inputs);
    if (!read.rows.empty() && listed != read.words)
      line.refuse(read.words ? "a list of words, like the first" : "a text, like the first",
                  listed ? "a list" : "a text");
    read.words = listed;
    steps_of(line, json_field(line, object, target_names), read.owned, row.labels);
    for (const auto* list : {&row.inputs, &row.labels})
      for (const std::string_view step : *list)
        if (step.empty() || (list == &row.inputs && listed && step.find_first_of(" \t\r\n") != step.npos))
          line.refuse("words without spaces and labels, none of them empty", excerpt(step));
    if (row.inputs.size() != row.labels.size())
      line.refuse(phrase("{} labels, one a step", {row.inputs.size()}), std::to_string(row.labels.size()));
    read.rows.push_back(std::move(row));
  }
  read.file.format = "JSON Lines";
}

}  // namespace

bool is_tagged(std::string_view text) {
  if (is_json_lines(text)) return true;
  bool gap = true, divided = false, together = false, first = true, tabs = false, even = true;
  for (Lines line(text); line.next();) {
    if (trimmed(line.text).empty() || is_comment(line.text)) {
      gap = true;
      divided |= !trimmed(line.text).empty();  // no other format has comments
      continue;
    }
    divided |= gap && !first;
    together |= !gap;
    gap = first = false;
    if (columns_of(line.text).size() < 2) return false;
    const std::size_t tab = line.text.find('\t');
    tabs |= tab != line.text.npos;
    even = even && tab != line.text.npos &&
           code_points(line.text.substr(0, tab)) == code_points(line.text.substr(tab + 1));
  }
  return !even && ((divided && together) || !tabs);
}

TaggedText read_tagged(std::string_view text) {
  TaggedText read;
  if (is_json_lines(text))
    read_json(text, read);
  else
    read_conll(text, read);
  return read;
}

}  // namespace unfold
