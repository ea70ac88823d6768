#include "unfold/model/parameters.h"

namespace unfold {

int ParameterTable::add(Parameter p) {
  p.offset = size_;
  if (p.block == 0) p.block = p.rows;
  size_ += p.size();
  list_.push_back(std::move(p));
  return count() - 1;
}

int ParameterTable::find(const std::string& name) const {
  for (int i = 0; i < count(); ++i)
    if ((*this)[i].name == name) return i;
  return -1;
}

}  // namespace unfold
