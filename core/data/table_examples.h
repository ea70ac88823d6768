// Examples from tables: rows to predict, and series with a label each.
#pragma once

#include <limits>

#include "unfold/data/dataset.h"
#include "unfold/data/table.h"

namespace unfold {

/// Rows `from` to `to` − 1 of a table: its columns of one side, Column::input or Column::target, row after row.
std::vector<Real> side_of(const Table& table, bool Column::* side, Index from, Index to);
/// Columns, and how many are read and predicted.
void take_columns(const Table& table, Dataset& data);

/// Series with a label each (classify). Each has 1 to task.max_length rows.
Dataset read_labelled_series(std::string_view text, const Config& config, const std::vector<Column>* known = nullptr);

/// What a model of these columns reads of a table, for predictions: {series: [rows of numbers, null where one is
/// missing; the `last` ones of each], lengths: rows that each has in the table, targets: names of the columns that it
/// predicts, header, notes}. Columns that are only predicted, and labels, need not be there. With `future`, where a
/// column dates the rows, also dates: {column, and either next: of each series so many dates after its last one, or
/// reason: why there are none}, and where these say what the columns hold that are read and not predicted, future: of
/// each series their rows.
Json table_rows(std::string_view text, const Config& config, const std::vector<Column>& columns, Index future = 0,
                Index last = std::numeric_limits<Index>::max());

}  // namespace unfold
