#include "unfold/data/bpe.h"

#include <algorithm>

#include "unfold/base/error.h"
#include "unfold/base/phrase.h"
#include "unfold/base/sorting.h"
#include "unfold/data/pieces.h"

namespace unfold {
namespace {

constexpr std::uint32_t byte_tokens = 256, nothing = ~0u;
constexpr std::size_t most_bytes = 128;  // of a piece, and so of a token

std::uint32_t key_of(Token left, Token right) { return std::uint32_t(left) << 16 | right; }

/// In place: every pair, from the left, becomes `merged`. Returns how many tokens are left.
std::size_t merge_all(Token* tokens, std::size_t count, Merge pair, Token merged) {
  std::size_t to = 0;
  for (std::size_t i = 0; i < count; ++to) {
    const bool here = i + 1 < count && tokens[i] == pair.left && tokens[i + 1] == pair.right;
    tokens[to] = here ? merged : tokens[i];
    i += here ? 2 : 1;
  }
  return to;
}

/// How often each pair occurs, and in which words.
class Pairs {
 public:
  struct Pair {
    std::uint32_t key;
    std::int64_t count = 0;
    std::vector<std::uint32_t> words;  // each that has it, perhaps with some that have it no longer
  };
  Pair& at(std::uint32_t key) {
    if (2 * pairs_.size() >= slots_.size()) grow();
    std::uint32_t& slot = slot_of(key);
    if (slot == 0) {
      pairs_.push_back({.key = key});
      slot = std::uint32_t(pairs_.size());
    }
    return pairs_[slot - 1];
  }

 private:
  /// Where the pair is, or would be.
  std::uint32_t& slot_of(std::uint32_t key) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = std::size_t((std::uint64_t(key) * 0x9E3779B97F4A7C15ull) >> 32) & mask;
    while (slots_[at] != 0 && pairs_[slots_[at] - 1].key != key) at = (at + 1) & mask;
    return slots_[at];
  }
  void grow() {
    slots_.assign(slots_.empty() ? 4096 : 2 * slots_.size(), 0);
    for (std::uint32_t number = 0; number < pairs_.size(); ++number) slot_of(pairs_[number].key) = number + 1;
  }
  std::vector<Pair> pairs_;
  std::vector<std::uint32_t> slots_;  // number + 1, 0: free; half of them are
};

/// Counts once, then keeps the counts up to date where a merge changes a word. Candidates lie in a heap by count; one
/// whose count has fallen since goes back into it with its present count.
class Learner {
 public:
  explicit Learner(std::string_view text) {
    Numbering numbering;
    for (Pieces pieces(text, Unit::bpe); pieces.next();) {
      const std::uint32_t number = numbering.of(pieces.piece);
      if (number == words_.size()) words_.push_back({});
      ++words_[number].count;
    }
    for (std::uint32_t w = 0; w < words_.size(); ++w) {
      words_[w].begin = tokens_.size();
      for (const char c : numbering.texts()[w]) tokens_.push_back(static_cast<unsigned char>(c));
      words_[w].size = tokens_.size() - words_[w].begin;
      add(w, 1, nothing);
    }
    for (const std::uint32_t key : fresh_) push(key);
  }

  std::vector<Merge> learn(std::size_t count) {
    std::vector<Merge> merges;
    for (std::uint32_t key; merges.size() < count && (key = pop()) != nothing;) {
      merges.push_back({Token(key >> 16), Token(key & 0xFFFF)});
      apply(key, Token(byte_tokens + merges.size() - 1));
    }
    return merges;
  }

 private:
  struct Word {
    std::size_t begin = 0, size = 0;
    std::int64_t count = 0;
  };
  struct Candidate {
    std::int64_t count;
    std::uint32_t key;
    bool operator<(const Candidate& other) const {
      return count != other.count ? count < other.count : key > other.key;
    }
  };

