#include "unfold/data/cells.h"

#include <algorithm>

namespace unfold {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Separators of thousands of more than one byte: the space that does not break, the narrow one, ’.
constexpr std::string_view wide_groups[]{"\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x99"};

/// Bytes of a separator of thousands at the beginning of `s`; 0 if there is none.
std::size_t group_at(std::string_view s, char decimal) {
  if (s.empty()) return 0;
  if (s[0] == ' ' || s[0] == '\'' || s[0] == (decimal == '.' ? ',' : '.')) return 1;
  for (const std::string_view wide : wide_groups)
    if (s.starts_with(wide)) return wide.size();
  return 0;
}

/// Takes a sign; true for a minus, also the mathematical one.
bool take_sign(std::string_view& s) {
  if (s.starts_with("\xE2\x88\x92")) {
    s.remove_prefix(3);
    return true;
  }
  if (!s.starts_with('-') && !s.starts_with('+')) return false;
  const bool minus = s[0] == '-';
  s.remove_prefix(1);
  return minus;
}

/// The number at the beginning of `s` as programs write it, and takes it away. Groups have three digits, the first one
/// to three, and one separator.
std::string take_body(std::string_view& s, char decimal) {
  std::string plain;
  std::string_view group;
  std::size_t run = 0, i = 0;  // digits since the last separator
  bool point = false, grouped = false;
  while (i < s.size()) {
    if (is_digit(s[i])) {
      plain += s[i++];
      ++run;
      continue;
    }
    if (s[i] == decimal && !point) {
      if (grouped && run != 3) return "";
      point = true;
      plain += '.';
      ++i;
      continue;
    }
    const std::size_t width = point ? 0 : group_at(s.substr(i), decimal);
    if (width == 0 || i + width >= s.size() || !is_digit(s[i + width])) break;
    if (grouped ? run != 3 || s.substr(i, width) != group : run < 1 || run > 3) return "";
    grouped = true;
    group = s.substr(i, width);
    run = 0;
    i += width;
  }
  if (grouped && !point && run != 3) return "";
  const std::size_t sign = i + 1 < s.size() && (s[i + 1] == '-' || s[i + 1] == '+') ? 2 : 1;
  if (i + sign < s.size() && (s[i] == 'e' || s[i] == 'E') && is_digit(s[i + sign])) {
    const std::size_t from = i;
    for (i += sign; i < s.size() && is_digit(s[i]); ++i) continue;
    plain += s.substr(from, i - from);
  }
  s.remove_prefix(i);
  return plain;
}

/// What may stand beside a number: a percent sign, a currency, "km/h", "m2", "°C".
bool is_unit(std::string_view s) {
  constexpr std::size_t longest = 12;
  const bool letter = (s[0] >= 'a' && s[0] <= 'z') || (s[0] >= 'A' && s[0] <= 'Z');
  const bool other = static_cast<unsigned char>(s[0]) >= 0x80;  // °, µ, €
  if (s.size() > longest || !(letter || other || s[0] == '%' || s[0] == '$')) return false;
  return std::none_of(s.begin(), s.end(), [](char c) {
    return c == ' ' || c == '.' || c == ',' || c == ':' || c == '-' || c == '+' || c == '"' || (c >= 0 && c < ' ');
  });
}

/// Takes a currency sign.
std::string_view take_currency(std::string_view& s) {
  for (const std::string_view sign : {"$", "\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5"})
    if (s.starts_with(sign)) {
      const std::string_view taken = s.substr(0, sign.size());
      s = bare(s.substr(sign.size()));
      return taken;
    }
  return {};
}

}  // namespace

std::string_view bare(std::string_view s) {
  for (;;)
    if (s.starts_with(' ') || s.starts_with('\t'))
      s.remove_prefix(1);
    else if (s.starts_with("\xC2\xA0"))
      s.remove_prefix(2);
    else
      break;
  for (;;)
    if (s.ends_with(' ') || s.ends_with('\t'))
      s.remove_suffix(1);
    else if (s.ends_with("\xC2\xA0"))
      s.remove_suffix(2);
    else
      return s;
}

