// The commands `unfold train` and `unfold evaluate`.
#pragma once

#include "unfold/tools/options.h"

namespace unfold {

/// Both return the status of the program and throw Error.
int train_command(const Options& o);
int evaluate_command(const Options& o);

}  // namespace unfold
