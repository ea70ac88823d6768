// Text to tokens and back, and the streams that training reads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "unfold/base/real.h"

namespace unfold {

/// The symbols of a model: bytes or Unicode code points, sorted; with a cap, the most frequent ones, and then
/// the last symbol (`unknown`) stands for all others.
class Vocabulary {
 public:
  /// Counts the symbols of a text. cap = largest size, 2…65535. Throws Error{invalid_text} for invalid UTF-8.
  static Vocabulary of(std::string_view text, bool bytes, int cap);
  /// From stored symbols (sorted code points or bytes). Throws Error{invalid_checkpoint}.
  static Vocabulary from_symbols(std::vector<std::uint32_t> symbols, bool bytes, bool unknown);

  int size() const { return int(symbols_.size()) + (unknown_ ? 1 : 0); }
  bool bytes() const { return bytes_; }
  bool has_unknown() const { return unknown_; }
  const std::vector<std::uint32_t>& symbols() const { return symbols_; }

  /// The token of a symbol; of one that it does not know, the unknown token or no_token.
  Token token(std::uint32_t symbol) const;
  /// Encodes; `lost`, if given, collects symbols that it does not know (they are left out unless there is an
  /// unknown token).
  std::vector<Token> encode(std::string_view text, std::vector<std::uint32_t>* lost = nullptr) const;
  /// Appends a token's symbol as UTF-8 (a byte as it is; the unknown token as U+FFFD).
  void decode(Token token, std::string& out) const;

 private:
  std::vector<std::uint32_t> symbols_;
  bool bytes_ = false, unknown_ = false;
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
