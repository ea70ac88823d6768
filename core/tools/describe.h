// The command `unfold describe`.
#pragma once

#include <string>

namespace unfold {

/// The graph as JSON, see api/describe.h: of a checkpoint (its bytes, of which no tensor is taken into memory), or,
/// where that is empty, of a configuration with `vocabulary` symbols. Throws Error.
std::string describe_command(const std::string& checkpoint, const std::string& config, double vocabulary);

}  // namespace unfold
