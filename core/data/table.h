// Tables of numbers in the text files that people have: finds out how they are written, what their columns hold, and
// what of them the examples use. csv.h has the grammar, cells.h the notations of numbers and dates.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "unfold/base/json.h"
#include "unfold/config/config.h"
#include "unfold/data/csv.h"
#include "unfold/data/dataset.h"

namespace unfold {

/// What most fields of a column are. index: counts the rows, as pandas and R write it; constant: one value, or none;
/// truth: TRUE or FALSE, yes or no, which are 1 and 0 where dataset.inputs or targets name the column.
enum class ColumnKind { number, date, text, index, constant, truth };

/// What becomes of a column. both: input and target; id: says which series a row belongs to; label: of the series.
enum class ColumnUse { none, input, target, both, id, label };

struct TableColumn {
  std::string name;  // of the header, or "column 3" without one
  ColumnKind kind = ColumnKind::text;
  ColumnUse use = ColumnUse::none;
  std::string reason;       // why it is left out
  std::string unit;         // of its numbers: "%"
  Index missing = 0;        // fields without a value
  double min = 1, max = 0;  // of its numbers; min > max: it has none
};

struct Table {
  Dialect dialect;
  bool header = false;
  Index rows = 0;
  std::vector<TableColumn> columns;
  /// What a row of `values` holds: columns of numbers, and features of dates.
  std::vector<Column> used;
  /// [rows × used], row after row; NaN: missing (Missing::mask alone).
  std::vector<Real> values;
  /// The first row of each series, and at the end the number of rows; the line of the text of each of these rows.
  std::vector<Index> starts, lines;
  /// Of each series, if a column is its label.
  std::vector<std::string> labels;
  /// The column that dates the rows, and of each series the dates that come next (read_table's `future`). Empty where
  /// there are none; then `undated` says why.
  std::string dated, undated;
  std::vector<std::vector<std::string>> next_dates;
  /// Of each series, at these dates: what the columns hold that are read and not predicted, row after row, where the
  /// date says all of them; else empty.
  std::vector<std::vector<Real>> next_rows;
  std::vector<std::vector<std::string>> head;  // the first rows as text, without the header
  std::vector<std::string> notes;              // what was done, a sentence each

  Index series() const { return Index(lines.size()); }
};

/// What is read: rows to predict from those before, or series with a label each.
enum class TableTask { rows, labels };

/// Reads a table. Empty lines begin a series, and so does a new value of the column `id`, in long form: without `id` it
/// is one whose value stays through a series and does not come back (of rows, one that is called so), or one whose
/// values all recur at every date. Rows of one `id` need not stand together. For a model that exists, `known` are its
/// columns, found by their names. `future`: how many dates after the last of each series are wanted. Throws
/// Error{invalid_text} with the line, Error{invalid_config} for a column that `config` names and the table does not
/// have.
Table read_table(std::string_view text, const DatasetConfig& config, TableTask task,
                 const std::vector<Column>* known = nullptr, Index future = 0);

/// Whether a column of that name (Table::used) is a feature of dates.
bool is_date_feature(std::string_view name);

/// Whether a text has labelled series of numbers in long form.
bool is_long_form(std::string_view text, const DatasetConfig& config);

/// What a table holds and what of it would be used; what is missing is counted, not refused. {format: "table",
/// separator, decimal, header, rows, series, columns: [{name, kind, use, reason, missing, min, max}], first: rows of
/// text, labels?: [{name, count}], notes}. Throws as read_table.
Json preview_table(std::string_view text, const DatasetConfig& config, TableTask task);

}  // namespace unfold
