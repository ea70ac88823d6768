// One flat vector of parameters with a table of names, shapes and offsets, which gradients and the optimizer's moments
// share. Optimizer, clipping and checkpoint see one vector.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "unfold/base/real.h"

namespace unfold {

/// How a tensor is first filled, see initialization.h.
enum class Fill { zero, constant, input, recurrent, readout, embedding };

struct Parameter {
  std::string name;
  Index rows = 0, cols = 0;  // row-major, as PyTorch stores it: element (r, c) at offset + r·cols + c
  Size offset = 0;
  Fill fill = Fill::zero;
  Index block = 0;                            // rows of one gate: filled as separate block×cols matrices
  std::vector<double> values;                 // for Fill::constant: one value for each block
  std::span<const signed char> time_gates{};  // of such biases: CellInfo::time_gates, one for each block
  bool vector = false;                        // of rank 1: shape [rows]
  Index size() const { return rows * cols; }
};

class ParameterTable {
 public:
  /// Adds a tensor, returns its number.
  int add(Parameter p);
  const Parameter& operator[](int i) const { return list_[std::size_t(i)]; }
  Parameter& operator[](int i) { return list_[std::size_t(i)]; }
  int count() const { return int(list_.size()); }
  /// The number of the tensor of that name, −1 if there is none.
  int find(const std::string& name) const;
  /// Elements in all.
  Size size() const { return size_; }
  auto begin() const { return list_.begin(); }
  auto end() const { return list_.end(); }

 private:
  std::vector<Parameter> list_;
  Size size_ = 0;
};

}  // namespace unfold
