// Tables in long form: which column names the series, and which is their label.
#include <algorithm>
#include <utility>

#include "unfold/base/phrase.h"
#include "unfold/data/table_part.h"

namespace unfold {
namespace {

/// Whether a label stays the same through each of several series, of which one has two rows or more.
bool is_label_of(const TableReading& r, Index id, Index label) {
  std::string value;
  bool any = false;
  Index count = 0;
  for (SeriesRows rows(r, id); rows.next();) {
    const std::string_view now = rows.field(label);
    if (rows.begins()) {
      value = now;
      ++count;
    } else if (now != value) {
      return false;
    } else {
      any = true;
    }
  }
  return any && count > 1;
}

Index named_column(const TableReading& r, const std::string& name, const char* field) {
  const Index c = r.find(name);
  if (c >= 0) return c;
  refuse_config(field, "a column of the table: " + column_names(r.table), name);
}

/// A text that stays the same for so many rows on average may name a series.
constexpr Index rows_of_a_series = 8;

bool can_be_id(const TableReading& r, Index c) {
  const ColumnProfile& p = r.profiles[std::size_t(c)];
  return p.together && p.missing == 0 && p.runs > 1 && p.runs < r.table.rows;
}

/// The last column of texts that stay the same through the series; `label` ≥ 0: that one.
bool find_label(TableReading& r, Index id) {
  const bool named = r.form.label >= 0;
  for (Index c = Index(r.profiles.size()); c-- > 0;) {
    const ColumnKind kind = r.table.columns[std::size_t(c)].kind;
    const bool worded = kind == ColumnKind::text || kind == ColumnKind::truth;
    if (c == id || (named ? c != r.form.label : !worded)) continue;
    if (!is_label_of(r, id, c)) continue;
    r.form.id = id;
    r.form.label = c;
    return true;
  }
  return false;
}

}  // namespace

bool is_id_name(std::string_view name) {
  const std::string lower = lowered(name);
  return lower == "id" || lower == "series" || lower == "sequence" || lower.ends_with("_id") || lower.ends_with(" id");
}

SeriesRows::SeriesRows(const TableReading& r, Index id, bool gaps)
    : TableRows(r.text, r.layout), id_(id), gaps_(gaps || id < 0) {}

bool SeriesRows::next() {
  while (TableRows::next()) {
    if (blank()) {
      gap_ = gap_ || gaps_;
      continue;
    }
    const std::string_view own = id_ < 0 ? std::string_view() : field(id_);
    begins_ = std::exchange(gap_, false) || own != series_;
    if (begins_) series_ = own;
    return true;
  }
  return false;
}

bool find_long_form(TableReading& r) {
  const Index columns = Index(r.profiles.size());
  Index id = -1;
  if (!r.config.id.empty()) {
    id = named_column(r, r.config.id, "dataset.id");
    if (!r.profiles[std::size_t(id)].together) group_series(r, id);
  }
  if (r.task == TableTask::rows) {
    for (Index c = 0; c < columns && id < 0; ++c)
      if (r.layout.header && is_id_name(r.table.columns[std::size_t(c)].name) && can_be_id(r, c)) id = c;
    if (id < 0 && r.layout.header && (id = find_interleaved(r)) >= 0) group_series(r, id);
    r.form.id = id;
    for (Index c = 0; c < columns && id < 0; ++c)
      if (const TableColumn& column = r.table.columns[std::size_t(c)];
          column.kind == ColumnKind::text && can_be_id(r, c) &&
          r.profiles[std::size_t(c)].runs * rows_of_a_series <= r.table.rows)
        r.table.notes.push_back(phrase("All rows are one series; dataset.id \"{}\" makes one of each of its {} values.",
                                       {column.name, r.profiles[std::size_t(c)].runs}));
    return true;
  }
  if (r.config.targets.size() > 1) refuse_config("dataset.targets", "one column, the label of each series", "several");
  if (!r.config.targets.empty()) r.form.label = named_column(r, r.config.targets[0], "dataset.targets[0]");
  bool found = id >= 0 && find_label(r, id);
  for (Index c = 0; c < columns && !found && id < 0; ++c) found = can_be_id(r, c) && find_label(r, c);
  return found || (id < 0 && find_label(r, -1));
}

void find_counters(TableReading& r) {
  const std::size_t columns = r.profiles.size();
  std::vector<double> base(columns);
  std::vector<char> counts(columns, 1);
  Index at = 0, longest = 0;
  for (SeriesRows rows(r, r.form.id, true); rows.next();) {
    at = rows.begins() ? 0 : at + 1;
    const bool very_first = longest == 0;
    longest = std::max(longest, at + 1);
    for (std::size_t c = 0; c < columns && c < rows.fields().size(); ++c) {
      Quantity q;
      if (!counts[c]) continue;
      counts[c] = parse_quantity(rows.fields()[c], r.layout.dialect.decimal, q);
      if (very_first) base[c] = q.value;
      counts[c] = counts[c] && q.value == base[c] + double(at);
    }
  }
  for (std::size_t c = 0; c < columns; ++c)
    if (counts[c] && longest > 1 && r.table.columns[c].kind == ColumnKind::number)
      r.table.columns[c].kind = ColumnKind::index;
}

}  // namespace unfold
