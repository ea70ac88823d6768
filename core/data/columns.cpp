#include "unfold/data/columns.h"

#include <algorithm>

#include "unfold/base/phrase.h"
#include "unfold/base/sorting.h"
#include "unfold/data/csv.h"
#include "unfold/data/examples.h"
#include "unfold/data/lines.h"

namespace unfold {
namespace {

/// Goes to the next row that is not empty, and copies it; false after the last. Refuses what breaks the grammar.
bool next_filled(CsvRows& from, TextTable::Row& row, std::list<std::string>& owned) {
  while (from.next()) {
    if (from.fields.size() == 1 && from.fields[0].empty()) continue;
    row = {.cells = from.fields, .line = from.line};
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      if (from.copied(i)) row.cells[i] = owned.emplace_back(row.cells[i]);
    return true;
  }
  from.check();
  return false;
}

/// Calls f(value, how often) for each value of a column.
template <class F>
void each_value(const TextTable& table, std::size_t column, std::size_t skipped, const F& f) {
  std::vector<std::string_view> values;
  for (std::size_t i = skipped; i < table.rows.size(); ++i) values.push_back(table.rows[i].cells[column]);
  sort(values);
  for (std::size_t from = 0, to = 0; from < values.size(); from = to) {
    while (to < values.size() && values[to] == values[from]) ++to;
    f(values[from], Index(to - from));
  }
}

void clear(TextTable& table) {
  table.rows.clear();
  table.unfit.clear();
}

/// Whether every record has as many cells, two or more; then they are the table's rows. Where unfit rows are left out,
/// they are one in ten at most.
bool even_rows(std::string_view text, TextTable& table, std::list<std::string>& owned) {
  TextTable::Row row;
  clear(table);
  for (CsvRows rows(text, table.separator, CsvFields::prose); next_filled(rows, row, owned);) {
    if (table.lenient && row.cells.size() < 2) {
      table.unfit.push_back(row.line);
      continue;
    }
    if (row.cells.size() < 2 || (!table.rows.empty() && row.cells.size() != table.rows[0].cells.size())) return false;
    table.rows.push_back(row);
  }
  return 10 * table.unfit.size() <= table.rows.size();
}

/// Divides each line at its first separator, or at its last.
void halve(std::string_view text, bool first, TextTable& table) {
  clear(table);
  for (Lines line(text); line.next_filled();) {
    const std::size_t at = first ? line.text.find(table.separator) : line.text.rfind(table.separator);
    if (at == line.text.npos && table.lenient) {
      table.unfit.push_back(line.number());
      continue;
    }
    if (at == line.text.npos)
      line.refuse("a label and a text, with a tab, comma or semicolon between them", excerpt(line.text));
    table.rows.push_back({.cells = {line.text.substr(0, at), line.text.substr(at + 1)}, .line = line.number()});
  }
}

void read_tabs(std::string_view text, TextTable& table, std::list<std::string>& owned) {
  TextTable::Row row;
  for (CsvRows rows(text, '\t', CsvFields::plain_prose); next_filled(rows, row, owned);) {
    const Line line(row.line);
    const std::size_t columns = table.rows.empty() ? row.cells.size() : table.rows[0].cells.size();
    if (table.lenient && (row.cells.size() < 2 || row.cells.size() != columns)) {
      table.unfit.push_back(row.line);
      continue;
    }
    if (row.cells.size() < 2) line.refuse("a tab between two parts", excerpt(row.cells[0]));
    if (row.cells.size() != columns)
      line.refuse(phrase("{} tabs, like the first", {columns - 1}), std::to_string(row.cells.size() - 1));
    table.rows.push_back(row);
  }
}

}  // namespace

std::vector<ColumnCount> count_columns(const TextTable& table, std::size_t skipped) {
  std::vector<ColumnCount> counts(table.rows[0].cells.size());
  for (std::size_t c = 0; c < counts.size(); ++c)
    each_value(table, c, skipped, [&](std::string_view value, Index count) {
      ++counts[c].distinct;
      counts[c].once += count == 1;
      counts[c].bytes += count * Index(value.size());
    });
  return counts;
}

Index occurrences(const TextTable& table, std::size_t column, std::string_view value) {
  return std::count_if(table.rows.begin(), table.rows.end(),
                       [&](const TextTable::Row& row) { return row.cells[column] == value; });
}

TextTable read_columns(std::string_view text, LabelSide side, std::list<std::string>& owned, bool lenient) {
  TextTable table{.lenient = lenient};
  Lines first(text);
  if (!first.next_filled()) return table;
  if (first.text.find('\t') != std::string_view::npos) {
    read_tabs(text, table, owned);
    return table;
  }
  for (const char separator : {';', ','}) {
    table.separator = separator;
    if (even_rows(text, table, owned)) return table;
  }
  if (first.text.find(';') == std::string_view::npos) table.separator = ',';
  halve(text, side != LabelSide::last, table);
  if (side != LabelSide::automatic) return table;
  TextTable other{.separator = table.separator, .lenient = lenient};
  halve(text, false, other);
  if (table.rows.empty()) return table;
  return count_columns(other, 0)[1].distinct < count_columns(table, 0)[0].distinct ? other : table;
}

}  // namespace unfold
