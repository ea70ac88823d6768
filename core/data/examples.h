// Helpers of those that make examples, from a file or by a generator.
#pragma once

#include "unfold/base/rng.h"
#include "unfold/data/dataset.h"

namespace unfold {

/// Most numbers a step.
inline constexpr Index most_columns = 4096;

/// The start of a text that somebody else wrote, for an error: at most 24 code points, in quotation marks;
/// "?" stands for a control character, U+FFFD for what is no UTF-8.
std::string excerpt(std::string_view text);

/// Uniform in 0 … n−1.
inline Index below(Rng& rng, Index n) { return Index(std::uint64_t(rng.word()) * std::uint64_t(n) >> 32); }

/// Shuffles the examples and deals them out to the three parts.
void hold_back(std::vector<Example> examples, const Config& config, Dataset& data);

/// An example of predicting the next row: reads all rows but the last, and answers with all but the first.
Example forecast_example(const std::vector<Real>& rows, Index columns);

/// Piano rolls from JSON, see read_dataset.
Dataset read_music(std::string_view text, const Config& config);

}  // namespace unfold