std::string lowered(std::string_view s) {
  std::string lower(s);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = char(c + 'a' - 'A');
  return lower;
}

bool is_missing(std::string_view field) {
  constexpr std::size_t longest = 4;
  const std::string_view s = bare(field);
  if (s.find_first_not_of("?-.\xE2\x80\x93\x94") == s.npos) return true;       // the last three bytes: those of – and —
  if (s.size() > 2 && s[0] == '#' && s[1] >= 'A' && s[1] <= 'Z') return true;  // "#N/A", "#DIV/0!" of spreadsheets
  if (s.size() > longest) return false;
  constexpr std::string_view names[]{"na", "n/a", "n.a.", "nan", "null", "none"};
  return std::find(std::begin(names), std::end(names), lowered(s)) != std::end(names);
}

bool parse_quantity(std::string_view field, char decimal, Quantity& q) {
  std::string_view s = bare(field);
  q.unit.clear();
  if (decimal == '.' && parse_number(s, q.value)) return true;
  const bool bracketed = s.size() > 2 && s.starts_with('(') && s.ends_with(')');
  if (bracketed) s = bare(s.substr(1, s.size() - 2));
  bool minus = take_sign(s);
  const std::string_view currency = take_currency(s);
  if (!currency.empty() && !minus) minus = take_sign(s);
  if (!parse_number(take_body(s, decimal), q.value)) return false;
  if (s.starts_with('-')) minus = take_sign(s);
  if (minus || bracketed) q.value = -q.value;
  s = bare(s);
  if (!s.empty() && !is_unit(s)) return false;
  q.unit = currency;
  q.unit += s;
  return true;
}

char decimal_of(std::string_view field) {
  std::string_view s = bare(field);
  take_sign(s);
  take_currency(s);
  std::size_t end = 0, last = 0, count[2]{};
  bool three = true;  // every group behind a separator has three digits
  for (std::size_t since = 0; end <= s.size(); ++end) {
    const char c = end < s.size() ? s[end] : ' ';
    if (is_digit(c)) {
      ++since;
      continue;
    }
    if (count[0] + count[1] > 0) three = three && since == 3;
    if (c != '.' && c != ',') break;
    ++count[c == ','];
    last = end;
    since = 0;
  }
  const std::size_t points = count[0], commas = count[1];
  if (points + commas == 0 || end == 0) return 0;
  if (end < s.size() && is_digit(s[0]) && (s[end] == ':' || s[end] == '/')) return 0;  // a date
  if (points > 0 && commas > 0) return s[last];
  if (points + commas > 1) return !three ? char(0) : points > 0 ? ',' : '.';
  const bool told = !three || last == 0 || last > 3 || s.starts_with("0");
  return told ? s[last] : char(0);
}

// Dates --------------------------------------------------------------------------------------------------------

