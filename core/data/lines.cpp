#include "unfold/data/lines.h"

#include <algorithm>

#include "unfold/base/numeric.h"
#include "unfold/base/phrase.h"
#include "unfold/base/sorting.h"
#include "unfold/base/utf8.h"
#include "unfold/data/cells.h"
#include "unfold/data/examples.h"

namespace unfold {

Lines::Lines(std::string_view whole, Index before) : Line(before), rest_(whole) {
  if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
}

bool Lines::next() {
  if (rest_.empty()) return false;
  const std::size_t end = rest_.find('\n');
  text = rest_.substr(0, end);
  rest_.remove_prefix(std::min(rest_.size(), text.size() + 1));
  if (text.ends_with('\r')) text.remove_suffix(1);
  ++number_;
  return true;
}

bool Lines::next_filled() {
  while (next())
    if (!text.empty()) return true;
  return false;
}

void Line::refuse(Words expected, Words actual) const { refuse_text(line_field(number_), expected, actual); }

std::string line_field(Index number) { return phrase("text line {}", {number}); }

// Symbols ------------------------------------------------------------------------------------------------------

Index Alphabet::add(const Line& line, std::string_view sequence) {
  const std::size_t before = symbols_.size();
  try {
    Vocabulary().encode(sequence, &symbols_);  // a vocabulary without symbols reports every one as unknown
  } catch (const Error& e) {
    line.refuse("UTF-8", e.actual);
  }
  const Index count = Index(symbols_.size() - before);
  if (symbols_.size() > 4 * most_symbols) settle();
  if (distinct_ > most_symbols) line.refuse(phrase("at most {} symbols", {most_symbols}), "more");
  return count;
}

Vocabulary Alphabet::vocabulary() {
  settle();
  if (distinct_ > most_symbols)
    refuse_text("text", phrase("at most {} symbols", {most_symbols}), std::to_string(distinct_));
  return Vocabulary::from_symbols(symbols_, false, false);
}

void Alphabet::settle() {
  sort(symbols_);
  symbols_.erase(std::unique(symbols_.begin(), symbols_.end()), symbols_.end());
  distinct_ = symbols_.size();
}

std::vector<std::string> names_of(const Vocabulary& v) {
  std::vector<std::string> names(std::size_t(v.size()));
  for (int i = 0; i < v.size(); ++i) v.decode(Token(i), names[std::size_t(i)]);
  return names;
}

// Numbers ------------------------------------------------------------------------------------------------------

std::string_view trimmed(std::string_view s) {
  while (s.starts_with(' ')) s.remove_prefix(1);
  while (s.ends_with(' ')) s.remove_suffix(1);
  return s;
}

/// A decimal number. Of our own: the library's follow the locale, or are missing in some, and the bits shall be the
/// same everywhere. 18 digits count; within 15 digits and 10^±22 the result is the nearest double.
bool parse_number(std::string_view s, double& x) {
  const auto digit = [&](std::size_t i) { return i < s.size() && s[i] >= '0' && s[i] <= '9'; };
  std::size_t i = 0;
  const auto sign = [&] { return i < s.size() && (s[i] == '+' || s[i] == '-') && s[i++] == '-'; };
  const bool negative = sign();
  std::uint64_t digits = 0;
  std::int64_t scale = 0;
  bool any = false;
  for (bool point = false; digit(i) || (!point && i < s.size() && s[i] == '.'); ++i) {
    if (s[i] == '.') {
      point = true;
      continue;
    }
    any = true;
    if (digits < 100000000000000000u) {
      digits = digits * 10 + std::uint64_t(s[i] - '0');
      scale -= point;
    } else {
      scale += !point;
    }
  }
  if (!any) return false;
  if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
    ++i;
    const bool small = sign();
    if (!digit(i)) return false;
    std::int64_t exponent = 0;
    for (; digit(i); ++i) exponent = std::min<std::int64_t>(exponent * 10 + (s[i] - '0'), 1000000000);
    scale += small ? -exponent : exponent;
  }
  if (i != s.size()) return false;
  x = digits == 0 ? 0 : double(digits);
  if (x > 0) x = scale < 0 ? x / numeric::power(10, -scale) : x * numeric::power(10, scale);
  if (negative) x = -x;
  return true;
}

Index read_numbers(const Line& line, std::string_view text, const char* separators, std::vector<Real>& out) {
  for (Index column = 1;; ++column) {
    const std::size_t end = text.find_first_of(separators);
    const std::string_view field = trimmed(text.substr(0, end));
    double x = 0;
    if (!parse_number(field, x)) line.refuse(phrase("a number in column {}", {column}), excerpt(field));
    if (!(x <= largest_number && x >= -largest_number)) line.refuse("numbers within ±1e15", excerpt(field));
    if (column > most_columns) line.refuse(phrase("at most {} numbers", {most_columns}), "more");
    out.push_back(Real(x));
    if (end == std::string_view::npos) return column;
    text.remove_prefix(end + 1);
  }
}

bool is_header(std::string_view text, const char* separators) {
  for (double x = 0;;) {
    const std::size_t end = text.find_first_of(separators);
    if (parse_number(trimmed(text.substr(0, end)), x)) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

void need_columns(const Line& line, Index columns, Index& first, const char* what) {
  if (first == 0) first = columns;
  if (columns != first) line.refuse(phrase("{}{}, like the first", {first, what}), std::to_string(columns) + what);
}

Index kept_length(const Line& line, Index count, const TaskConfig& task, Index& truncated) {
  if (count < 1) line.refuse("a sequence of one step or more", std::to_string(count));
  const Index longest = task.read_length();
  if (count <= longest) return count;
  if (!task.truncate)
    line.refuse(phrase("a sequence of at most {} steps (task.maxLength goes up to {}, task.truncate cuts longer ones)",
                       {longest, TaskConfig::most_steps}),
                std::to_string(count));
  ++truncated;
  return longest;
}

Index code_points(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

std::string_view first_code_points(std::string_view text, Index count) {
  std::size_t end = 0;
  for (; end < text.size(); ++end)
    if ((static_cast<unsigned char>(text[end]) & 0xC0) != 0x80 && count-- == 0) break;
  return text.substr(0, end);
}

std::string beginning(std::string_view text) {
  constexpr int shown_symbols = 60;
  std::string shown;
  int count = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (count == shown_symbols) return shown + "…";
    if (const std::uint32_t code = next_code_point(text, at); code == no_code_point) {
      ++at;
    } else {
      append_utf8(code, shown);
      ++count;
    }
  }
  return shown;
}

std::string_view take(Alphabet& alphabet, const Line& line, std::string_view sequence, const TaskConfig& task,
                      Index& truncated) {
  const Index count = code_points(sequence),
              kept = kept_length(line, sequence.empty() ? 0 : std::max<Index>(count, 1), task, truncated);
  if (kept < count) sequence = first_code_points(sequence, kept);
  alphabet.add(line, sequence);
  return sequence;
}

std::pair<std::string_view, std::string_view> halves(const Lines& line, const char* separators) {
  const std::size_t at = line.text.find_first_of(separators);
  if (at == std::string_view::npos) line.refuse("a tab between two parts", excerpt(line.text));
  const std::string_view right = line.text.substr(at + 1);
  if (right.find('\t') != std::string_view::npos) line.refuse("one tab", "more");
  return {line.text.substr(0, at), right};
}

}  // namespace unfold
