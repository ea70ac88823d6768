// Standardised columns: between the numbers of a file and those that a network reads and answers with.
#pragma once

#include "unfold/base/json.h"
#include "unfold/data/dataset.h"

namespace unfold {

/// The scales of the columns on one side of an example, in their order. Without columns every number stays as it is.
/// With u = v, or u = sign(v)·ln(1 + |v|) of a logarithmic column:
///   scaled(v) = (u − mean) / scale        restored: the inverse, computed in double
class Scales {
 public:
  Scales() = default;
  /// `side`: Column::input or Column::target.
  Scales(const std::vector<Column>& columns, bool Column::* side);
  /// Of the outputs of a network for the columns with `target`: as many for each as the loss has. A log variance is
  /// shifted by 2·ln scale.
  Scales(const std::vector<Column>& columns, const NumberLoss& loss);

  bool on() const { return !scales_.empty(); }
  Real scaled(Index column, Real v) const;
  Real restored(Index column, Real y) const;
  /// A row.
  void scale(const Real* from, Index columns, Real* to) const;
  /// Rows, one after the other, in place.
  void restore(std::vector<Real>& rows) const;
  /// What an error of scaled numbers is multiplied with to be one of the file's numbers: the scale of a single column;
  /// 1 for several columns, whose units differ, and for a logarithmic one.
  double unit() const;
  const std::vector<Column>& columns() const { return scales_; }

 private:
  std::vector<Column> scales_;  // empty, too, where no column is changed
};

/// Fills mean and scale of every column by the training examples alone, in double and in their order. Columns that have
/// no names yet get numbers. A constant column has the scale 1.
///   standard  mean and standard deviation
///   minmax    smallest number, and how far the largest is from it
///   log       those of sign(v)·ln(1 + |v|)
void fit_scaling(Dataset& data, Scaling kind);

/// A list of {name, input, target, mean, scale, log}.
Json columns_json(const std::vector<Column>& columns);
/// {inputs: [{mean, scale, log}], outputs: [the same, for each output]} of a graph; empty where every number stays as
/// it is.
Json scaling_json(const std::vector<Column>& columns, const NumberLoss& loss);

/// The columns of numbers that have no header: as many that are read as answered, which are then the same ones, or
/// those that are read followed by the others.
std::vector<Column> numbered_columns(Index numbers, Index outputs, bool same);

}  // namespace unfold
