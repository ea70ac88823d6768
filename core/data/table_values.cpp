// The values of a table's columns, and what is put where one is missing.
#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "unfold/base/numeric.h"
#include "unfold/base/phrase.h"
#include "unfold/data/examples.h"
#include "unfold/data/lines.h"
#include "unfold/data/table_part.h"

namespace unfold {
namespace {

constexpr Real missing_value = std::numeric_limits<Real>::quiet_NaN();

std::string place_of(const TableReading& r, Index c) {
  const std::string number = phrase("column {}", {c + 1});
  return r.layout.header ? phrase("{} ({})", {number, r.table.columns[std::size_t(c)].name}) : number;
}

/// Refuses a field, or, for a preview, counts it.
Real refuse_field(TableReading& r, const TableRows& rows, Index column, const std::string& expected,
                  const std::string& actual) {
  if (!r.lenient) rows.refuse(phrase("{} in {}", {expected, place_of(r, column)}), actual);
  if (r.unfit++ == 0)
    r.unfit_note = phrase("line {}: expected {} in {}, got {}", {rows.line(), expected, place_of(r, column), actual});
  return 0;
}

Real read_value(TableReading& r, const TableRows& rows, const ColumnSource& source) {
  const std::size_t c = std::size_t(source.column);
  const std::string_view field = c < rows.fields().size() ? rows.fields()[c] : std::string_view();
  if (is_missing(field)) {
    if (r.config.missing == Missing::refuse && !r.lenient)
      rows.refuse(
          phrase("a number in {}, or dataset.missing: forward, interpolate or mask", {place_of(r, source.column)}),
          bare(field).empty() ? "nothing" : excerpt(bare(field)));
    return missing_value;
  }
  if (source.feature != DateFeature::none) {
    Moment m;
    const bool day_first = r.profiles[c].day_first;
    if (!parse_moment(field, day_first, m)) return refuse_field(r, rows, source.column, "a date", excerpt(field));
    return Real(value_of(source.feature, m));
  }
  const TableColumn& column = r.table.columns[c];
  if (column.kind == ColumnKind::truth) {
    int kind = 0;
    return Real(truth_of(field, kind));
  }
  Quantity q;
  if (!parse_quantity(field, r.layout.dialect.decimal, q) || q.unit != column.unit)
    return refuse_field(r, rows, source.column, "a number", excerpt(bare(field)));
  if (!(std::fabs(q.value) <= largest_number))
    return refuse_field(r, rows, source.column, "a number within ±1e15", excerpt(bare(field)));
  return Real(q.value);
}

void begin_series(TableReading& r, const SeriesRows& rows, Table& table) {
  table.starts.push_back(table.rows);
  table.lines.push_back(rows.line());
  if (r.form.label < 0) return;
  const std::string_view label = rows.field(r.form.label);
  if (label.empty()) {
    refuse_field(r, rows, r.form.label, "a label", "nothing");
    return;
  }
  if (!is_utf8(label)) rows.refuse("UTF-8", excerpt(label));
  table.labels.emplace_back(label);
}

}  // namespace

double value_of(DateFeature feature, const Moment& m) {
  const bool is_sine = int(feature) % 2 == 1;
  return numeric::cos(2 * numeric::pi * (phase_of(feature, m) - (is_sine ? 0.25 : 0)));
}

void read_values(TableReading& r) {
  Table& table = r.table;
  table.rows = 0;
  for (SeriesRows rows(r, r.form.id); rows.next(); ++table.rows) {
    if (rows.begins()) begin_series(r, rows, table);
    for (const ColumnSource& source : r.sources) table.values.push_back(read_value(r, rows, source));
  }
  table.starts.push_back(table.rows);
  if (r.unfit > 0)
    table.notes.push_back(phrase(
        "{} cannot be read, and a training refuses {}: {}{}.",
        {counted(r.unfit, "field"), r.unfit == 1 ? "it" : "them", r.unfit == 1 ? "" : "the first in ", r.unfit_note}));
  const Index width = Index(r.sources.size());
  for (std::size_t i = 0; r.backwards && i + 1 < table.starts.size(); ++i)
    for (Index a = table.starts[i], b = table.starts[i + 1] - 1; a < b; ++a, --b)
      std::swap_ranges(&table.values[std::size_t(a * width)], &table.values[std::size_t(a * width)] + width,
                       &table.values[std::size_t(b * width)]);
}

// Missing values -----------------------------------------------------------------------------------------------

namespace {

/// One column of one series.
struct Strip {
  Real* first;
  Index rows, stride;
  Real& at(Index t) const { return first[t * stride]; }
  bool missing(Index t) const { return std::isnan(at(t)); }
};

/// Fills the rows between two that are there; −1 and `rows` are the ends of the series.
void fill_gap(const Strip& s, Index before, Index after, Missing how) {
  for (Index t = before + 1; t < after; ++t) {
    if (before < 0)
      s.at(t) = s.at(after);
    else if (after == s.rows || how == Missing::forward)
      s.at(t) = s.at(before);
    else
      s.at(t) = Real(double(s.at(before)) +
                     (double(s.at(after)) - double(s.at(before))) * double(t - before) / double(after - before));
  }
}

Index fill_strip(const Strip& s, Missing how) {
  Index filled = 0;
  for (Index before = -1, t = 0; t < s.rows;) {
    while (t < s.rows && !s.missing(t)) before = t++;
    Index after = t;
    while (after < s.rows && s.missing(after)) ++after;
    if (after - t == s.rows) return -1;  // it has no value
    fill_gap(s, before, after, how);
    filled += after - t;
    t = after;
  }
  return filled;
}

}  // namespace

void fill_missing(Table& table, Missing how) {
  const Index width = Index(table.used.size());
  constexpr const char* said[][2]{{"are refused: dataset.missing says what else to do (forward, interpolate, mask)",
                                   "is refused: dataset.missing says what else to do (forward, interpolate, mask)"},
                                  {"take the value before", "takes the value before"},
                                  {"are interpolated", "is interpolated"},
                                  {"are masked: they count neither as input nor in the loss",
                                   "is masked: it counts neither as input nor in the loss"}};
  for (Index c = 0; c < width; ++c) {
    Index count = 0;
    for (Index i = 0; i < table.series(); ++i) {
      const Index from = table.starts[std::size_t(i)], to = table.starts[std::size_t(i) + 1];
      const Strip strip{table.values.data() + from * width + c, to - from, width};
      if (how == Missing::mask || how == Missing::refuse) {
        for (Index t = 0; t < strip.rows; ++t) count += strip.missing(t);
        continue;
      }
      const Index filled = fill_strip(strip, how);
      if (filled < 0)
        refuse_text(line_field(table.lines[std::size_t(i)]),
                    "a series with a value in the column " + table.used[std::size_t(c)].name, "none");
      count += filled;
    }
    if (count > 0)
      table.notes.push_back(phrase("{} of {} {}.", {counted(count, "missing value"), table.used[std::size_t(c)].name,
                                                    said[int(how)][count == 1]}));
  }
}

}  // namespace unfold
