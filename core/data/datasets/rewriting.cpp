// One text into another.
#include <algorithm>

#include "unfold/data/datasets/generator.h"

namespace unfold {
namespace {

constexpr const char* letters = "abcdefghij";

/// A number without leading zeros, of at most `difficulty` digits.
std::string draw_number(Draw& d) {
  std::string digits = d.some_of("0123456789", 1, d.difficulty);
  if (digits.size() > 1 && digits[0] == '0') digits[0] = d.one_of("123456789");
  return digits;
}

void draw_addition(Draw& d) {
  const std::string a = draw_number(d), b = draw_number(d);
  d.input = a + '+' + b;
  int carry = 0;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()) || carry > 0; ++i) {
    for (const std::string& x : {a, b})
      if (i < x.size()) carry += x[x.size() - 1 - i] - '0';
    d.target += char('0' + carry % 10);
    carry /= 10;
  }
  std::reverse(d.target.begin(), d.target.end());
}

void draw_reversal(Draw& d) {
  d.input = d.some_of(letters, 1, d.difficulty);
  d.target.assign(d.input.rbegin(), d.input.rend());
}

void draw_sorting(Draw& d) {
  d.input = d.some_of(letters, 1, d.difficulty);
  for (const char* c = letters; *c; ++c)
    d.target.append(std::size_t(std::count(d.input.begin(), d.input.end(), *c)), *c);
}

void draw_repeating(Draw& d) {
  const std::string what = d.some_of(letters, 1, d.difficulty);
  const Index times = d.between(2, 5);
  d.input = char('0' + times) + what;
  for (Index i = 0; i < times; ++i) d.target += what;
}

// Dates --------------------------------------------------------------------------------------------------------

constexpr const char* months[]{"January", "February", "March",     "April",   "May",      "June",
                               "July",    "August",   "September", "October", "November", "December"};
constexpr const char* weekdays[]{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

/// d day, o its ordinal, m month, n its name, y year, z its last two digits, w weekday, f "of"; D, M with two digits,
/// N, W three letters. With dots the day stands first, with strokes the month.
constexpr const char* formats[]{"d n y",  "n d, y",  "d.m.y", "m/d/y", "D N y",  "W, d N y",
                                "n o, y", "o f n y", "M/D/z", "D.M.z", "N d 'z", "w, n d, y"};
constexpr int first_year = 1950;  // to 2049: two digits are enough

std::string two(Index n) { return {char('0' + n / 10), char('0' + n % 10)}; }

const char* ordinal(Index day) {
  if (day / 10 == 1) return "th";
  return day % 10 == 1 ? "st" : day % 10 == 2 ? "nd" : day % 10 == 3 ? "rd" : "th";
}

/// Sakamoto's rule.
Index weekday(Index y, Index m, Index d) {
  static constexpr int shift[]{0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
  if (m < 3) --y;
  return (y + y / 4 - y / 100 + y / 400 + shift[m - 1] + d) % 7;
}

void draw_date(Draw& d) {
  const Index y = d.between(first_year, first_year + 99), m = d.between(1, 12);
  const bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
  const Index day = d.between(1, m == 2 ? 28 + leap : 30 + (m + m / 8) % 2);
  const std::string name = months[m - 1], of_week = weekdays[weekday(y, m, day)];
  for (const char* f = formats[d.below(d.difficulty)]; *f; ++f) {
    switch (*f) {
      case 'd': d.input += std::to_string(day); break;
      case 'D': d.input += two(day); break;
      case 'o': d.input += std::to_string(day) + ordinal(day); break;
      case 'f': d.input += "of"; break;
      case 'm': d.input += std::to_string(m); break;
      case 'M': d.input += two(m); break;
      case 'n': d.input += name; break;
      case 'N': d.input += name.substr(0, 3); break;
      case 'y': d.input += std::to_string(y); break;
      case 'z': d.input += two(y % 100); break;
      case 'w': d.input += of_week; break;
      case 'W': d.input += of_week.substr(0, 3); break;
      default: d.input += *f;
    }
  }
  d.target = std::to_string(y) + '-' + two(m) + '-' + two(day);
}

}  // namespace

constexpr Generator addition{.info = {.name = "addition",
                                      .label = "Addition",
                                      .summary = "Two numbers, digit by digit, and their sum: 123+456 → 579.",
                                      .source = "Zaremba & Sutskever 2014",
                                      .task = TaskKind::translate,
                                      .difficulty = "digits at most",
                                      .min_difficulty = 1,
                                      .default_difficulty = 3,
                                      .max_difficulty = 12,
                                      .optimum = "every sum right",
                                      .metric = "exact",
                                      .trivial = "no sum right; unigrams of the digits and the end"},
                             .inputs = "+0123456789",
                             .targets = "+0123456789",
                             .draw = draw_addition};

/// Letters in another order.
constexpr Generator reordering(const char* name, const char* label, const char* summary, const char* source,
                               void (*draw)(Draw&)) {
  return {.info = {.name = name,
                   .label = label,
                   .summary = summary,
                   .source = source,
                   .task = TaskKind::translate,
                   .difficulty = "letters at most",
                   .min_difficulty = 2,
                   .default_difficulty = 10,
                   .max_difficulty = 100,
                   .optimum = "every text right",
                   .metric = "exact",
                   .trivial = "no text right; unigrams of ten letters and the end"},
          .inputs = letters,
          .targets = letters,
          .draw = draw};
}

constexpr Generator reversal = reordering("reversal", "Reversal", "The same letters, the last one first.",
                                          "Sutskever, Vinyals & Le 2014", draw_reversal);

constexpr Generator sorting = reordering("sorting", "Sorting", "The same letters, in the order of the alphabet.",
                                         "Vinyals, Bengio & Kudlur 2016", draw_sorting);

constexpr Generator repeating{.info = {.name = "repeating",
                                       .label = "Repeating",
                                       .summary = "A number, and what is to be written so often: 3abc → abcabcabc.",
                                       .source = "Graves, Wayne & Danihelka 2014",
                                       .task = TaskKind::translate,
                                       .difficulty = "letters at most",
                                       .min_difficulty = 1,
                                       .default_difficulty = 5,
                                       .max_difficulty = 40,
                                       .optimum = "every text right",
                                       .metric = "exact",
                                       .trivial = "no text right; unigrams of ten letters and the end"},
                              .inputs = "2345abcdefghij",
                              .targets = "2345abcdefghij",
                              .draw = draw_repeating};

constexpr Generator dates{
    .info = {.name = "dates",
             .label = "Dates",
             .summary = "Dates as people write them, into the form of ISO 8601: March 7, 2019 → 2019-03-07.",
             .source = "ISO 8601:2019",
             .task = TaskKind::translate,
             .difficulty = "ways to write",
             .min_difficulty = 1,
             .default_difficulty = 12,
             .max_difficulty = 12,
             .optimum = "every date right",
             .metric = "exact",
             .trivial = "no date right; unigrams of the digits"},
    .inputs = " ',-./0123456789ADFJMNOSTWabcdefghilmnoprstuvy",
    .targets = " ',-./0123456789ADFJMNOSTWabcdefghilmnoprstuvy",
    .draw = draw_date};

}  // namespace unfold
