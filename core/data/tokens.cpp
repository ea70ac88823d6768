#include "unfold/data/tokens.h"

#include <algorithm>

#include "unfold/base/error.h"
#include "unfold/base/phrase.h"
#include "unfold/base/sorting.h"
#include "unfold/base/utf8.h"
#include "unfold/model/loss.h"

namespace unfold {
namespace {

[[noreturn]] void invalid_utf8(std::string_view text, std::size_t at) {
  const std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(text[at]);
  throw Error(ErrorCode::invalid_text, "text", "UTF-8 (or unit \"byte\")",
              phrase("byte 0x{}{} at offset {}", {digits.substr(byte >> 4, 1), digits.substr(byte & 15, 1), at}));
}

}  // namespace

template <class F>
void each_code_point(std::string_view text, const F& f) {
  for (std::size_t i = 0; i < text.size();) {
    const std::uint32_t code = next_code_point(text, i);
    if (code == no_code_point) invalid_utf8(text, i);
    f(code);
  }
}

std::vector<std::string> utf8_of(const std::vector<std::uint32_t>& symbols) {
  std::vector<std::pair<std::int64_t, std::uint32_t>> by_symbol, firsts;
  for (const std::uint32_t symbol : symbols) by_symbol.push_back({symbol, std::uint32_t(by_symbol.size())});
  sort(by_symbol);
  for (const auto& [symbol, place] : by_symbol)
    if (firsts.empty() || symbol != firsts.back().second) firsts.push_back({place, std::uint32_t(symbol)});
  sort(firsts);
  std::vector<std::string> all;
  for (const auto& [place, symbol] : firsts) append_utf8(symbol, all.emplace_back());
  return all;
}

namespace {

template <class F>
void each_symbol(std::string_view text, bool bytes, const F& f) {
  if (!bytes) return each_code_point(text, f);
  for (const char c : text) f(std::uint32_t(static_cast<unsigned char>(c)));
}

}  // namespace

Vocabulary Vocabulary::of(std::string_view text, bool bytes, int cap) {
  std::vector<std::int64_t> counts;  // by symbol, as far as the highest
  each_symbol(text, bytes, [&](std::uint32_t s) {
    if (s >= counts.size()) counts.resize(s + 1);
    ++counts[s];
  });
  Vocabulary v;
  v.bytes_ = bytes;
  std::vector<std::pair<std::int64_t, std::uint32_t>> ranked;  // most frequent first, then by code point
  for (std::uint32_t s = 0; s < counts.size(); ++s)
    if (counts[s] > 0) ranked.push_back({-counts[s], s});
  if (int(ranked.size()) > cap) {
    sort(ranked);
    ranked.resize(std::size_t(cap - 1));
    v.unknown_ = true;
  }
  for (const auto& [count, symbol] : ranked) v.symbols_.push_back(symbol);
  sort(v.symbols_);
  return v;
}

Vocabulary Vocabulary::from_symbols(std::vector<std::uint32_t> symbols, bool bytes, bool unknown) {
  const bool sorted = std::is_sorted(symbols.begin(), symbols.end(), std::less_equal<>());
  const std::uint32_t highest = bytes ? 255 : 0x10FFFF;
  const bool surrogates =
      !bytes && std::any_of(symbols.begin(), symbols.end(), [](std::uint32_t s) { return s >= 0xD800 && s < 0xE000; });
  if (surrogates) throw Error(ErrorCode::invalid_checkpoint, "vocabulary", "Unicode scalar values", "a surrogate");
  if (symbols.empty() || symbols.size() > 65534 || !sorted || symbols.back() > highest)
    throw Error(ErrorCode::invalid_checkpoint, "vocabulary", "1 to 65534 ascending symbols",
                phrase("{} symbols{}", {symbols.size(), sorted ? "" : ", not ascending"}));
  Vocabulary v;
  v.symbols_ = std::move(symbols);
  v.bytes_ = bytes;
  v.unknown_ = unknown;
  return v;
}

Token Vocabulary::token(std::uint32_t symbol) const {
  const auto at = std::lower_bound(symbols_.begin(), symbols_.end(), symbol);
  if (at != symbols_.end() && *at == symbol) return Token(at - symbols_.begin());
  return unknown_ ? Token(symbols_.size()) : no_token;
}

std::vector<Token> Vocabulary::encode(std::string_view text, std::vector<std::uint32_t>* lost) const {
  std::vector<Token> tokens;
  tokens.reserve(text.size());
  each_symbol(text, bytes_, [&](std::uint32_t symbol) {
    const Token t = token(symbol);
    const bool known = t < Token(symbols_.size());
    if (!known && lost) lost->push_back(symbol);
    if (known || unknown_) tokens.push_back(t);
  });
  tokens.shrink_to_fit();
  return tokens;
}

void Vocabulary::decode(Token token, std::string& out) const {
  if (token >= symbols_.size()) return append_utf8(0xFFFD, out);
  if (bytes_)
    out.push_back(char(symbols_[token]));
  else
    append_utf8(symbols_[token], out);
}

void Streams::window(Index cursor, Index T, Token* inputs, Token* targets) const {
  for (Index n = 0; n < N_; ++n) {
    const Token* from = tokens_ + n * length_ + cursor;
    const Index valid = std::min(T, length_ - cursor);
    for (Index t = 0; t < T; ++t) {
      inputs[t * N_ + n] = t < valid ? from[t] : no_token;
      targets[t * N_ + n] = t < valid ? from[t + 1] : no_token;
    }
  }
}

void Coverage::window(Index cursor, Index T, Token* inputs, Token* targets) const {
  for (Index n = 0; n < N_; ++n)
    for (Index t = 0; t < T; ++t) {
      const Index at = n * length_ + cursor + t;
      const bool valid = cursor + t < length_ && at + 1 < count_;
      inputs[t * N_ + n] = valid ? tokens_[at] : no_token;
      targets[t * N_ + n] = valid ? tokens_[at + 1] : no_token;
    }
}

}  // namespace unfold
