#include "unfold/data/scaling.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "unfold/base/numeric.h"
#include "unfold/base/phrase.h"

namespace unfold {
namespace {

double compressed(double v) {
  const double size = numeric::log(1 + std::fabs(v));
  return v < 0 ? -size : size;
}

double expanded(double u) {
  const double size = numeric::exp(std::fabs(u)) - 1;
  return u < 0 ? -size : size;
}

/// The numbers of column `at` of rows of `width`, in the training examples.
template <class F>
void each(const Dataset& data, std::vector<Real> Example::* rows, Index width, Index at, const F& f) {
  for (const Example& e : data.train)
    for (std::size_t i = std::size_t(at); i < (e.*rows).size(); i += std::size_t(width))
      if (std::isfinite((e.*rows)[i])) f(double((e.*rows)[i]));
}

void fit(const Dataset& data, std::vector<Real> Example::* rows, Index width, Index at, Scaling kind, Column& column) {
  column.log = kind == Scaling::log;
  const auto value = [&](double v) { return column.log ? compressed(v) : v; };
  double sum = 0, count = 0, low = INFINITY, high = -INFINITY, squares = 0;
  each(data, rows, width, at, [&](double v) {
    const double u = value(v);
    sum += u;
    ++count;
    low = std::min(low, u);
    high = std::max(high, u);
  });
  if (count == 0) return;
  const double mean = sum / count;
  each(data, rows, width, at, [&](double v) { squares += (value(v) - mean) * (value(v) - mean); });
  column.mean = kind == Scaling::minmax ? low : mean;
  column.scale = kind == Scaling::minmax ? high - low : std::sqrt(squares / count);
  // Of a constant column: what is left is rounding.
  if (!(column.scale > 1e-12 * std::fabs(mean) && column.scale > 1e-30)) column.scale = 1;
}

}  // namespace

Scales::Scales(const std::vector<Column>& columns, bool Column::* side) {
  const auto changed = [](const Column& c) { return c.mean != 0 || c.scale != 1 || c.log; };
  if (std::none_of(columns.begin(), columns.end(), changed)) return;
  for (const Column& c : columns)
    if (c.*side) scales_.push_back(c);
}

Scales::Scales(const std::vector<Column>& columns, const NumberLoss& loss) {
  for (const Column& c : Scales(columns, &Column::target).scales_)
    for (Index r = 0; r < loss.outputs(); ++r) {
      scales_.push_back(c);
      if (loss.kind != Loss::gaussian || r == 0) continue;
      scales_.back().mean = 2 * numeric::log(c.scale);
      scales_.back().scale = 1;
    }
}

Real Scales::scaled(Index column, Real v) const {
  if (!on()) return v;
  const Column& c = scales_[std::size_t(column)];
  return Real(((c.log ? compressed(double(v)) : double(v)) - c.mean) / c.scale);
}

Real Scales::restored(Index column, Real y) const {
  if (!on()) return y;
  const Column& c = scales_[std::size_t(column)];
  const double u = double(y) * c.scale + c.mean;
  return Real(c.log ? expanded(u) : u);
}

void Scales::scale(const Real* from, Index columns, Real* to) const {
  if (!on()) std::copy_n(from, columns, to);
  for (Index k = 0; on() && k < columns; ++k) to[k] = scaled(k, from[k]);
}

void Scales::restore(std::vector<Real>& rows) const {
  for (std::size_t i = 0; on() && i < rows.size(); ++i) rows[i] = restored(Index(i % scales_.size()), rows[i]);
}

double Scales::unit() const { return scales_.size() == 1 && !scales_[0].log ? scales_[0].scale : 1; }

Json columns_json(const std::vector<Column>& columns) {
  Json list = Json::array();
  for (const Column& c : columns)
    list.push_back(object({{"name", c.name},
                           {"input", c.input},
                           {"target", c.target},
                           {"mean", c.mean},
                           {"scale", c.scale},
                           {"log", c.log}}));
  return list;
}

Json scaling_json(const std::vector<Column>& columns, const NumberLoss& loss) {
  Json json = Json::object();
  const Scales inputs(columns, &Column::input), outputs(columns, loss);
  const auto side = [&](const char* name, const Scales& scales) {
    Json& list = json[name] = Json::array();
    for (const Column& c : scales.columns())
      list.push_back(object({{"mean", c.mean}, {"scale", c.scale}, {"log", c.log}}));
  };
  if (!inputs.on() && !outputs.on()) return json;
  side("inputs", inputs);
  side("outputs", outputs);
  return json;
}

std::vector<Column> numbered_columns(Index numbers, Index outputs, bool same) {
  std::vector<Column> columns;
  const auto add = [&](bool input, bool target) {
    columns.push_back({.name = phrase("column {}", {columns.size() + 1}), .input = input, .target = target});
  };
  for (Index k = 0; k < numbers; ++k) add(true, same);
  for (Index k = 0; k < outputs && !same; ++k) add(false, true);
  return columns;
}

void fit_scaling(Dataset& data, Scaling kind) {
  if (kind == Scaling::none) return;
  Index input = 0, target = 0;
  for (Column& c : data.columns) {
    if (c.input)
      fit(data, &Example::numbers, data.numbers, input, kind, c);
    else
      fit(data, &Example::values, data.outputs, target, kind, c);
    input += c.input;
    target += c.target;
  }
}

}  // namespace unfold
