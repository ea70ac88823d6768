#include "unfold/data/columns.h"

#include <algorithm>

#include "unfold/base/sorting.h"
#include "unfold/data/examples.h"
#include "unfold/data/lines.h"

namespace unfold {
namespace {

/// Walks through the records of a text.
class Records {
 public:
  Records(std::string_view text, char separator, bool quotes, std::deque<std::string>& owned)
      : rest_(text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text),
        separator_(separator),
        quotes_(quotes),
        owned_(owned) {}

  /// The next record that is not empty; false after the last.
  bool next(TextTable::Row& row) {
    while (!rest_.empty()) {
      row.cells.clear();
      row.line = line_;
      record(row);
      if (row.cells.size() > 1 || !row.cells[0].empty()) return true;
    }
    return false;
  }

 private:
  void record(TextTable::Row& row) {
    for (;;) {
      row.cells.push_back(quotes_ && rest_.starts_with('"') ? quoted(row.line) : bare());
      if (rest_.empty()) return;
      const char stop = rest_.front();
      rest_.remove_prefix(1);
      if (stop == separator_) {
        if (rest_.empty()) row.cells.push_back(rest_);
        if (rest_.empty()) return;
        continue;
      }
      ++line_;
      return;
    }
  }

  std::string_view bare() {
    const char stops[]{separator_, '\n', 0};
    std::string_view cell = rest_.substr(0, rest_.find_first_of(stops));
    rest_.remove_prefix(cell.size());
    if ((rest_.empty() || rest_.front() == '\n') && cell.ends_with('\r')) cell.remove_suffix(1);
    return cell;
  }

  /// Up to the quote that ends it, of which two stand for one; what follows up to the separator belongs to it.
  std::string_view quoted(Index begin) {
    std::string text;
    rest_.remove_prefix(1);
    for (;;) {
      const std::size_t end = rest_.find('"');
      if (end == rest_.npos) Line(begin).refuse("a quotation mark that closes the field", "the end of the text");
      const std::string_view inside = rest_.substr(0, end);
      line_ += std::count(inside.begin(), inside.end(), '\n');
      text += inside;
      rest_.remove_prefix(end + 1);
      if (!rest_.starts_with('"')) break;
      text += '"';
      rest_.remove_prefix(1);
    }
    text += bare();
    return owned_.emplace_back(std::move(text));
  }

  std::string_view rest_;
  char separator_;
  bool quotes_;
  std::deque<std::string>& owned_;
  Index line_ = 1;
};

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

/// Whether every record has as many cells, two or more; then they are the table's rows.
bool even_rows(std::string_view text, TextTable& table, std::deque<std::string>& owned) {
  TextTable::Row row;
  table.rows.clear();
  for (Records records(text, table.separator, true, owned); records.next(row);) {
    if (row.cells.size() < 2 || (!table.rows.empty() && row.cells.size() != table.rows[0].cells.size())) return false;
    table.rows.push_back(row);
  }
  return true;
}

/// Divides each line at its first separator, or at its last.
void halve(std::string_view text, bool first, TextTable& table) {
  table.rows.clear();
  for (Lines line(text); line.next_filled();) {
    const std::size_t at = first ? line.text.find(table.separator) : line.text.rfind(table.separator);
    if (at == line.text.npos)
      line.refuse("a label and a text, with a tab, comma or semicolon between them", excerpt(line.text));
    table.rows.push_back({.cells = {line.text.substr(0, at), line.text.substr(at + 1)}, .line = line.number()});
  }
}

void read_tabs(std::string_view text, TextTable& table, std::deque<std::string>& owned) {
  TextTable::Row row;
  for (Records records(text, '\t', false, owned); records.next(row);) {
    const Line line(row.line);
    if (row.cells.size() < 2) line.refuse("a tab between two parts", excerpt(row.cells[0]));
    const std::size_t columns = table.rows.empty() ? row.cells.size() : table.rows[0].cells.size();
    if (row.cells.size() != columns)
      line.refuse(std::to_string(columns - 1) + " tabs, like the first", std::to_string(row.cells.size() - 1));
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

TextTable read_columns(std::string_view text, LabelSide side, std::deque<std::string>& owned) {
  TextTable table;
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
  TextTable other{.separator = table.separator};
  halve(text, false, other);
  return count_columns(other, 0)[1].distinct < count_columns(table, 0)[0].distinct ? other : table;
}

}  // namespace unfold
