// Lists of JSON from lists of numbers or texts. The library's own conversion costs ten functions for each type.
#pragma once

#include <nlohmann/json.hpp>

#include "unfold/base/json.h"

namespace unfold {

template <class List>
Json list_json(const List& values) {
  Json list = Json::array();
  for (const auto& value : values) list.push_back(value);
  return list;
}

}  // namespace unfold
