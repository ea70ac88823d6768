// What reads strangers' bytes, as functions of those bytes. A target returns, or throws std::exception when a promise
// is broken; refusals (Error) are answers. libFuzzer drives them (fuzz.cpp), and so does a plain test
// (core/corpus_test.cpp), which replays the corpus in every native build.
#pragma once

#include <cstdint>
#include <span>

namespace unfold::fuzz {

using Input = std::span<const std::uint8_t>;
using Target = void (*)(Input);

/// A model file: as it is, and signed anew, so that what lies behind the checksum is reached.
void checkpoint(Input file);
/// A configuration, and settings for a running model; what is accepted is built, trained and saved.
void config(Input json);
/// Byte 0: unit and cap. Then the text that a model is made for and, behind a zero byte, a prime.
void text(Input bytes);
/// Parts divided by zero bytes: configuration, text, progress, vocabulary (of a task: names and sizes), raw numbers. A
/// model is made from the first two and saved; what the others say is written into its file, which is signed and
/// opened.
void session(Input parts);

/// Byte 0: the task, pooled or not, with a context or not. Then the text of its examples.
void data(Input text);
/// Byte 0: labels or rows, dates and missing values. Then the text of a table.
void table(Input text);
/// Piano rolls as JSON.
void music(Input json);
/// Parts divided by zero bytes: the configuration of a network of numbers, options of an optimizer, and raw bytes:
/// steps, columns, flags, five lengths, then numbers.
void tensor(Input parts);

struct Named {
  const char* name;
  Target run;
};
inline constexpr Named targets[]{{"checkpoint", checkpoint}, {"config", config}, {"text", text},
                                 {"session", session},       {"data", data},     {"table", table},
                                 {"music", music},           {"tensor", tensor}};

}  // namespace unfold::fuzz
