// The one error type of the core. Configuration, text, files and arguments throw it; inner loops never do.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "unfold/base/real.h"

namespace unfold {

enum class ErrorCode {
  invalid_config,
  invalid_text,
  invalid_checkpoint,
  invalid_argument,
  invalid_state,
  non_finite,
  out_of_memory,
  internal
};

/// The code as the package spells it, e.g. "INVALID_CONFIG".
const char* to_string(ErrorCode code);

/// A number to four digits, for messages.
std::string shortly(double x);

/// A part of a message: a literal, or a text that outlives the call, up to its first NUL. It is one pointer, since
/// texts that are made and destroyed in two hundred places would travel to every browser.
class Words {
 public:
  Words(const char* text) : text_(text) {}
  Words(const std::string& text) : text_(text.c_str()) {}
  const char* text() const { return text_; }

 private:
  const char* text_;
};

/// Says which field was wrong, what was expected there and what came instead.
class Error : public std::runtime_error {
 public:
  /// Most bytes of `field` and of `actual`: both may quote what a stranger wrote. Most of `expected`: it may list
  /// names.
  static constexpr std::size_t most_quoted = 80, most_expected = 2000;

  /// A field without a name is written as "". Longer texts are cut, and end with "…".
  Error(ErrorCode code, Words field, Words expected, Words actual);

  ErrorCode code;
  std::string field, expected, actual;
};

/// Each throws an Error with the code of its name.
[[noreturn]] void refuse_config(Words field, Words expected, Words actual);
[[noreturn]] void refuse_text(Words field, Words expected, Words actual);
[[noreturn]] void refuse_checkpoint(Words field, Words expected, Words actual);
[[noreturn]] void refuse_argument(Words field, Words expected, Words actual);
[[noreturn]] void refuse_state(Words field, Words expected, Words actual);

/// What a step overflowed with, for whoever is to choose between a lower rate and clipping.
struct Overflow {
  std::int64_t step = 0;  // the one that failed
  double loss = 0, gradient_norm = 0, learning_rate = 0;
  std::string parameter;     // the tensor with the largest element of the gradient
  double largest = 0;        // that element's magnitude; not finite if one is not
  bool rolled_back = false;  // the previous update was undone: its weights gave the loss that is not finite

  /// Goes through `count` values of a tensor: the first that is not finite counts as the largest.
  void search(const std::string& tensor, const Real* values, Index count);
};

/// Error{non_finite} of a training step. Weights and moments are finite, and training can go on.
class NonFinite : public Error {
 public:
  explicit NonFinite(Overflow what);
  Overflow overflow;
};

}  // namespace unfold
