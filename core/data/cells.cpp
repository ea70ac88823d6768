#include "unfold/data/cells.h"

#include <algorithm>
#include <iterator>

#include "unfold/data/dates.h"

namespace unfold {
namespace {

/// The space that does not break, the narrow one, the thin one.
constexpr std::string_view wide_spaces[]{"\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89"};

/// Bytes of a separator of thousands at the beginning of `s`; 0 if there is none.
std::size_t group_at(std::string_view s, char decimal) {
  if (s.empty()) return 0;
  if (s[0] == ' ' || s[0] == '\'' || s[0] == (decimal == '.' ? ',' : '.')) return 1;
  for (const std::string_view wide : wide_spaces)
    if (s.starts_with(wide)) return wide.size();
  return s.starts_with("\xE2\x80\x99") ? 3 : 0;  // ’
}

/// Bytes of a separator of thousands that is neither a point nor a comma, where three digits follow; else 0.
std::size_t told_group_at(std::string_view s) {
  const std::size_t width = s.starts_with('.') || s.starts_with(',') ? 0 : group_at(s, '.');
  const std::string_view rest = s.substr(width);
  const bool three = rest.size() >= 3 && std::all_of(rest.begin(), rest.begin() + 3, is_digit);
  return three && !(rest.size() > 3 && is_digit(rest[3])) ? width : 0;
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

/// What stands behind a year to name a part of it: "Q1", "W05", "M01".
bool is_period(std::string_view s) {
  const std::size_t digits = s[0] == 'Q' || s[0] == 'q' ? 1 : s[0] == 'W' || s[0] == 'M' ? 2 : 0;
  return digits > 0 && s.size() == digits + 1 && is_digit(s[1]) && is_digit(s[digits]);
}

/// What may stand beside a number: a percent sign, a currency, "km/h", "m2", "°C".
bool is_unit(std::string_view s) {
  if (is_period(s)) return false;
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
  const auto at_end = [&](bool front) -> std::size_t {
    for (const std::string_view space :
         {std::string_view(" "), std::string_view("\t"), wide_spaces[0], wide_spaces[1], wide_spaces[2]})
      if (front ? s.starts_with(space) : s.ends_with(space)) return space.size();
    return 0;
  };
  while (const std::size_t n = at_end(true)) s.remove_prefix(n);
  while (const std::size_t n = at_end(false)) s.remove_suffix(n);
  return s;
}

std::string lowered(std::string_view s) {
  std::string lower(s);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = char(c + 'a' - 'A');
  return lower;
}

bool is_missing(std::string_view field) {
  constexpr std::size_t longest = 5;
  const std::string_view s = bare(field);
  if (s.find_first_not_of("?-.\xE2\x80\x93\x94") == s.npos) return true;       // the last three bytes: those of – and —
  if (s.size() > 2 && s[0] == '#' && s[1] >= 'A' && s[1] <= 'Z') return true;  // "#N/A", "#DIV/0!" of spreadsheets
  if (s.size() > longest) return false;
  constexpr std::string_view names[]{"na", "n/a", "n.a.", "k.a.", "k. a.", "nan", "null", "none"};
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
  bool three = true;     // every group behind a separator has three digits
  bool grouped = false;  // by what is no decimal separator
  for (std::size_t since = 0; end <= s.size(); ++end) {
    if (const std::size_t width = since > 0 && count[0] + count[1] == 0 ? told_group_at(s.substr(end)) : 0) {
      grouped = true;
      end += width;
    }
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
  const bool told = grouped || !three || last == 0 || last > 3 || s.starts_with("0");
  return told ? s[last] : char(0);
}

int truth_of(std::string_view field, int& kind) {
  constexpr std::string_view words[][2]{{"true", "false"}, {"yes", "no"},      {"t", "f"},
                                        {"y", "n"},        {"wahr", "falsch"}, {"ja", "nein"}};
  const std::string word = field.size() > 8 ? std::string() : lowered(bare(field));
  for (kind = 0; kind < int(std::size(words)); ++kind)
    for (const int no : {0, 1})
      if (word == words[kind][no]) return 1 - no;
  return -1;
}

bool is_value(std::string_view field, bool commas) {
  Quantity q;
  Moment m;
  return parse_quantity(field, '.', q) || is_moment(field, m) || (commas && parse_quantity(field, ',', q));
}

}  // namespace unfold
