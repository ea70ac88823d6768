#include "error.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace unfold {

const char* to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_config: return "INVALID_CONFIG";
    case ErrorCode::invalid_text: return "INVALID_TEXT";
    case ErrorCode::invalid_checkpoint: return "INVALID_CHECKPOINT";
    case ErrorCode::invalid_argument: return "INVALID_ARGUMENT";
    case ErrorCode::invalid_state: return "INVALID_STATE";
    case ErrorCode::non_finite: return "NON_FINITE";
    case ErrorCode::out_of_memory: return "OUT_OF_MEMORY";
    case ErrorCode::internal: return "INTERNAL";
  }
  return "INTERNAL";
}

// By the JSON library, not by printf: that would bring arithmetic of quadruple precision into the WebAssembly.
std::string shortly(double x) {
  if (!std::isfinite(x)) return std::isnan(x) ? "nan" : x > 0 ? "inf" : "-inf";
  double unit = 1;
  for (double size = std::fabs(x); size >= 10000; size /= 10) unit *= 10;
  for (double size = std::fabs(x); size > 0 && size < 1000 && unit > 1e-300; size *= 10) unit /= 10;
  if (x != 0) x = unit >= 1 ? std::round(x / unit) * unit : std::round(x * (1 / unit)) / (1 / unit);
  char text[64];
  std::string digits(text, nlohmann::detail::to_chars(text, text + sizeof text, x));
  return digits.ends_with(".0") ? digits.substr(0, digits.size() - 2) : digits;
}

namespace {

std::string told(const Overflow& o) {
  return "loss " + shortly(o.loss) + ", gradient norm " + shortly(o.gradient_norm) + ", largest " + shortly(o.largest) +
         " in " + o.parameter + ", learning rate " + shortly(o.learning_rate) +
         (o.taken_back ? "; the update before is taken back" : "");
}

}  // namespace

Error::Error(ErrorCode code_, std::string field_, std::string expected_, std::string actual_)
    : std::runtime_error((field_.empty() ? "\"\"" : field_) + ": expected " + expected_ + ", got " + actual_),
      code(code_),
      field(field_.empty() ? "\"\"" : std::move(field_)),
      expected(std::move(expected_)),
      actual(std::move(actual_)) {}

NonFinite::NonFinite(Overflow what)
    : Error(ErrorCode::non_finite, "step " + std::to_string(what.step),
            "a finite loss and gradient (lower the learning rate, or clip)", told(what)),
      overflow(std::move(what)) {}

}  // namespace unfold
