#include "unfold/data/tokens.h"

#include <algorithm>

#include "unfold/base/error.h"
#include "unfold/base/phrase.h"
#include "unfold/base/sorting.h"
#include "unfold/base/utf8.h"
#include "unfold/data/pieces.h"
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

constexpr std::size_t most_tokens = 65534;
constexpr std::string_view unknown_word = "<unk>";  // as the Penn Treebank has it

template <class F>
void each_symbol(std::string_view text, bool by_byte, const F& f) {
  if (!by_byte) return each_code_point(text, f);
  for (const char c : text) f(std::uint32_t(static_cast<unsigned char>(c)));
}

}  // namespace

namespace {

/// The most frequent words of a text, at most `cap` with the unknown one, and whether there is that. Of equally
/// frequent ones the first by their bytes.
std::vector<std::string> words_of(std::string_view text, Unit unit, std::size_t cap, bool& unknown) {
  Numbering numbering;
  std::vector<std::int64_t> counts;
  for (Pieces pieces(text, unit); pieces.next();) {
    if (unit == Unit::whitespace && pieces.piece == unknown_word) {
      unknown = true;
      continue;
    }
    const std::uint32_t number = numbering.of(pieces.piece);
    if (number == counts.size()) counts.push_back(0);
    ++counts[number];
  }
  const std::vector<std::string_view>& texts = numbering.texts();
  if (texts.empty()) refuse_text("text", "at least one word", "none");
  std::vector<std::pair<std::string_view, std::int64_t>> ranked;
  for (std::size_t i = 0; i < texts.size(); ++i) ranked.push_back({texts[i], -counts[i]});
  unknown = unknown || ranked.size() > cap;
  if (ranked.size() + (unknown ? 1 : 0) > cap) {
    sort(ranked, [](const auto& a, const auto& b) { return a.second != b.second ? a.second < b.second : a < b; });
    ranked.resize(cap - 1);
  }
  sort(ranked);
  std::vector<std::string> kept;
  for (const auto& [word, count] : ranked) kept.push_back(std::string(word));
  return kept;
}

}  // namespace

Vocabulary Vocabulary::of(std::string_view text, Unit unit, int cap, double held) {
  Vocabulary v;
  v.unit_ = unit;
  if (unit == Unit::bpe)
    return from_merges(
        learn_merges(text.substr(0, std::size_t(double(text.size()) * (1 - held))), std::size_t(cap) - 256));
  std::vector<std::int64_t> counts;  // by symbol, as far as the highest
  each_symbol(text, unit == Unit::byte, [&](std::uint32_t s) {
    if (s >= counts.size()) counts.resize(s + 1);
    ++counts[s];
  });
  if (unit == Unit::word || unit == Unit::whitespace) {
    v.words_ = words_of(text, unit, std::size_t(cap), v.unknown_);
    return v;
  }
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
  if (symbols.empty() || symbols.size() > most_tokens || !sorted || symbols.back() > highest)
    throw Error(ErrorCode::invalid_checkpoint, "vocabulary", "1 to 65534 ascending symbols",
                phrase("{} symbols{}", {symbols.size(), sorted ? "" : ", not ascending"}));
  Vocabulary v;
  v.symbols_ = std::move(symbols);
  v.unit_ = bytes ? Unit::byte : Unit::character;
  v.unknown_ = unknown;
  return v;
}

Vocabulary Vocabulary::from_words(std::vector<std::string> list, Unit unit, bool unknown) {
  const auto need = [](bool kept) {
    if (!kept) refuse_checkpoint("vocabulary.symbols", "1 to 65534 words, each one of the unit's, ascending", "others");
  };
  need(!list.empty() && list.size() <= most_tokens);
  for (std::size_t i = 0; i < list.size(); ++i) {
    need(i == 0 || list[i - 1] < list[i]);
    for (std::size_t at = 0; at < list[i].size();) need(next_code_point(list[i], at) != no_code_point);
    Pieces pieces(list[i], unit);
    need(pieces.next() && pieces.piece == list[i] && !(unit == Unit::whitespace && list[i] == unknown_word));
  }
  Vocabulary v;
  v.words_ = std::move(list);
  v.unit_ = unit;
  v.unknown_ = unknown;
  return v;
}