  /// Counts the pairs of a word `sign` times. Those with the token `merged` (nothing: all) are new in it.
  void add(std::uint32_t w, int sign, std::uint32_t merged) {
    const Token* tokens = tokens_.data() + words_[w].begin;
    for (std::size_t i = 0; i + 1 < words_[w].size; ++i) {
      Pairs::Pair& pair = pairs_.at(key_of(tokens[i], tokens[i + 1]));
      pair.count += sign * words_[w].count;
      const bool is_new = merged == nothing || tokens[i] == merged || tokens[i + 1] == merged;
      if (sign < 0 || !is_new) continue;
      if (pair.words.empty()) fresh_.push_back(pair.key);
      if (pair.words.empty() || pair.words.back() != w) pair.words.push_back(w);
    }
  }

  void apply(std::uint32_t key, Token merged) {
    const Merge pair{Token(key >> 16), Token(key & 0xFFFF)};
    fresh_.clear();
    const std::vector<std::uint32_t> words = std::exchange(pairs_.at(key).words, {});
    for (const std::uint32_t w : words) {
      Token* tokens = tokens_.data() + words_[w].begin;
      add(w, -1, nothing);
      words_[w].size = merge_all(tokens, words_[w].size, pair, merged);
      add(w, 1, merged);
    }
    for (const std::uint32_t fresh : fresh_) push(fresh);
  }

  void push(std::uint32_t key) {
    heap_.push_back({pairs_.at(key).count, key});
    std::push_heap(heap_.begin(), heap_.end());
  }

  /// The most frequent pair; nothing, if no pair occurs twice.
  std::uint32_t pop() {
    while (!heap_.empty()) {
      std::pop_heap(heap_.begin(), heap_.end());
      const Candidate best = heap_.back();
      heap_.pop_back();
      const std::int64_t count = pairs_.at(best.key).count;
      if (count == best.count && count >= 2) return best.key;
      if (count != best.count && count >= 2) push(best.key);
    }
    return nothing;
  }

  std::vector<Word> words_;
  std::vector<Token> tokens_;
  Pairs pairs_;
  std::vector<std::uint32_t> fresh_;  // pairs that a merge has made
  std::vector<Candidate> heap_;
};

}  // namespace

std::vector<Merge> learn_merges(std::string_view text, std::size_t count) { return Learner(text).learn(count); }

Merges::Merges(std::vector<Merge> list) : list_(std::move(list)) {
  const auto need = [](bool kept) {
    if (!kept)
      refuse_checkpoint("vocabulary.merges", "pairs of smaller tokens, each once, of at most 128 bytes together",
                        "others");
  };
  need(list_.size() <= 65534 - byte_tokens);
  std::vector<std::size_t> sizes(byte_tokens, 1);
  for (std::uint32_t i = 0; i < list_.size(); ++i) {
    const auto& [left, right] = list_[i];
    need(left < sizes.size() && right < sizes.size());
    sizes.push_back(sizes[left] + sizes[right]);
    need(sizes.back() <= most_bytes);
    ranks_.push_back({key_of(left, right), i});
  }
  sort(ranks_);
  for (std::size_t i = 1; i < ranks_.size(); ++i) need(ranks_[i - 1].first != ranks_[i].first);
}

std::uint32_t Merges::rank(Token left, Token right) const {
  const std::pair<std::int64_t, std::uint32_t> wanted{key_of(left, right), 0};
  const auto at = std::lower_bound(ranks_.begin(), ranks_.end(), wanted);
  return at != ranks_.end() && at->first == wanted.first ? at->second : nothing;
}

void Merges::encode(std::string_view piece, std::vector<Token>& out) const {
  const std::size_t from = out.size();
  for (const char c : piece) out.push_back(static_cast<unsigned char>(c));
  for (;;) {
    std::uint32_t first = nothing;
    for (std::size_t i = from; i + 1 < out.size(); ++i) first = std::min(first, rank(out[i], out[i + 1]));
    if (first == nothing) return;
    out.resize(from + merge_all(out.data() + from, out.size() - from, list_[first], Token(byte_tokens + first)));
  }
}

std::vector<std::string> Merges::texts() const {
  std::vector<std::string> texts;
  texts.reserve(byte_tokens + list_.size());
  for (std::uint32_t b = 0; b < byte_tokens; ++b) texts.push_back(std::string(1, char(b)));
  for (const auto& [left, right] : list_) texts.push_back(texts[left] + texts[right]);
  return texts;
}

}  // namespace unfold
