// Where the rows of a table begin: behind comments, a title and a header.
#include "unfold/base/phrase.h"
#include "unfold/base/utf8.h"
#include "unfold/data/examples.h"
#include "unfold/data/lines.h"
#include "unfold/data/table_part.h"

namespace unfold {
namespace {

constexpr std::size_t longest_name = 200;

/// No number, no date, and something.
bool is_names(const std::vector<std::string_view>& fields) {
  bool any = false;
  for (const std::string_view field : fields) {
    if (is_value(field, true)) return false;
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
    if (header == Header::no || (header == Header::automatic && !is_names(row.fields))) break;
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
    layout.start = row.end();
    layout.line = row.next_line();
    break;
  }
  row.check();
  if (!layout.header && header != Header::no) take_comment(layout, row.comment);
  if (titles > 0) layout.notes.push_back(phrase("{} lines before the header are left out.", {titles}));
  return layout;
}

// Rows ---------------------------------------------------------------------------------------------------------

TableRows::TableRows(std::string_view text, const TableLayout& layout)
    : layout_(layout), rows_(text.substr(layout.start), layout.dialect.separator) {}

bool TableRows::next() {
  if (!rows_.next()) {
    if (rows_.trouble) refuse(rows_.trouble, rows_.instead);
    return false;
  }
  if (rows_.blank) return true;
  cut_surplus(rows_.fields, std::size_t(layout_.width));
  const Index width = Index(rows_.fields.size());
  if (width > most_columns) refuse(phrase("at most {} columns", {most_columns}), "more");
  if (width != layout_.width)
    refuse(phrase("{} columns, like the first", {layout_.width}), phrase("{} columns", {width}));
  return true;
}

void TableRows::refuse(Words expected, Words actual) const { refuse_text(line_field(line()), expected, actual); }

}  // namespace unfold
