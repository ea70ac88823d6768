// Series of rows in time, cut into examples of predicting the next row.
#pragma once

#include "unfold/data/dataset.h"

namespace unfold {

/// R rows, the columns that are read and those that are predicted: row r of `values` is to be predicted once rows 0 to
/// r − 1 of `numbers` have been read.
struct Series {
  std::vector<Real> numbers, values;  // [D × R], [O × R]
};

/// Cuts series into examples of at most task.max_length steps (with task.carry_state, without one, into about as many
/// as a batch has), and deals them out to the three parts. `data` knows its
/// sizes already.
///
/// One series is divided in time: the last rows are for the test, as many before them for validation (the configured
/// share, at least one row each, where there are three to predict), so nothing that comes later is learned from. An
/// example of these begins up to max_length/2 steps earlier, with rows whose predictions do not count (Example::skip).
///
/// Of several series each is cut; an example begins with the row that the one before predicted last. If fewer than
/// three result, they are cut into about ten. A shuffle deals them out (hold_back).
void deal_series(const std::vector<Series>& series, const Config& config, Dataset& data);

}  // namespace unfold
