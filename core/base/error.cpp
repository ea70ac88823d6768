#include "unfold/base/error.h"

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "unfold/base/phrase.h"

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
  double size = std::fabs(x);
  int power = 0;
  for (; size >= 10000; size /= 10) ++power;
  for (; size > 0 && size < 1000; size *= 10) --power;
  double digits = std::round(size);
  if (digits == 10000) digits /= 10, ++power;
  // Near 1 as one product or quotient of exact numbers; elsewhere the digits and the power are written apart.
  const bool near = std::abs(power) <= 12;
  double unit = 1;
  for (int i = near ? std::abs(power) : 3; i > 0; --i) unit *= 10;
  char text[64];
  const double shown = std::copysign(near && power > 0 ? digits * unit : digits / unit, x);
  std::string out(text, nlohmann::detail::to_chars(text, text + sizeof text, shown));
  if (out.ends_with(".0")) out.resize(out.size() - 2);
  return near ? out : out + (power > 0 ? "e+" : "e-") + std::to_string(std::abs(power + 3));
}

namespace {

std::string described(const Overflow& o) {
  return phrase("loss {}, gradient norm {}, largest {} in {}, learning rate {}{}",
                {shortly(o.loss), shortly(o.gradient_norm), shortly(o.largest), o.parameter, shortly(o.learning_rate),
                 o.rolled_back ? "; the previous update was rolled back" : ""});
}

/// At most `most` bytes, with no code point cut in two.
std::string shortened(std::string_view text, std::size_t most) {
  static constexpr std::string_view mark = "…";
  if (text.size() <= most) return std::string(text);
  std::size_t end = most - mark.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)).append(mark);
}

std::string field_name(std::string_view field) { return shortened(field.empty() ? "\"\"" : field, Error::most_quoted); }

/// Of an overflow: figures of our own, all needed.
std::size_t most_of_actual(ErrorCode code) {
  return code == ErrorCode::non_finite ? std::string_view::npos : Error::most_quoted;
}

}  // namespace

Error::Error(ErrorCode code_, Words field_, Words expected_, Words actual_)
    : std::runtime_error(
          phrase("{}: expected {}, got {}", {field_name(field_.text()), shortened(expected_.text(), most_expected),
                                             shortened(actual_.text(), most_of_actual(code_))})),
      code(code_),
      field(field_name(field_.text())),
      expected(shortened(expected_.text(), most_expected)),
      actual(shortened(actual_.text(), most_of_actual(code_))) {}

void refuse_config(Words field, Words expected, Words actual) {
  throw Error(ErrorCode::invalid_config, field, expected, actual);
}

void refuse_text(Words field, Words expected, Words actual) {
  throw Error(ErrorCode::invalid_text, field, expected, actual);
}

void refuse_checkpoint(Words field, Words expected, Words actual) {
  throw Error(ErrorCode::invalid_checkpoint, field, expected, actual);
}

void refuse_argument(Words field, Words expected, Words actual) {
  throw Error(ErrorCode::invalid_argument, field, expected, actual);
}

void refuse_state(Words field, Words expected, Words actual) {
  throw Error(ErrorCode::invalid_state, field, expected, actual);
}

void Overflow::search(const std::string& tensor, const Real* values, Index count) {
  for (Index i = 0; i < count; ++i) {
    const double value = std::fabs(double(values[i]));
    if (!parameter.empty() && (!std::isfinite(largest) || value <= largest)) continue;
    parameter = tensor;
    largest = value;
  }
}

NonFinite::NonFinite(Overflow what)
    : Error(ErrorCode::non_finite, "step " + std::to_string(what.step),
            "a finite loss and gradient (lower the learning rate, or clip)", described(what)),
      overflow(std::move(what)) {}

}  // namespace unfold
