// Where the rows of a table begin: behind comments, a title and a header.
#include <algorithm>

#include "unfold/base/phrase.h"
#include "unfold/base/utf8.h"
#include "unfold/data/examples.h"
#include "unfold/data/lines.h"
#include "unfold/data/table_part.h"

namespace unfold {
namespace {

constexpr std::size_t longest_name = 200;

bool is_quantity(std::string_view field) {
  Quantity q;
  return parse_quantity(field, '.', q) || parse_quantity(field, ',', q);
}

/// No number, no date of numbers alone (the names of months are those of columns), and something.
bool is_names(const std::vector<std::string_view>& fields) {
  bool any = false;
  for (const std::string_view field : fields) {
    Moment m;
    if (is_quantity(field) || (is_moment(field, m) && !m.words)) return false;
    any = any || !bare(field).empty();
  }
  return any;
}

/// Cuts empty fields off the end, down to `width`.
void cut_surplus(std::vector<std::string_view>& fields, std::size_t width) {
  while (fields.size() > width && bare(fields.back()).empty()) fields.pop_back();
}

void take_names(TableLayout& layout, const std::vector<std::string_view>& fields, Index line) {
  layout.header = true;
  for (const std::string_view field : fields) {
    const std::string_view name = bare(field);
    if (!is_utf8(name)) refuse_text(line_field(line), "UTF-8", excerpt(name));
    if (name.size() > longest_name)
      refuse_text(line_field(line), phrase("names of at most {} bytes", {longest_name}), excerpt(name));
    std::string& taken = layout.names.emplace_back();
    for (const char c : name) taken += c >= 0 && c < ' ' ? ' ' : c;
  }
}

/// Fields up to the last one that is not empty.
Index filled(const std::vector<std::string_view>& fields) {
  std::size_t n = fields.size();
  while (n > 0 && bare(fields[n - 1]).empty()) --n;
  return Index(n);
}

/// Whether a row with fewer fields than most rows stands above the header: the next row as wide as most has names.
bool is_above_header(CsvRows row, Index width) {
  if (filled(row.fields) >= width) return false;
  while (filled(row.fields) < width)
    if (!row.next()) return false;
  return is_names(row.fields);
}

/// Goes on to the row below the header if it has units: text, and no date, where the row below it has numbers.
bool take_units(CsvRows& header) {
  CsvRows row = header;
  if (!row.next() || row.blank || !is_names(row.fields)) return false;
  CsvRows below = row;
  if (!below.next()) return false;
  for (std::size_t c = 0; c < std::min(row.fields.size(), below.fields.size()); ++c)
    if (is_quantity(below.fields[c]) && !is_missing(row.fields[c])) {
      header = row;
      return true;
    }
  return false;
}

/// A header of one name less than there are columns is that of R, whose rows begin with their name.
bool is_row_named(std::string_view text, const CsvRows& row, char separator) {
  return separator == ' ' || separator == '\t' || text[row.at] == '"';
}

/// The next row that is not empty.
bool next_filled(CsvRows& row, bool& gap) {
  for (gap = false; row.next(); gap = true)
    if (!row.blank) return true;
  return false;
}

enum class HeaderRow { title, header, unfit };

/// What a row of names is, by the row behind it, whose width the layout takes.
HeaderRow judge(std::string_view text, std::vector<std::string_view>& names, CsvRows row, TableLayout& layout) {
  bool gap = false;
  if (!next_filled(row, gap)) {
    layout.width = Index(names.size());
    return HeaderRow::header;
  }
  std::vector<std::string_view>& fields = row.fields;
  std::vector<std::string_view> filled = names;
  cut_surplus(filled, 0);
  if (filled.size() < fields.size() && is_names(fields)) return HeaderRow::title;
  cut_surplus(names, fields.size());
  cut_surplus(fields, names.size());
  layout.width = Index(fields.size());
  if (names.size() == fields.size()) return HeaderRow::header;
  if (gap && names.size() < fields.size()) return HeaderRow::title;
  if (names.size() + 1 == fields.size() && is_row_named(text, row, layout.dialect.separator)) {
    names.insert(names.begin(), std::string_view());
    return HeaderRow::header;
  }
  return HeaderRow::unfit;
}

/// Names in the comment before the first row, as numpy writes them.
void take_comment(TableLayout& layout, std::string_view comment) {
  CsvRows row(bare(comment), layout.dialect.separator);
  if (!row.next() || Index(row.fields.size()) != layout.width || layout.width < 2 || !is_names(row.fields)) return;
  take_names(layout, row.fields, layout.line - 1);
  layout.notes.push_back("The comment before the first row is the header.");
}

}  // namespace

bool is_utf8(std::string_view s) {
  for (std::size_t at = 0; at < s.size();)
    if (next_code_point(s, at) == no_code_point) return false;
  return true;
}

TableLayout find_layout(std::string_view text, Header header) {
  TableLayout layout{.dialect = find_dialect(text)};
  CsvRows row(text, layout.dialect.separator);
  bool gap = false;
  Index titles = 0;
  while (next_filled(row, gap)) {
    layout.start = row.at;
    layout.line = row.line;
    layout.width = Index(row.fields.size());
    if (header == Header::no) break;
    if (is_above_header(row, layout.dialect.width)) {
      ++titles;
      continue;
    }
    if (header == Header::automatic && !is_names(row.fields)) break;
    std::vector<std::string_view> names = row.fields;
    const HeaderRow kind = judge(text, names, row, layout);
    if (kind == HeaderRow::unfit)
      refuse_text(line_field(row.line), phrase("a header of {} names, as many as there are columns", {layout.width}),
                  phrase("{} (separator: {})", {names.size(), separator_name(layout.dialect.separator)}));
    if (kind == HeaderRow::title) {
      ++titles;
      continue;
    }
    take_names(layout, names, row.line);
    if (take_units(row)) layout.notes.push_back("The line of units below the header is left out.");
    layout.start = row.end();
    layout.line = row.next_line();
    break;
  }
  row.check();
  if (!layout.header && header != Header::no) take_comment(layout, row.comment);
  if (titles > 0)
    layout.notes.push_back(
        phrase("{} before the header {} left out.", {counted(titles, "line"), titles == 1 ? "is" : "are"}));
  return layout;
}

// Rows ---------------------------------------------------------------------------------------------------------

TableRows::TableRows(std::string_view text, const TableLayout& layout)
    : layout_(layout), text_(text.substr(layout.start)), rows_(text_, layout.dialect.separator) {}

/// Whether the table ends before this row. From here on there are only words, such as a source, in lines of another
/// width or behind an empty line, and lines of separators alone.
bool TableRows::is_end(bool gap) {
  const bool empty = layout_.width > 1 && filled(rows_.fields) == 0;
  if (!gap && !empty && Index(rows_.fields.size()) == layout_.width) return false;
  bool any = false;
  CsvRows row = rows_;
  do {
    if (row.blank || filled(row.fields) == 0) continue;
    if (!is_names(row.fields)) return false;
    any = true;
  } while (row.next());
  footer_ = any;
  return !row.trouble;
}

/// Whether the row is left out since it has no date.
bool TableRows::is_undated() {
  if (layout_.dated < 0) return false;
  const std::string_view field = bare(rows_.fields[std::size_t(layout_.dated)]);
  Moment m;
  if (is_missing(field) || is_moment(field, m)) return false;
  if (undated_rows_++ == 0) undated_ = field;
  return true;
}

bool TableRows::next() {
  do {
    const bool gap = rows_.blank;
    if (!rows_.next()) {
      if (rows_.trouble) refuse(rows_.trouble, rows_.instead);
      return false;
    }
    ++read_;
    if (rows_.blank) return true;
    cut_surplus(rows_.fields, std::size_t(layout_.width));
    if (is_end(gap)) return false;
    check_width();
  } while (is_undated());
  return true;
}

void TableRows::check_width() const {
  const Index width = Index(rows_.fields.size());
  if (width > most_columns) refuse(phrase("at most {} columns", {most_columns}), "more");
  if (width != layout_.width)
    refuse(phrase("{}, like the first", {counted(layout_.width, "column")}), counted(width, "column"));
}

void TableRows::refuse(Words expected, Words actual) const { refuse_text(line_field(line()), expected, actual); }

}  // namespace unfold
