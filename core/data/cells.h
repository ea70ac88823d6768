// What one field of a table says: a number in the notation of its file, a date, or that the value is missing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace unfold {

/// A decimal number as programs write it; "1e-3", no spaces. See lines.cpp.
bool parse_number(std::string_view s, double& x);

/// Numbers beyond it are refused: its square is still far from the end of a float.
inline constexpr double largest_number = 1e15;

/// Without white space at both ends, the space that does not break among it.
std::string_view bare(std::string_view s);

/// With small ASCII letters.
std::string lowered(std::string_view s);

/// "", NA, N/A, n.a., NaN, null or none, in any case; only dashes, dots or question marks; an error of a spreadsheet.
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

/// A date, a time of day, or both. What the field does not say is 0, or −1 for the hour.
struct Moment {
  int year = 0, month = 0, day = 0;
  double hour = -1;  // with minutes and seconds as its fraction
};
/// "2019-01-31", "2019/1/31", "2019-01", "31.1.2019", "1/31/2019", with or without a time ("T" or a space, "13:45",
/// "1:45:30.5 PM", a zone that is not read), or a time alone. `day_first`: "31/1/2019".
bool parse_moment(std::string_view field, bool day_first, Moment& m);
/// Whether a field is a number or a date, in any notation that it could be; `commas`: decimal ones too.
bool is_value(std::string_view field, bool commas);
/// Whether the field is a date with slashes or hyphens whose first number can only be a day.
bool is_day_first(std::string_view field);
/// 0 (Monday) to 6 of a date with year, month and day.
int weekday(const Moment& m);

}  // namespace unfold
