// Text to tokens and back, and the streams that training reads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "unfold/base/real.h"
#include "unfold/config/config.h"
#include "unfold/data/bpe.h"

namespace unfold {

/// The symbols of a model, by unit. character and byte: Unicode code points or bytes, sorted. word and whitespace: the
/// pieces of the text (pieces.h), sorted; of whitespace the unknown word is "<unk>", and a line end is what others call
/// <eos>. With a cap these are the most frequent ones, and then the last symbol (`unknown`) stands for all others. bpe:
/// the bytes and merges of them (bpe.h).
class Vocabulary {
 public:
  /// Counts the symbols of a text, or learns the merges. cap = largest size, 2…65535, of bpe from 256. Merges are those
  /// of the text without its last share `held`. Throws Error{invalid_text} for invalid UTF-8 (not of bytes and bpe),
  /// and where there is no word.
  static Vocabulary of(std::string_view text, Unit unit, int cap, double held = 0);
  /// From stored symbols (sorted code points or bytes). Throws Error{invalid_checkpoint}.
  static Vocabulary from_symbols(std::vector<std::uint32_t> symbols, bool bytes, bool unknown);
  /// From stored words, sorted by their bytes. Throws Error{invalid_checkpoint} unless each is one piece.
  static Vocabulary from_words(std::vector<std::string> list, Unit unit, bool unknown);
  /// From stored merges. Throws Error{invalid_checkpoint}.
  static Vocabulary from_merges(std::vector<Merge> merges);

  int size() const { return int(symbols_.size() + words_.size()) + (unknown_ ? 1 : 0); }
  Unit unit() const { return unit_; }
  bool bytes() const { return unit_ == Unit::byte; }
  bool has_unknown() const { return unknown_; }
  /// Of character and byte.
  const std::vector<std::uint32_t>& symbols() const { return symbols_; }
  /// Of the others: the pieces, or the bytes of each token.
  const std::vector<std::string>& words() const { return words_; }
  const std::vector<Merge>& merges() const { return merges_.list(); }

  /// The token of a symbol or of a word; of one that it does not know, the unknown token or no_token.
  Token token(std::uint32_t symbol) const;
  Token token(std::string_view word) const;
  /// Encodes. `lost`, if given, collects symbols that it does not know (of words, where in the text they begin); they
  /// are left out unless there is an unknown token. `lengths`, if given, gets, of words and merges, the code points
  /// that each token stands for, 255 at most.
  std::vector<Token> encode(std::string_view text, std::vector<std::uint32_t>* lost = nullptr,
                            std::vector<std::uint8_t>* lengths = nullptr) const;
  /// What encode() lost of a text, each once, as UTF-8.
  std::vector<std::string> names_of(const std::vector<std::uint32_t>& lost, std::string_view text) const;
  /// Appends a token's symbol as UTF-8 (of byte and bpe its bytes; the unknown token as U+FFFD or <unk>). A word has
  /// its blank before it, and of whitespace every word has one.
  void decode(Token token, std::string& out) const;

 private:
  std::vector<Token> encode_pieces(std::string_view text, std::vector<std::uint32_t>* lost,
                                   std::vector<std::uint8_t>* lengths) const;

  std::vector<std::uint32_t> symbols_;
  std::vector<std::string> words_;
  Merges merges_;
  Unit unit_ = Unit::character;
  bool unknown_ = false;
};

/// Each of the symbols once, in their order, as UTF-8.
std::vector<std::string> utf8_of(const std::vector<std::uint32_t>& symbols);

/// Calls f(code point) for each of a UTF-8 text; throws Error{invalid_text} at the first invalid byte.
template <class F>
void each_code_point(std::string_view text, const F& f);

/// A text cut into N contiguous streams; window after window of T steps walks along all of them at once.
/// Input of step t of stream n is token n·L + cursor + t, its target the next one.
class Streams {
 public:
  Streams(const Token* tokens, Index count, Index N) : tokens_(tokens), length_((count - 1) / N), N_(N) {}

  /// Steps of one pass.
  Index length() const { return length_; }
  /// Writes inputs and targets (T·N, time-major) of the window at `cursor`; steps beyond the end get no_token.
  void window(Index cursor, Index T, Token* inputs, Token* targets) const;

 private:
  const Token* tokens_;
  Index length_, N_;
};

/// The same for measuring: every one of the count−1 predictions exactly once, the last stream may be shorter.
class Coverage {
 public:
  Coverage(const Token* tokens, Index count, Index N)
      : tokens_(tokens), count_(count), N_(N), length_((count - 1 + N - 1) / N) {}
  Index length() const { return length_; }
  void window(Index cursor, Index T, Token* inputs, Token* targets) const;

 private:
  const Token* tokens_;
  Index count_, N_, length_;
};

}  // namespace unfold