namespace {

/// Takes up to `most` digits; −1 if there is none, or one more.
int take_whole(std::string_view& s, std::size_t most, std::size_t* digits = nullptr) {
  std::size_t n = 0;
  int value = 0;
  while (n < s.size() && n <= most && is_digit(s[n])) value = value * 10 + (s[n++] - '0');
  if (n == 0 || n > most) return -1;
  s.remove_prefix(n);
  if (digits) *digits = n;
  return value;
}

bool take_char(std::string_view& s, char c) {
  if (!s.starts_with(c)) return false;
  s.remove_prefix(1);
  return true;
}

/// "Z", "+01", "+0100", "+01:00" or nothing.
bool is_zone(std::string_view s) {
  if (s.empty() || s == "Z" || s == "UTC") return true;
  if (s[0] != '+' && s[0] != '-') return false;
  s.remove_prefix(1);
  if (s.size() != 2 && s.size() != 4 && s.size() != 5) return false;
  for (std::size_t i = 0; i < s.size(); ++i)
    if (!is_digit(s[i]) && !(s.size() == 5 && i == 2 && s[i] == ':')) return false;
  return true;
}

bool parse_time(std::string_view s, Moment& m) {
  int hour = take_whole(s, 2);
  if (hour < 0 || hour > 24 || !take_char(s, ':')) return false;
  const int minute = take_whole(s, 2);
  if (minute < 0 || minute > 59) return false;
  double second = 0;
  if (take_char(s, ':')) {
    second = take_whole(s, 2);
    if (second < 0 || second > 60) return false;
    if (s.size() > 1 && (s[0] == '.' || s[0] == ',') && is_digit(s[1])) {
      s.remove_prefix(1);
      while (!s.empty() && is_digit(s[0])) s.remove_prefix(1);  // fractions of a second say nothing here
    }
  }
  s = bare(s);
  const bool pm = s.starts_with("PM") || s.starts_with("pm"), am = s.starts_with("AM") || s.starts_with("am");
  if (pm || am) {
    if (hour < 1 || hour > 12) return false;
    hour = hour % 12 + (pm ? 12 : 0);
    s = bare(s.substr(2));
  }
  m.hour = hour + minute / 60.0 + second / 3600;
  return is_zone(s);
}

/// The numbers of a date with one separator, and what follows it; how many there are.
int date_parts(std::string_view& s, int (&parts)[3], std::size_t (&digits)[3], char& separator) {
  for (int n = 0; n < 3; ++n) {
    parts[n] = take_whole(s, 4, &digits[n]);
    if (parts[n] < 0) return 0;
    if (n == 2 || s.empty() || (s[0] != '-' && s[0] != '/' && s[0] != '.')) return n + 1;
    if (n > 0 && s[0] != separator) return 0;
    separator = s[0];
    s.remove_prefix(1);
  }
  return 0;
}

bool is_day(int year, int month, int day) {
  constexpr int days[]{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

}  // namespace

bool parse_moment(std::string_view field, bool day_first, Moment& m) {
  m = {};
  std::string_view s = bare(field);
  if (s.size() < 4 || s.size() > 40 || !is_digit(s[0])) return false;
  if (parse_time(s, m)) return true;
  m = {};
  int p[3]{};
  std::size_t digits[3]{};
  char separator = 0;
  const int n = date_parts(s, p, digits, separator);
  if (n < 2) return false;
  if (digits[0] == 4 && digits[1] <= 2 && digits[2] <= 2) {
    if (n == 2 && separator == '.') return false;  // a number
    m.year = p[0], m.month = p[1], m.day = n == 3 ? p[2] : 0;
    if (n == 2 && !s.empty()) return false;
    if (!is_day(m.year, m.month, n == 3 ? m.day : 1)) return false;
  } else if (n == 3 && digits[0] <= 2 && digits[1] <= 2 && (digits[2] == 4 || digits[2] == 2)) {
    const bool first = separator == '.' || day_first;
    m.year = digits[2] == 2 ? p[2] + (p[2] < 70 ? 2000 : 1900) : p[2];
    m.month = p[first ? 1 : 0], m.day = p[first ? 0 : 1];
    if (!is_day(m.year, m.month, m.day)) return false;
  } else {
    return false;
  }
  if (s.empty()) return true;
  if (s[0] != 'T' && s[0] != ' ' && s[0] != ',') return false;
  return parse_time(bare(s.substr(1)), m);
}

bool is_value(std::string_view field, bool commas) {
  Quantity q;
  Moment m;
  return parse_quantity(field, '.', q) || parse_moment(field, true, m) || parse_moment(field, false, m) ||
         (commas && parse_quantity(field, ',', q));
}

bool is_day_first(std::string_view field) {
  Moment m;
  return parse_moment(field, true, m) && !parse_moment(field, false, m);
}

int weekday(const Moment& m) {  // the days of the months from March on, in a calendar that begins with March
  const int year = m.month > 2 ? m.year : m.year - 1, month = m.month > 2 ? m.month - 3 : m.month + 9;
  const int days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + m.day;
  return (days + 1) % 7;
}

}  // namespace unfold
