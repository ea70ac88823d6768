// What the tests of tables share.
#pragma once

#include <string>
#include <vector>

#include "support.h"
#include "unfold/data/table.h"

namespace unfold::test {

using Numbers = std::vector<Real>;
using Names = std::vector<std::string>;

inline Table table_of(const std::string& text, const DatasetConfig& config = {}, TableTask task = TableTask::rows) {
  return read_table(text, config, task);
}

inline testing::AssertionResult refused(const std::string& text, const std::string& field,
                                        const DatasetConfig& config = {}, TableTask task = TableTask::rows) {
  return refuses(ErrorCode::invalid_text, field, [&] { read_table(text, config, task); });
}

inline Names used(const Table& t) {
  Names names;
  for (const Column& c : t.used) names.push_back(c.name);
  return names;
}

}  // namespace unfold::test
