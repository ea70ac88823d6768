// The scalar of a build, and how sequences lie in memory.
//
// A sequence is F × (T·N), column-major: T time steps, N columns (the batch), F features. Step t is the
// N contiguous columns t·N … t·N+N−1. One letter per dimension, everywhere: T time steps, N columns,
// D inputs, H hidden units, G gates, V symbols.
#pragma once

#include <cstddef>
#include <cstdint>

namespace unfold {

#ifdef UNFOLD_DOUBLE
using Real = double;  // for gradient checks only
#else
using Real = float;
#endif

using Index = std::ptrdiff_t;
using Size = std::int64_t;  // sums of sizes, which may be more than an address reaches
using Token = std::uint16_t;

}  // namespace unfold
