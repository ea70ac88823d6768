// The time of a table's rows: which have the same, and what comes next.
#include <algorithm>

#include "unfold/base/hash.h"
#include "unfold/base/phrase.h"
#include "unfold/base/sorting.h"
#include "unfold/data/table_part.h"

namespace unfold {
namespace {

std::uint64_t hash_of(std::string_view field) {
  Hash hash;
  hash.add(field.data(), field.size());
  return hash.value();
}

/// Whether each of the few values of column c occurs once at most dates, and never twice, in rows that follow each
/// other.
bool recurs(const TableReading& r, Index time, Index c) {
  std::vector<std::uint64_t> all, now;
  std::string date;
  Index dates = 0, rows = 0;
  const auto close = [&] {  // the values of one date
    sort(now);
    if (std::adjacent_find(now.begin(), now.end()) != now.end()) return false;
    all.insert(all.end(), now.begin(), now.end());
    sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    rows += Index(now.size());
    ++dates;
    now.clear();
    return Index(all.size()) * dates <= 2 * rows;  // so that `all` stays short
  };
  for (TableRows row(r.text, r.layout); row.next();) {
    if (row.blank()) continue;
    const std::string_view field = bare(row.fields()[std::size_t(time)]);
    if (!now.empty() && field != date && !close()) return false;
    date = field;
    now.push_back(hash_of(bare(row.fields()[std::size_t(c)])));
  }
  return close() && dates > 2 && 2 * rows >= 3 * dates;
}

}  // namespace

Index find_interleaved(const TableReading& r) {
  Index time = first_of(r, ColumnKind::date);
  const auto& columns = r.table.columns;
  for (std::size_t c = 0; c < columns.size() && time < 0; ++c)
    if (columns[c].kind == ColumnKind::number && is_index_name(columns[c].name) && lowered(columns[c].name) != "id")
      time = Index(c);
  if (time < 0) return -1;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const ColumnProfile& p = r.profiles[c];
    const bool names = columns[c].kind == ColumnKind::text || is_id_name(columns[c].name);
    if (Index(c) != time && names && p.missing == 0 && !p.together && recurs(r, time, Index(c))) return Index(c);
  }
  return -1;
}

void group_series(TableReading& r, Index id) {
  struct Row {
    std::uint64_t series;
    Index first, line;  // the row that the series begins with, and its own line
    std::string_view text;
  };
  std::vector<Row> all;
  std::vector<std::pair<std::uint64_t, Index>> known;
  for (TableRows rows(r.text, r.layout); rows.next();) {
    if (rows.blank()) continue;
    const std::uint64_t series = hash_of(bare(rows.fields()[std::size_t(id)]));
    all.push_back({series, 0, rows.line(), rows.written()});
    known.push_back({series, rows.line()});
  }
  sort(known);
  const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
  known.erase(std::unique(known.begin(), known.end(), same), known.end());  // the first line of each remains
  for (Row& row : all)
    row.first = std::lower_bound(known.begin(), known.end(), std::pair(row.series, Index(0)))->second;
  sort(all, [](const Row& a, const Row& b) { return a.first != b.first ? a.first < b.first : a.line < b.line; });
  for (const Row& row : all) {
    r.grouped += row.text;
    if (!row.text.ends_with('\n') && !row.text.ends_with('\r')) r.grouped += '\n';
    r.layout.lines.push_back(row.line);
  }
  r.text = r.grouped;
  r.layout.start = 0;
  r.table.notes.push_back(phrase("The rows of {} series are put together.", {known.size()}));
}

namespace {

/// A row of Table::next_rows for each of these dates of column c; empty where they do not say all of it.
std::vector<Real> rows_at(const TableReading& r, Index c, const std::vector<std::string>& dates) {
  std::vector<Real> rows;
  const bool day_first = r.profiles[std::size_t(c)].day_first;
  for (const std::string& date : dates)
    for (std::size_t k = 0; k < r.sources.size(); ++k) {
      const Column& column = r.table.used[k];
      if (!column.input || column.target) continue;
      const ColumnSource& source = r.sources[k];
      Moment m;
      double year = 0;
      if (source.column != c) return {};
      if (source.feature != DateFeature::none && parse_moment(date, day_first, m))
        rows.push_back(Real(value_of(source.feature, m)));
      else if (source.feature == DateFeature::none && parse_number(date, year))
        rows.push_back(Real(year));
      else
        return {};
    }
  return rows;
}

}  // namespace

void continue_dates(TableReading& r) {
  Table& table = r.table;
  Index c = first_of(r, ColumnKind::date);
  for (std::size_t k = 0; k < table.columns.size() && c < 0; ++k)
    if (const std::string name = lowered(table.columns[k].name); name == "year" || name == "jahr") c = Index(k);
  if (c < 0) return;
  constexpr std::size_t most = 64;  // of the last ones
  const ColumnProfile& p = r.profiles[std::size_t(c)];
  table.dated = table.columns[std::size_t(c)].name;
  std::vector<std::string> fields;
  const auto close = [&] {
    if (r.backwards) std::reverse(fields.begin(), fields.end());
    std::vector<std::string> next;
    const std::span all(fields);
    if (!p.ambiguous()) next = dates_after(all.last(std::min(all.size(), most)), p.day_first, r.future);
    table.next_rows.push_back(rows_at(r, c, next));
    table.next_dates.push_back(std::move(next));
    fields.clear();
  };
  for (SeriesRows rows(r, r.form.id); rows.next();) {
    if (rows.begins() && !fields.empty()) close();
    if (!r.backwards && fields.size() == 2 * most) fields.erase(fields.begin(), fields.begin() + std::ptrdiff_t(most));
    if (!r.backwards || fields.size() < most) fields.emplace_back(rows.field(c));
  }
  close();
  if (std::none_of(table.next_dates.begin(), table.next_dates.end(), [](const auto& next) { return next.empty(); }))
    return;
  table.next_dates.clear();
  table.next_rows.clear();
  table.undated = p.ambiguous() ? "either of the numbers may be the month" : "they are not evenly spaced";
}

}  // namespace unfold
