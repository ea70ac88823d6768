// Cells of the tests' own, one file each: what a program adds with add_cell.
#pragma once

#include "unfold/config/cell_info.h"

namespace unfold::test {

extern const CellInfo mgu_cell, coupled_lstm_cell, slstm_cell;

/// Adds them to the table, once.
void add_cells();

}  // namespace unfold::test
