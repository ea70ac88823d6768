// Random orthogonal matrices, for first weights (Saxe et al. 2014).
#pragma once

#include "unfold/base/real.h"

namespace unfold {

/// Makes the rows or the columns of a (rows × cols, row-major), whichever are fewer, orthonormal, one after the other
/// (modified Gram–Schmidt). `a` comes with rows·cols normal numbers: component by component, one for each of those
/// vectors. The bits do not depend on the number of threads.
void orthogonal(double* a, Index rows, Index cols);

}  // namespace unfold
