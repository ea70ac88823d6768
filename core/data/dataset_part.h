// What the files of dataset.h share among themselves.
#pragma once

#include "unfold/base/rng.h"
#include "unfold/data/dataset.h"

namespace unfold {

/// Most symbols of a sequence, and most labels: Token less what an engine adds of its own.
inline constexpr std::size_t most_symbols = 65000;
/// Most numbers a step.
inline constexpr Index most_columns = 4096;

inline std::string line_field(Index number) { return "text line " + std::to_string(number); }
[[noreturn]] void refuse_text(std::string field, std::string expected, std::string actual);
/// A piece of a stranger's text, for an error: short, and ASCII.
std::string excerpt(std::string_view text);

/// Uniform in 0 … n−1.
inline Index below(Rng& rng, Index n) { return Index(std::uint64_t(rng.word()) * std::uint64_t(n) >> 32); }

/// Shuffles the examples and deals them out to the three parts.
void hold_back(std::vector<Example> examples, const Config& config, Dataset& data);

/// An example of one step's numbers after the other: all but the last row are read, all but the first foretold.
Example foretell(const std::vector<Real>& rows, Index columns);

/// The part of read_dataset that reads JSON.
Dataset read_music(std::string_view text, const Config& config);

}  // namespace unfold
