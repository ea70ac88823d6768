// What one field of a table says: a number in the notation of its file, a truth value, or that the value is missing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace unfold {

/// A decimal number as programs write it; "1e-3", no spaces. See lines.cpp.
bool parse_number(std::string_view s, double& x);

/// Numbers beyond it are refused: its square is still far from the end of a float.
inline constexpr double largest_number = 1e15;

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Without white space at both ends, the space that does not break among it.
std::string_view bare(std::string_view s);

/// With small ASCII letters.
std::string lowered(std::string_view s);

/// "", NA, N/A, n.a. (k. A. in German), NaN, null or none, in any case; only dashes, dots or question marks; an error
/// of a spreadsheet.
bool is_missing(std::string_view field);

/// A number and what stands around it: 12.5 of "12.5 kg", 3 of "3%", 9 of "€ 9"; the unit is what is left, both sides
/// together.
struct Quantity {
  double value = 0;
  std::string unit;
};
/// With that decimal separator ('.' or ','), and thousands in groups of three by the other one, by spaces or by
/// apostrophes. A minus may also stand behind the number ("12-"), or be brackets around it ("(12)").
bool parse_quantity(std::string_view field, char decimal, Quantity& q);

/// Which decimal separator a field speaks for: '.' or ','; 0 where it does not tell ("12", "1,234", a text).
char decimal_of(std::string_view field);

/// 1 or 0 of "TRUE" and "FALSE", "yes" and "no", "t" and "f", "y" and "n", in any case, or in German; −1 of anything
/// else. `kind`: which of these pairs.
int truth_of(std::string_view field, int& kind);
/// Whether a field is a number or a date, in any notation that it could be; `commas`: decimal ones too.
bool is_value(std::string_view field, bool commas);

}  // namespace unfold
