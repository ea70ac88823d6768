// The grammar of CSV: rows of fields between separators (RFC 4180, and what people's files make of it), in tables of
// numbers and in texts with a label each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "unfold/base/real.h"

namespace unfold {

/// How a table is written.
struct Dialect {
  char separator = 0;  // ';', '\t', ',', '|'; ' ': one or more spaces or tabs; 0: a single column
  char decimal = '.';
  Index width = 0;     // fields of most rows, of the first few hundred
  std::string unsure;  // a number such as "1.037", where all that could tell are like it
};

/// What the fields are. With prose "\r" alone is a character like others, "#" begins no comment, and what follows the
/// end of a quoted field belongs to it. In plain prose quotation marks are characters too.
enum class CsvFields { numbers, prose, plain_prose };

/// The rows of a text, one after the other. A line ends with "\n", "\r\n" or "\r". A field that begins with a quotation
/// mark ends with the next single one; two of them stand for one, and separators and ends of lines between are part of
/// the field. Lines that begin with "#" are comments.
class CsvRows {
 public:
  CsvRows(std::string_view text, char separator, CsvFields kind = CsvFields::numbers);
  /// Goes to the next row; false after the last, and where the text breaks the grammar (`trouble`).
  bool next();
  /// Of the row; each is valid until the next one, and as long as the text unless it is `copied`.
  std::vector<std::string_view> fields;
  bool copied(std::size_t field) const { return spans_[field].copied; }
  /// The row is an empty line (which has one empty field).
  bool blank = false;
  /// Of the row's beginning, from 1; `at`: in bytes from the beginning of the text.
  Index line = 0;
  std::size_t at = 0;
  /// The last comment before the row, without its mark; how many there were.
  std::string_view comment;
  Index comments = 0;
  /// What was expected there, and what came; null while all is well.
  const char *trouble = nullptr, *instead = nullptr;
  /// Where the next row begins, and its line.
  std::size_t end() const { return cursor_; }
  Index next_line() const { return next_line_; }
  /// Refuses a text that broke the grammar.
  void check() const;

 private:
  struct Span {
    std::size_t from, size;
    bool copied;  // of copies_, since it is the text without some quotation marks
  };
  bool is_separator(char c) const { return c == separator_ || (separator_ == ' ' && c == '\t'); }
  bool at_line_end() const;
  void skip_comments();
  void skip_spaces();
  void skip_field();
  bool quoted_field();
  void end_line();

  std::string_view text_;
  char separator_;
  bool prose_, quotes_;
  std::size_t cursor_ = 0;
  Index next_line_ = 1;
  std::string copies_;
  std::vector<Span> spans_;
};

/// What the text seems to be written in: of the separators that give nearly every row as many fields, the one with the
/// most numbers and dates, and the decimal separator that most of its numbers speak for. Where none does, commas are
/// decimal in a text with semicolons and dates such as 31.01.2024.
Dialect find_dialect(std::string_view text);

/// "," or "tab", for people.
std::string separator_name(char separator);

}  // namespace unfold
