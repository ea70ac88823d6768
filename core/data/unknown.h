// A symbol that stands for all that a model does not know.
#pragma once

#include "unfold/data/dataset.h"

namespace unfold {

/// What it is called: the replacement character.
inline constexpr const char* unknown_name = "\uFFFD";

/// Makes the rare symbols of the inputs one: those that occur less than twice in the training part, and those that
/// occur in the other parts alone. (What a model is to write keeps its symbols.) It is the last of the names. `shared`:
/// inputs and targets are the same symbols.
void learn_unknown(Dataset& data, bool shared);

/// How often training reads the unknown symbol in place of another one: so often that it is one in a hundred symbols at
/// least, or nothing would be learned of it.
double unknown_rate(const Dataset& data);

}  // namespace unfold
