// Every cell there is: one line here and one in table.cpp for each file of this folder.
#pragma once

#include "unfold/config/cell_info.h"

namespace unfold {

extern const CellInfo coupled_lstm_cell, gru_cell, indrnn_cell, janet_cell, lru_cell, lstm_cell, mgu_cell, mingru_cell,
    minlstm_cell, peephole_lstm_cell, rnn_cell, rru_cell, rwkv_cell, slstm_cell, sru_cell;

}  // namespace unfold
