// A text cut into words, marks and line ends: the tokens of a model of words, and what merges of bytes stay within.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "unfold/config/config.h"

namespace unfold {

/// Walks along the pieces of a text. Of the units word and bpe they lie side by side, and their concatenation is the
/// text: as a regular expression, where L is a letter or digit,
///
///     ␣?L(?:['’]?L){0,63} | ␣?[^L␣\t\n\r] | [␣\t\n\r]
///
/// that is, a word with the apostrophes inside it, or one mark, each with the blank before it; or a blank, tab or line
/// end by itself. L is 0-9, A-Z, a-z and, of bpe, every byte from 80 on (and ’ is no apostrophe); of words, the code
/// points of letter_ranges (pieces.cpp), which are alphabets and syllabaries. Ideographs, symbols and punctuation
/// beyond ASCII are marks.
/// Of the unit whitespace a piece is what stands between blanks (space, tab, \r, \v, \f), at most 64 code points, or a
/// line end.
class Pieces {
 public:
  /// The text must be UTF-8, unless the unit is bpe.
  Pieces(std::string_view text, Unit unit) : text_(text), unit_(unit) {}
  /// Goes to the next piece; false behind the last.
  bool next();

  std::string_view piece;
  std::size_t begin = 0, end = 0;  // the piece and, of whitespace, the blanks before it

 private:
  struct Symbol {
    std::uint32_t code;
    std::size_t end;
  };
  Symbol symbol(std::size_t at) const;
  bool letter(std::size_t at) const;
  std::size_t word_end(std::size_t at) const;
  std::size_t field_end(std::size_t at) const;

  std::string_view text_;
  Unit unit_;
};

/// Gives each distinct text a number, 0, 1, … in the order of their first appearance. The texts must outlive it.
class Numbering {
 public:
  std::uint32_t of(std::string_view text);
  const std::vector<std::string_view>& texts() const { return texts_; }

 private:
  std::vector<std::string_view> texts_;
  std::vector<std::uint32_t> slots_;  // number + 1 by hash, 0: free; a power of two of them, half of them free
};

/// Code points of a UTF-8 text, and of its first bytes where it is cut.
std::size_t code_points_in(std::string_view text);

}  // namespace unfold
