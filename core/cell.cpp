#include "cell.h"

#include <utility>

#include "error.h"
#include "kernels/kernels.h"

namespace unfold {
namespace {

std::vector<CellInfo>& registry() {
  static std::vector<CellInfo> list;
  return list;
}

const CellOption& option(const CellSettings& settings, std::string_view name) {
  for (const CellOption& o : settings.values)
    if (o.name == name) return o;
  throw Error(ErrorCode::internal, std::string(name), "an option that the cell declares", "none");
}

}  // namespace

std::string_view CellSettings::choice(std::string_view name) const { return option(*this, name).choice; }
double CellSettings::number(std::string_view name) const { return option(*this, name).number; }

RegisterCell::RegisterCell(const CellInfo& info) {
  auto& list = registry();
  list.push_back(info);
  for (std::size_t i = list.size() - 1; i > 0 && list[i].name < list[i - 1].name; --i) std::swap(list[i], list[i - 1]);
}

const std::vector<CellInfo>& cells() { return registry(); }

const CellInfo* find_cell(std::string_view name) {
  for (const CellInfo& info : registry())
    if (info.name == name) return &info;
  return nullptr;
}

Activation parse_activation(std::string_view name) {
  for (std::size_t i = 0; i < activation_names.size(); ++i)
    if (name == activation_names[i]) return Activation(i);
  throw Error(ErrorCode::invalid_config, "activation", "tanh, relu, sigmoid or identity", std::string(name));
}

void activate(Activation f, Real* x, Index n) {
  switch (f) {
    case Activation::tanh: return kernels::tanh(x, n);
    case Activation::sigmoid: return kernels::sigmoid(x, n);
    case Activation::identity: return;
    case Activation::relu:
      for (Index i = 0; i < n; ++i) x[i] = x[i] < 0 ? 0 : x[i];  // NaN stays NaN
  }
}

void activation_gradient(Activation f, const Real* y, const Real* dy, Real* dx, Index n) {
  switch (f) {
    case Activation::tanh:
      for (Index i = 0; i < n; ++i) dx[i] = dy[i] * (1 - y[i] * y[i]);
      return;
    case Activation::sigmoid:
      for (Index i = 0; i < n; ++i) dx[i] = dy[i] * (y[i] * (1 - y[i]));
      return;
    case Activation::relu:
      for (Index i = 0; i < n; ++i) dx[i] = y[i] > 0 ? dy[i] : 0;
      return;
    case Activation::identity:
      for (Index i = 0; i < n; ++i) dx[i] = dy[i];
  }
}

}  // namespace unfold
