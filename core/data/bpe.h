// Byte-level byte-pair encoding (Gage 1994; Sennrich, Haddow & Birch 2016): the tokens are the 256 bytes and pairs of
// tokens that were merged, so that every text has an encoding, and decoding is exact.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unfold/base/real.h"

namespace unfold {

/// Merge i makes token 256 + i of two tokens below it.
struct Merge {
  Token left, right;
};

/// The most frequent pair of neighbours within the pieces (pieces.h) of a text is merged, again and again, at most
/// `count` times and as long as a pair occurs twice. Of equally frequent pairs the one with the smaller left token,
/// then with the smaller right token.
std::vector<Merge> learn_merges(std::string_view text, std::size_t count);

/// Merges to apply: of all pairs in a piece always the one that was learned first.
class Merges {
 public:
  Merges() = default;
  /// Throws Error{invalid_checkpoint} unless every merge is one of smaller tokens, once, of at most 128 bytes.
  explicit Merges(std::vector<Merge> list);
  const std::vector<Merge>& list() const { return list_; }
  /// Appends the tokens of a piece.
  void encode(std::string_view piece, std::vector<Token>& out) const;
  /// The bytes of every token.
  std::vector<std::string> texts() const;

 private:
  std::uint32_t rank(Token left, Token right) const;
  std::vector<Merge> list_;
  std::vector<std::pair<std::int64_t, std::uint32_t>> ranks_;  // by pair
};

}  // namespace unfold
