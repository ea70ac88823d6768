// Reading examples from a text line by line: what the tasks' readers share. Errors name the line.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unfold/config/config.h"
#include "unfold/data/tokens.h"

namespace unfold {

/// Most symbols of a sequence, and most labels: Token less what an engine adds of its own.
inline constexpr std::size_t most_symbols = 65000;

/// A line that something was read from.
class Line {
 public:
  explicit Line(Index number) : number_(number) {}
  Index number() const { return number_; }
  [[noreturn]] void refuse(Words expected, Words actual) const;

 protected:
  Index number_;
};

/// The lines of a text, without a byte-order mark and the ends "\n" or "\r\n"; the last may lack its end.
class Lines : public Line {
 public:
  /// `before`: lines before it.
  explicit Lines(std::string_view whole, Index before = 0);
  /// Goes to the next line; false after the last.
  bool next();
  /// The same, past empty lines.
  bool next_filled();
  std::string_view text;

 private:
  std::string_view rest_;
};

std::string line_field(Index number);

/// Collects which symbols there are.
class Alphabet {
 public:
  /// Adds those of a sequence of a line; returns how many it has.
  Index add(const Line& line, std::string_view sequence);
  Vocabulary vocabulary();

 private:
  void settle();
  std::vector<std::uint32_t> symbols_;
  std::size_t distinct_ = 0;
};

std::vector<std::string> names_of(const Vocabulary& v);

/// Appends the numbers between separators; returns how many.
Index read_numbers(const Line& line, std::string_view text, const char* separators, std::vector<Real>& out);
/// Whether a line has names, and no number, between separators.
bool is_header(std::string_view text, const char* separators);

/// Without spaces at both ends.
std::string_view trimmed(std::string_view s);
/// The parts before and after the one tab (or other separator) of a line.
std::pair<std::string_view, std::string_view> halves(const Lines& line, const char* separators = "\t");

/// Refuses a count of columns that is not that of the first line. `first` = 0: this is it.
void need_columns(const Line& line, Index columns, Index& first, const char* what);
/// How many of `count` steps a sequence keeps: all, or those that the task truncates to, counted in `truncated`.
/// Refuses a sequence of no steps, and a longer one where the task does not truncate.
Index kept_length(const Line& line, Index count, const TaskConfig& task, Index& truncated);
/// Adds a sequence to an alphabet, and returns it, cut in the same way.
std::string_view take(Alphabet& alphabet, const Line& line, std::string_view sequence, const TaskConfig& task,
                      Index& truncated);
/// Steps of a sequence of UTF-8, and its first `count`.
Index code_points(std::string_view text);
std::string_view first_code_points(std::string_view text, Index count);

/// The first 60 symbols of a line or field, for people to look at; what is not UTF-8 is left out.
std::string beginning(std::string_view text);

}  // namespace unfold
