// Runs a plan over a window: first what can run over many columns at once, then the only loop over time of the project.
//
// A pass is cut into slices of work of a few milliseconds that run one after another, so that a training step can give
// way to something else. Where the cuts are depends on sizes alone, and they cut between numbers or within a sum that
// goes on: the slices give the same bits as the whole. Threads divide columns, or rows of a sum of weight gradients.
#pragma once

#include "unfold/model/plan.h"

namespace unfold {

/// Floating-point operations of a slice, one to ten milliseconds; tests cut finer.
inline double slice_work = 1e8;

/// How many slices the pass forward through a scan has, and running one of them: first its columns of the operations
/// that run once, then its steps. They are to be run in order, 0 first.
/// The same of columns [first, last) of a scan that has no steps, forward; or backward, with the gradients of its
/// parameters.
void forward_columns(const Plan& plan, const Scan& scan, const Pass& p, Index first, Index last);
void backward_columns(const Plan& plan, const Scan& scan, const Pass& p, Index first, Index last, Real* gradient);

Index forward_slices(const Scan& scan, const Pass& p);
void forward(const Plan& plan, const Scan& scan, const Pass& p, Index slice);

/// The same backward: first the steps, the last ones in slice 0, then the operations that ran once. The gradients of
/// the scan's outputs (of the readout: of its answers) must hold all that comes from above.
Index backward_slices(const Scan& scan, const Pass& p);
void backward(const Plan& plan, const Scan& scan, const Pass& p, Index slice);

/// gradient (one number for each parameter) += those of one layer, once backward has run through the layer's scan.
Index gradient_slices(const Plan& plan, std::size_t layer, const Pass& p);
void gradients(const Plan& plan, std::size_t layer, const Pass& p, Real* gradient, Index slice);

}  // namespace unfold
