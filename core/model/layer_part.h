// Private to layer.cpp and layer_ops.cpp.
#pragma once

#include "unfold/model/layer.h"

namespace unfold {

/// Columns [column, column + columns) of the T·N; within one step when the scan runs.
struct Layer::Part {
  Index column, columns;
  Index t = 0, n = 0;  // of the first column, in the scan
};

}  // namespace unfold
