// Lines of text divided into columns by one separator, with the quotes of CSV (RFC 4180).
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "unfold/config/task.h"

namespace unfold {

struct TextTable {
  struct Row {
    std::vector<std::string_view> cells;
    Index line = 0;  // where it begins, from 1
  };
  char separator = '\t';  // or ',' or ';'
  std::vector<Row> rows;  // all of one length, 2 or more
  /// For a preview: lines that are no such rows are not refused, but left out; the lines.
  bool lenient = false;
  std::vector<Index> unfit;
};

/// How often the values of a column occur.
struct ColumnCount {
  Index distinct = 0, once = 0;  // values, and those that occur once
  Index bytes = 0;
};

/// Tabs separate if the first line has one; its quotes are characters like others. Else commas or semicolons, whichever
/// gives every row as many columns; where neither does (a text has them without quotes), the first of a row, or the
/// last one, divides it in two: as `side` says, or so that the labels recur. `owned` keeps fields that quotes have
/// changed. Throws Error{invalid_text} with the line.
TextTable read_columns(std::string_view text, LabelSide side, std::list<std::string>& owned, bool lenient = false);

/// Of each column, without the first `skipped` rows.
std::vector<ColumnCount> count_columns(const TextTable& table, std::size_t skipped);
Index occurrences(const TextTable& table, std::size_t column, std::string_view value);

}  // namespace unfold
