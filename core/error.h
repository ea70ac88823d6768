// The one error type of the core. Configuration, text, files and arguments throw it; inner loops never do.
#pragma once

#include <stdexcept>
#include <string>

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

/// Says which field was wrong, what was expected there and what came instead.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code_, std::string field_, std::string expected_, std::string actual_)
      : std::runtime_error(field_ + ": expected " + expected_ + ", got " + actual_),
        code(code_),
        field(std::move(field_)),
        expected(std::move(expected_)),
        actual(std::move(actual_)) {}

  ErrorCode code;
  std::string field, expected, actual;
};

}  // namespace unfold
