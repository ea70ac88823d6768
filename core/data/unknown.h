// A symbol that stands for all that a model does not know.
#pragma once

#include "unfold/data/dataset.h"

namespace unfold {

/// What it is called: the replacement character.
inline constexpr const char* unknown_name = "\uFFFD";

/// Makes the rare symbols of the inputs one: those that occur less than twice in the training part, and those that
/// occur in the other parts alone. (What a model is to write keeps its symbols.) It is the last of the names. Where it
/// would be rarer than one symbol in a hundred, further symbols of the training part, drawn by the seed, become it too,
/// so that it is learned. `shared`: inputs and targets are the same symbols.
void learn_unknown(Dataset& data, bool shared, std::uint64_t seed);

}  // namespace unfold
