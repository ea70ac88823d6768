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

/// Says which field was wrong, what was expected there and what came instead.
class Error : public std::runtime_error {
 public:
  /// A field without a name is written as "".
  Error(ErrorCode code, std::string field, std::string expected, std::string actual);

  ErrorCode code;
  std::string field, expected, actual;
};

/// Throw an Error{invalid_argument} or an Error{invalid_checkpoint}.
[[noreturn]] void refuse_argument(std::string field, std::string expected, std::string actual);
[[noreturn]] void refuse_checkpoint(std::string field, std::string expected, std::string actual);

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
