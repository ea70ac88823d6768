#include "unfold/data/tokens.h"

#include <algorithm>
#include <map>
#include <set>

#include "unfold/base/error.h"
#include "unfold/base/sorting.h"
#include "unfold/model/loss.h"

namespace unfold {
namespace {

[[noreturn]] void invalid_utf8(std::string_view text, std::size_t at) {
  static const char* digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(text[at]);
  throw Error(ErrorCode::invalid_text, "text", "UTF-8 (or unit \"byte\")",
              std::string("byte 0x") + digits[byte >> 4] + digits[byte & 15] + " at offset " + std::to_string(at));
}

}  // namespace

template <class F>
void each_code_point(std::string_view text, const F& f) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const int more = lead < 0x80                   ? 0
                     : lead >= 0xC2 && lead < 0xE0 ? 1
                     : lead >= 0xE0 && lead < 0xF0 ? 2
                     : lead >= 0xF0 && lead < 0xF5 ? 3
                                                   : -1;
    if (more < 0 || i + std::size_t(more) >= text.size()) invalid_utf8(text, i);
    std::uint32_t code = more == 0 ? lead : lead & (0x3Fu >> more);
    for (int k = 1; k <= more; ++k) {
      const auto next = static_cast<unsigned char>(text[i + std::size_t(k)]);
      if ((next & 0xC0) != 0x80) invalid_utf8(text, i);
      code = code << 6 | (next & 0x3F);
    }
    const bool overlong = (more == 2 && code < 0x800) || (more == 3 && code < 0x10000);
    if (overlong || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) invalid_utf8(text, i);
    f(code);
    i += std::size_t(more) + 1;
  }
}

void append_utf8(std::uint32_t code, std::string& out) {
  const auto put = [&](std::uint32_t byte) { out.push_back(char(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
  }
  put(0x80 | (code & 0x3F));
}

std::vector<std::string> utf8_of(const std::vector<std::uint32_t>& symbols) {
  std::vector<std::string> all;
  std::set<std::uint32_t> seen;
  for (const std::uint32_t symbol : symbols)
    if (seen.insert(symbol).second) append_utf8(symbol, all.emplace_back());
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
  std::map<std::uint32_t, std::int64_t> counts;
  each_symbol(text, bytes, [&](std::uint32_t s) { ++counts[s]; });
  Vocabulary v;
  v.bytes_ = bytes;
  std::vector<std::pair<std::int64_t, std::uint32_t>> ranked;  // most frequent first, then by code point
  for (const auto& [symbol, count] : counts) ranked.push_back({-count, symbol});
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
                std::to_string(symbols.size()) + " symbols" + (sorted ? "" : ", not ascending"));
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
