// Dates in the fields of a table: what they say, how they are written, and which ones come next.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "unfold/base/real.h"

namespace unfold {

/// A date, a time of day, or both. What the field does not say is 0, or −1 for the hour. A quarter is its first month,
/// a week (ISO 8601) its Monday.
struct Moment {
  int year = 0, month = 0, day = 0;
  double hour = -1;    // with minutes and seconds as its fraction
  bool words = false;  // with a month's name, or a letter before the number of a quarter, month or week
};

/// A part of a date, and where it stands in its field, in bytes.
struct DateSpan {
  /// y year, q quarter, m month, n its name, w week, d day, h hour, i minute, s second, p AM or PM
  char part = 0;
  std::size_t from = 0, size = 0;
};

/// How a date is written.
struct DateNotation {
  static constexpr int most = 8;
  DateSpan spans[most];
  int count = 0;
  bool fraction = false;  // of a second, which is not read
};

/// "2019-01-31", "2019/1/31", "2019-01", "31.1.2019", "1/31/2019", "31-Jan-2019", "Jan 31, 2019", "Jan 2019", "2019Q1",
/// "Q1 2019", "2019-W05", "2019M01", with or without a time where there is a day ("T" or a space, "13:45", "1:45:30.5
/// PM", a zone that is not read), a time alone, or a month's name alone. Names are English or German, whole or their
/// first three letters. `day_first`: "31/1/2019".
bool parse_moment(std::string_view field, bool day_first, Moment& m, DateNotation* notation = nullptr);
/// Whether the field is a date, in any notation.
bool is_moment(std::string_view field, Moment& m);
/// 0 (Monday) to 6 of a date with year, month and day.
int weekday(const Moment& m);
/// Days from some day on; month and day begin with 1.
Index day_number(int year, int month, int day);
/// The date of such a number.
Moment moment_of_day(Index day);

/// The name of a month, 1 to 12.
std::string_view month_name(bool german, int month);
/// Whether a name of a month is German, and not also English.
bool is_german_month(std::string_view name);

/// The `count` dates after the last of these fields of a column, in their notation. They must be as far apart as each
/// other in seconds, days or months, or be working days, some of which may be missing; empty where they are not, or
/// where there are fewer than three.
std::vector<std::string> dates_after(std::span<const std::string> fields, bool day_first, Index count);

}  // namespace unfold
