// Random orthogonal matrices, for first weights (Saxe et al. 2014).
#pragma once

#include "unfold/base/real.h"
#include "unfold/base/rng.h"

namespace unfold {

/// Fills a (rows × cols, row-major) with min(rows, cols) orthonormal rows or columns, whichever there are fewer of:
/// those of a Gaussian matrix, made orthogonal one after the other (modified Gram–Schmidt). The bits depend on rng
/// alone, not on the number of threads.
void orthogonal(double* a, Index rows, Index cols, Rng& rng);

}  // namespace unfold
