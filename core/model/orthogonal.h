// Random orthogonal matrices, for first weights (Saxe et al. 2014).
#pragma once

#include "unfold/base/real.h"
#include "unfold/base/rng.h"

namespace unfold {

/// Fills a (rows × cols, row-major) so that its rows or its columns, whichever are fewer, are orthonormal: those of a
/// Gaussian matrix, made orthogonal one after the other (modified Gram–Schmidt). The bits depend on rng
/// alone, not on the number of threads.
void orthogonal(double* a, Index rows, Index cols, Rng& rng);

}  // namespace unfold