Vocabulary Vocabulary::from_merges(std::vector<Merge> merges) {
  Vocabulary v;
  v.unit_ = Unit::bpe;
  v.merges_ = Merges(std::move(merges));
  v.words_ = v.merges_.texts();
  return v;
}

Token Vocabulary::token(std::uint32_t symbol) const {
  const auto at = std::lower_bound(symbols_.begin(), symbols_.end(), symbol);
  if (at != symbols_.end() && *at == symbol) return Token(at - symbols_.begin());
  return unknown_ ? Token(symbols_.size()) : no_token;
}

Token Vocabulary::token(std::string_view word) const {
  const auto at = std::lower_bound(words_.begin(), words_.end(), word);
  if (at != words_.end() && *at == word) return Token(at - words_.begin());
  return unknown_ ? Token(words_.size()) : no_token;
}

std::vector<Token> Vocabulary::encode(std::string_view text, std::vector<std::uint32_t>* lost,
                                      std::vector<std::uint8_t>* lengths) const {
  if (unit_ != Unit::character && unit_ != Unit::byte) return encode_pieces(text, lost, lengths);
  std::vector<Token> tokens;
  tokens.reserve(text.size());
  each_symbol(text, bytes(), [&](std::uint32_t symbol) {
    const Token t = token(symbol);
    const bool known = t < Token(symbols_.size());
    if (!known && lost) lost->push_back(symbol);
    if (!known && !unknown_) return;
    tokens.push_back(t);
  });
  tokens.shrink_to_fit();
  return tokens;
}

std::vector<Token> Vocabulary::encode_pieces(std::string_view text, std::vector<std::uint32_t>* lost,
                                             std::vector<std::uint8_t>* lengths) const {
  std::vector<Token> tokens;
  if (unit_ != Unit::bpe) each_code_point(text, [](std::uint32_t) {});
  for (Pieces pieces(text, unit_); pieces.next();) {
    const std::size_t before = tokens.size();
    if (unit_ == Unit::bpe) {
      merges_.encode(pieces.piece, tokens);
      for (std::size_t i = before; lengths && i < tokens.size(); ++i)
        lengths->push_back(std::uint8_t(code_points_in(words_[tokens[i]])));
      continue;
    }
    const Token t = token(pieces.piece);
    const bool known = t < Token(words_.size()) || (unit_ == Unit::whitespace && pieces.piece == unknown_word);
    if (!known && lost) lost->push_back(std::uint32_t(pieces.begin));
    if (t == no_token) continue;
    tokens.push_back(t);
    const std::string_view all = text.substr(pieces.begin, pieces.end - pieces.begin);
    if (lengths) lengths->push_back(std::uint8_t(std::min<std::size_t>(code_points_in(all), 255)));
  }
  tokens.shrink_to_fit();
  return tokens;
}

std::vector<std::string> Vocabulary::names_of(const std::vector<std::uint32_t>& lost, std::string_view text) const {
  if (words_.empty()) return utf8_of(lost);
  Numbering numbering;
  for (const std::uint32_t at : lost) {
    Pieces pieces(text.substr(at), unit_);
    pieces.next();
    numbering.of(pieces.piece);
  }
  std::vector<std::string> names;
  for (const std::string_view name : numbering.texts()) names.push_back(std::string(name));
  return names;
}

void Vocabulary::decode(Token token, std::string& out) const {
  const bool known = token < symbols_.size() + words_.size();
  if (words_.empty()) {
    if (!known) return append_utf8(0xFFFD, out);
    if (!bytes()) return append_utf8(symbols_[token], out);
    return out.push_back(char(symbols_[token]));
  }
  const bool whitespace = unit_ == Unit::whitespace;
  const std::string_view word = known ? words_[token] : whitespace ? unknown_word : "\uFFFD";
  if (known ? whitespace && word != "\n" : unit_ != Unit::bpe) out += ' ';
  out += word;
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
