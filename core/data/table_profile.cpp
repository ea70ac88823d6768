// What the columns of a table hold: the first pass over its rows.
#include <algorithm>
#include <cmath>

#include "unfold/base/hash.h"
#include "unfold/base/numeric.h"
#include "unfold/base/phrase.h"
#include "unfold/base/sorting.h"
#include "unfold/base/utf8.h"
#include "unfold/data/examples.h"
#include "unfold/data/lines.h"
#include "unfold/data/table_part.h"

namespace unfold {
namespace {

constexpr Index shown_rows = 8;

}  // namespace

const char* name_of(DateFeature feature) {
  constexpr const char* names[]{"",           "hour sine",   "hour cosine", "weekday sine", "weekday cosine",
                                "month sine", "month cosine"};
  return names[int(feature)];
}

double phase_of(DateFeature feature, const Moment& m) {
  switch (feature) {
    case DateFeature::hour_sine:
    case DateFeature::hour_cosine: return m.hour < 0 ? std::nan("") : m.hour / 24;
    case DateFeature::weekday_sine:
    case DateFeature::weekday_cosine: return m.day == 0 ? std::nan("") : weekday(m) / 7.0;
    case DateFeature::month_sine:
    case DateFeature::month_cosine: return m.month == 0 ? std::nan("") : (m.month - 1) / 12.0;
    default: return 0;
  }
}

// Profiles -----------------------------------------------------------------------------------------------------

/// Characters of a field above which digits are a text, as of a sequence of zeros and ones.
constexpr std::size_t longest_number = 64;

void ColumnProfile::add_number(const Quantity& q) {
  const bool readable = is_utf8(q.unit);
  if (numbers == 0 && readable) unit = q.unit;
  if (q.unit != unit || !readable) {  // counts as text
    ++texts;
    ++others;
    counts = false;
    return;
  }
  counts = counts && (numbers == 0 ? q.value == 0 || q.value == 1 : q.value == last_ + 1);
  rises = rises && (numbers == 0 || q.value > last_);
  last_ = q.value;
  min = numbers == 0 ? q.value : std::min(min, q.value);
  max = numbers == 0 ? q.value : std::max(max, q.value);
  ++numbers;
}

void ColumnProfile::add_text(std::string_view field) {
  int kind = 0;
  if (truth_of(field, kind) >= 0) {
    if (truths == 0) truth = kind;
    truths += kind == truth;
  }
  ++texts;
}

/// Counts runs of one value, as long as there may be several rows to a run.
void ColumnProfile::add_run(std::string_view field, Index row) {
  if (!together || (row > 0 && field == previous_)) return;
  ++runs;
  if (runs > 64 && 4 * runs > 3 * row) {
    together = false;
    std::vector<std::uint64_t>().swap(seen_);
    return;
  }
  previous_ = field;
  Hash hash;
  hash.add(field.data(), field.size());
  seen_.push_back(hash.value());
}

void ColumnProfile::add(std::string_view field, Index row, const Dialect& dialect) {
  add_run(bare(field), row);
  if (is_missing(field)) {
    ++missing;
    counts = false;
    return;
  }
  Quantity q;
  if (field.size() <= longest_number && parse_quantity(field, dialect.decimal, q)) return add_number(q);
  counts = false;
  Moment m, other;
  const bool as_told = parse_moment(field, day_first, m), reversed = parse_moment(field, !day_first, other);
  if (!as_told && !reversed) return add_text(field);
  if (!as_told) m = other;
  (day_first == as_told ? day_first : month_first) |= as_told != reversed;
  unclear = unclear || (reversed && m.day != other.day);
  for (int f = 1; f <= date_features; ++f) {
    const double phase = phase_of(DateFeature(f), m);
    if (dates > 0 && (phase < phases_[f] || phase > phases_[f])) varying_ |= 1u << f;  // neither is NaN
    phases_[f] = phase;
  }
  ++dates;
}

void ColumnProfile::settle(Index rows) {
  sort(seen_);
  together = together && std::adjacent_find(seen_.begin(), seen_.end()) == seen_.end() && runs < rows;
  std::vector<std::uint64_t>().swap(seen_);
}

ColumnKind ColumnProfile::kind(Index rows) const {
  const Index filled = numbers + dates + texts;
  if (filled == 0) return ColumnKind::constant;
  if (2 * numbers >= filled) {
    if (numbers == filled && min == max && missing == 0 && rows > 1) return ColumnKind::constant;
    return (counts || (rises && numbers == rows)) && rows > 1 ? ColumnKind::index : ColumnKind::number;
  }
  if (truths == filled) return ColumnKind::truth;
  return 2 * dates >= filled ? ColumnKind::date : ColumnKind::text;
}

namespace {

/// One pass over the rows; returns them, read to their end.
TableRows profile_rows(TableReading& r) {
  r.table.rows = 0;
  r.table.head.clear();
  r.profiles.assign(std::size_t(r.layout.width), {});
  TableRows rows(r.text, r.layout);
  while (rows.next()) {
    if (rows.blank()) continue;
    for (std::size_t c = 0; c < r.profiles.size(); ++c)
      r.profiles[c].add(rows.fields()[c], r.table.rows, r.layout.dialect);
    if (r.table.rows++ < shown_rows) {
      std::vector<std::string>& shown = r.table.head.emplace_back();
      for (const std::string_view field : rows.fields()) shown.push_back(beginning(field));
    }
  }
  return rows;
}

/// The first column of dates, if few of its fields, at most one in ten, are something else: a total is no moment.
Index dated_column(const TableReading& r) {
  for (std::size_t c = 0; c < r.profiles.size(); ++c)
    if (const ColumnProfile& p = r.profiles[c]; p.dates > 0 && p.kind(r.table.rows) == ColumnKind::date)
      return p.numbers + p.texts > 0 && 10 * (p.numbers + p.texts) <= p.dates ? Index(c) : -1;
  return -1;
}

}  // namespace

void profile_table(TableReading& r) {
  r.layout = find_layout(r.text, r.config.header);
  Table& table = r.table;
  const TableLayout& layout = r.layout;
  table.dialect = layout.dialect;
  table.header = layout.header;
  table.notes = layout.notes;
  TableRows rows = profile_rows(r);
  r.layout.dated = dated_column(r);
  if (layout.dated >= 0) {
    const TableRows again = profile_rows(r);
    table.notes.push_back(phrase(
        "{} without a date {} left out, such as {}.",
        {counted(again.undated_rows(), "row"), again.undated_rows() == 1 ? "is" : "are", excerpt(again.undated())}));
  }
  if (rows.comments() > 0)
    table.notes.push_back(phrase("{} with # in front {} left out.",
                                 {counted(rows.comments(), "line"), rows.comments() == 1 ? "is" : "are"}));
  if (rows.footer()) table.notes.push_back("The text below the table is left out.");
  for (std::size_t c = 0; c < r.profiles.size(); ++c) {
    ColumnProfile& p = r.profiles[c];
    p.settle(table.rows);
    TableColumn& column = table.columns.emplace_back();
    if (layout.header) column.name = layout.names[c];
    if (column.name.empty()) column.name = phrase("column {}", {c + 1});
    const std::string name = column.name;
    for (int again = 2; r.find(column.name) < Index(c); ++again) column.name = phrase("{} {}", {name, again});
    column.kind = p.kind(table.rows);
    column.unit = p.unit;
    column.missing = p.missing;
    column.min = p.min;
    column.max = p.max;
  }
}

std::string column_names(const Table& table) {
  std::string names;
  for (const TableColumn& column : table.columns) names += (names.empty() ? "" : ", ") + column.name;
  return names;
}

Index TableReading::find(std::string_view name) const {
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    if (table.columns[c].name == name) return Index(c);
  return -1;
}

}  // namespace unfold
