#include "unfold/model/cells/table.h"

#include <algorithm>
#include <string>
#include <vector>

#include "unfold/base/error.h"

namespace unfold {
namespace {

std::vector<const CellInfo*>& table() {
  static std::vector<const CellInfo*> list{&coupled_lstm_cell, &gru_cell,           &indrnn_cell, &janet_cell,
                                           &lru_cell,          &lstm_cell,          &mgu_cell,    &mingru_cell,
                                           &minlstm_cell,      &peephole_lstm_cell, &rnn_cell,    &rru_cell,
                                           &rwkv_cell,         &slstm_cell,         &sru_cell};
  return list;
}

}  // namespace

std::span<const CellInfo* const> cells() { return table(); }

void add_cell(const CellInfo& info) {
  if (find_cell(info.name)) refuse_argument("name", "a name that no cell has", std::string(info.name));
  auto& list = table();
  list.insert(std::upper_bound(list.begin(), list.end(), &info,
                               [](const CellInfo* a, const CellInfo* b) { return a->name < b->name; }),
              &info);
}

}  // namespace unfold
