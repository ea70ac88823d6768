#include "unfold/config/cell_info.h"

#include "unfold/base/error.h"

namespace unfold {
namespace {

const CellOption& option(const CellSettings& settings, std::string_view name) {
  for (const CellOption& o : settings.values)
    if (o.name == name) return o;
  throw Error(ErrorCode::internal, std::string(name), "an option that the cell declares", "none");
}

}  // namespace

std::string_view CellSettings::choice(std::string_view name) const { return option(*this, name).choice; }
double CellSettings::number(std::string_view name) const { return option(*this, name).number; }

const CellInfo* find_cell(std::string_view name) {
  for (const CellInfo* info : cells())
    if (info->name == name) return info;
  return nullptr;
}

Activation parse_activation(std::string_view name) {
  for (std::size_t i = 0; i < activation_names.size(); ++i)
    if (name == activation_names[i]) return Activation(i);
  throw Error(ErrorCode::invalid_config, "activation", "tanh, relu, sigmoid or identity", std::string(name));
}

}  // namespace unfold
