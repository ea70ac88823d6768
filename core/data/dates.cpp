// Reads dates. calendar.cpp writes those that come next.
#include "unfold/data/dates.h"

#include <algorithm>

#include "unfold/data/cells.h"
#include "unfold/data/lines.h"

namespace unfold {
namespace {

constexpr std::string_view month_names[2][12]{{"january", "february", "march", "april", "may", "june", "july", "august",
                                               "september", "october", "november", "december"},
                                              {"januar", "februar", "märz", "april", "mai", "juni", "juli", "august",
                                               "september", "oktober", "november", "dezember"}};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 128;
}

/// 1 to 12; 0: the word is no month. `language`: 0 English, 1 German.
int month_of(std::string_view word, int language) {
  const std::string name = lowered(word);
  for (int i = 0; i < 12; ++i)
    if (const std::string_view whole = month_names[language][i]; name == whole || name == first_code_points(whole, 3))
      return i + 1;
  return language == 0 && name == "sept" ? 9 : language == 1 && name == "mrz" ? 3 : 0;
}

bool is_day(int year, int month, int day) {
  constexpr int days[]{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

/// Takes up to `most` digits; −1 if there is none, or one more.
int take_whole(std::string_view& s, std::size_t most) {
  std::size_t n = 0;
  int value = 0;
  while (n < s.size() && n <= most && is_digit(s[n])) value = value * 10 + (s[n++] - '0');
  if (n == 0 || n > most) return -1;
  s.remove_prefix(n);
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

/// Digits or letters, and what separates them from the next ones.
struct DatePiece {
  std::string_view text, behind;
  int value = 0;
  bool letters = false;
  bool digits(std::size_t from, std::size_t to) const { return !letters && text.size() >= from && text.size() <= to; }
};

class DateReader {
 public:
  DateReader(std::string_view field, Moment& m, DateNotation& n) : field_(field), rest_(bare(field)), m_(m), n_(n) {}
  bool read(bool day_first);

 private:
  bool time(std::string_view s);
  bool divide();
  bool numeric(bool day_first);
  bool worded();
  void mark(char part, std::string_view text);
  /// Each takes a piece for what it is called.
  bool year(const DatePiece& p, bool two);
  bool month(const DatePiece& p, bool name);
  bool day(const DatePiece& p);
  bool period(const DatePiece& letter, const DatePiece& number);

  std::string_view field_, rest_;
  Moment& m_;
  DateNotation& n_;
  DatePiece p_[3];
  int count_ = 0, week_ = 0;
};

void DateReader::mark(char part, std::string_view text) {
  const DateSpan span{part, std::size_t(text.data() - field_.data()), text.size()};
  int at = n_.count++;
  for (; at > 0 && n_.spans[at - 1].from > span.from; --at) n_.spans[at] = n_.spans[at - 1];
  n_.spans[at] = span;
}

bool DateReader::time(std::string_view s) {
  const auto whole = [&](char part) {
    const std::string_view before = s;
    const int value = take_whole(s, 2);
    mark(part, before.substr(0, before.size() - s.size()));
    return value;
  };
  int hour = whole('h');
  if (hour < 0 || hour > 24 || !take_char(s, ':')) return false;
  const int minute = whole('i');
  if (minute < 0 || minute > 59) return false;
  double second = 0;
  if (take_char(s, ':')) {
    second = whole('s');
    if (second < 0 || second > 60) return false;
    if (s.size() > 1 && (s[0] == '.' || s[0] == ',') && is_digit(s[1])) {
      s.remove_prefix(1);
      n_.fraction = true;  // says nothing here
      while (!s.empty() && is_digit(s[0])) s.remove_prefix(1);
    }
  }
  s = bare(s);
  const bool pm = s.starts_with("PM") || s.starts_with("pm"), am = s.starts_with("AM") || s.starts_with("am");
  if (pm || am) {
    if (hour < 1 || hour > 12) return false;
    hour = hour % 12 + (pm ? 12 : 0);
    mark('p', s.substr(0, 2));
    s = bare(s.substr(2));
  }
  m_.hour = hour + minute / 60.0 + second / 3600;
  return is_zone(s);
}

/// Up to three pieces; a time may be left behind them.
bool DateReader::divide() {
  constexpr std::string_view separators = "-/., ";
  while (count_ < 3 && !rest_.empty()) {
    DatePiece& p = p_[count_++];
    p.letters = !is_digit(rest_[0]);
    std::size_t n = 0;
    for (; n < rest_.size() && (p.letters ? is_letter(rest_[n]) : is_digit(rest_[n])); ++n)
      if (!p.letters && n < 4) p.value = 10 * p.value + (rest_[n] - '0');
    if (n == 0 || n > (p.letters ? 10 : 4)) return false;
    p.text = rest_.substr(0, n);
    rest_.remove_prefix(n);
    if (count_ == 3) break;
    n = 0;
    while (n < 2 && n < rest_.size() && separators.find(rest_[n]) != separators.npos) ++n;
    p.behind = rest_.substr(0, n);
    rest_.remove_prefix(n);
    if (rest_.empty() && n > 0 && !(p.letters && p.behind == ".")) return false;
  }
  return count_ > 0;
}

bool DateReader::year(const DatePiece& p, bool two) {
  if (!p.digits(4, 4) && !(two && p.digits(2, 2))) return false;
  mark('y', p.text);
  m_.year = p.text.size() == 4 ? p.value : p.value + (p.value < 70 ? 2000 : 1900);
  return true;
}

bool DateReader::month(const DatePiece& p, bool name) {
  mark(name ? 'n' : 'm', p.text);
  if (!name) {
    m_.month = p.value;
    return p.digits(1, 2);
  }
  m_.month = month_of(p.text, 0);
  if (m_.month == 0) m_.month = month_of(p.text, 1);
  return m_.month > 0;
}

bool DateReader::day(const DatePiece& p) {
  mark('d', p.text);
  m_.day = p.value;
  return p.digits(1, 2) && p.value > 0;
}

bool DateReader::period(const DatePiece& letter, const DatePiece& number) {
  const std::size_t size = number.text.size();
  const char c = letter.text[0];
  if (letter.text.size() != 1 || number.letters || !letter.behind.empty()) return false;
  if ((c == 'Q' || c == 'q') && size == 1 && number.value >= 1 && number.value <= 4) {
    m_.month = 3 * number.value - 2;
    mark('q', number.text);
    return true;
  }
  if (c == 'M' && size == 2) return month(number, false);
  if (c != 'W' || size != 2 || number.value < 1 || number.value > 53) return false;
  mark('w', number.text);
  week_ = number.value;
  return true;
}

/// Dates of digits alone.
bool DateReader::numeric(bool day_first) {
  const auto& [a, b, c] = p_;
  if (count_ < 2 || (a.behind != "-" && a.behind != "/" && a.behind != ".")) return false;
  if (count_ == 3 && b.behind != a.behind) return false;
  const bool point = a.behind == ".";
  if (a.digits(4, 4)) {
    if (count_ == 2 && (point || !rest_.empty())) return false;  // a number
    return year(a, false) && month(b, false) && (count_ == 2 || day(c));
  }
  const bool first = point || day_first;
  return count_ == 3 && day(first ? a : b) && month(first ? b : a, false) && year(c, true);
}

/// Dates with a word among them.
bool DateReader::worded() {
  const auto& [a, b, c] = p_;
  if (count_ == 1) return month(a, true);
  if (count_ == 2) {
    if (!a.letters) return year(a, false) && month(b, true);
    return month(a, true) && year(b, a.behind == "-" || a.behind == "/");
  }
  if (a.letters) {  // "Q1 2024", "Jan 3, 2024"
    if (a.text.size() == 1) return period(a, b) && week_ == 0 && year(c, false);
    return month(a, true) && day(b) && year(c, false);
  }
  if (!b.letters || c.letters) return false;
  if (!a.digits(4, 4)) return day(a) && month(b, true) && year(c, true);
  if (b.text.size() > 1) return year(a, false) && month(b, true) && day(c);
  return year(a, false) && period(b, c);
}

bool DateReader::read(bool day_first) {
  if (rest_.size() < 3 || rest_.size() > 40) return false;
  if (is_digit(rest_[0]) && time(rest_)) return true;
  m_ = {};
  n_ = {};
  if (!divide()) return false;
  m_.words = p_[0].letters || p_[1].letters || p_[2].letters;
  if (!(m_.words ? worded() : numeric(day_first))) return false;
  if (week_ > 0) {  // the first one has January 4
    const Index fourth = day_number(m_.year, 1, 4);
    const Moment monday = moment_of_day(fourth - (fourth + 1) % 7 + 7 * (week_ - 1));
    m_.year = monday.year, m_.month = monday.month, m_.day = monday.day;
    return rest_.empty();
  }
  if (!is_day(m_.year, m_.month, std::max(m_.day, 1))) return false;
  if (rest_.empty()) return true;
  return m_.day > 0 && (rest_[0] == 'T' || rest_[0] == ' ' || rest_[0] == ',') && time(bare(rest_.substr(1)));
}

}  // namespace

bool parse_moment(std::string_view field, bool day_first, Moment& m, DateNotation* notation) {
  DateNotation unused;
  DateNotation& n = notation ? *notation : unused;
  m = {};
  n = {};
  return DateReader(field, m, n).read(day_first);
}

bool is_moment(std::string_view field, Moment& m) {
  return parse_moment(field, false, m) || parse_moment(field, true, m);
}

std::string_view month_name(bool german, int month) {
  return month > 0 ? month_names[german][month - 1] : std::string_view();  // a week or a quarter has none
}

bool is_german_month(std::string_view name) { return month_of(name, 1) > 0 && month_of(name, 0) == 0; }

// Days -------------------------------------------------------------------------------------------------------------

namespace {

/// Days before the first of March of a year; months count from March on, so that the day of a leap year is the last.
Index days_before(Index year) { return 365 * year + year / 4 - year / 100 + year / 400; }
Index days_of(Index month) { return (153 * month + 2) / 5; }

}  // namespace

Index day_number(int year, int month, int day) {
  return days_before(month > 2 ? year : year - 1) + days_of(month > 2 ? month - 3 : month + 9) + day;
}

Moment moment_of_day(Index day) {
  Index year = day * 400 / 146097, month = 11;
  while (days_before(year + 1) < day) ++year;
  while (days_before(year) >= day) --year;
  day -= days_before(year);
  while (days_of(month) >= day) --month;
  Moment m;
  m.year = int(month < 10 ? year : year + 1);
  m.month = int(month < 10 ? month + 3 : month - 9);
  m.day = int(day - days_of(month));
  return m;
}

int weekday(const Moment& m) { return int((day_number(m.year, m.month, m.day) + 1) % 7); }

}  // namespace unfold
