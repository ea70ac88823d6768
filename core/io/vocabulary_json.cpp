#include "unfold/io/vocabulary_json.h"

#include <nlohmann/json.hpp>

#include "unfold/base/json.h"
#include "unfold/base/phrase.h"

namespace unfold {

/// Written by hand: a JSON list allocates as much again when it is destroyed, which ends the program if there is no
/// more memory, and this one is the only long one of a checkpoint.
std::string vocabulary_text(const Vocabulary& v) {
  std::string list;
  const auto next = [&]() -> std::string& { return list += list.empty() ? "" : ","; };
  const bool bpe = v.unit() == Unit::bpe;
  for (const std::uint32_t symbol : v.symbols()) next() += std::to_string(symbol);
  for (const auto& [left, right] : v.merges()) next() += phrase("{},{}", {left, right});
  if (!bpe)
    for (const std::string& word : v.words()) next() += json_text(Json(word));
  return phrase("{\"unit\":\"{}\",\"{}\":[{}],\"unknown\":{}}",
                {name_of(v.unit()), bpe ? "merges" : "symbols", list, v.has_unknown() ? "true" : "false"});
}

namespace {

/// A number of a stored list.
std::uint32_t code_of(const Json& json, std::uint32_t highest) {
  if (!json.is_number_unsigned() || json.get<std::uint64_t>() > highest)
    refuse_checkpoint("vocabulary.symbols", phrase("numbers up to {}", {highest}), json_text(json));
  return std::uint32_t(json.get<std::uint64_t>());
}

Vocabulary merges_of(const Json& list) {
  std::vector<Merge> merges;
  if (list.size() % 2 != 0 || list.size() > 2 * 65534)
    refuse_checkpoint("vocabulary.merges", "pairs of tokens", "others");
  for (std::size_t i = 0; i < list.size(); i += 2)
    merges.push_back({Token(code_of(list[i], 65533)), Token(code_of(list[i + 1], 65533))});
  return Vocabulary::from_merges(std::move(merges));
}

Vocabulary words_of(const Json& list, Unit unit, bool unknown) {
  std::vector<std::string> words;
  for (const Json& word : list) {
    if (!word.is_string()) refuse_checkpoint("vocabulary.symbols", "words", json_text(word));
    words.push_back(word.get<std::string>());
  }
  return Vocabulary::from_words(std::move(words), unit, unknown);
}

}  // namespace

Vocabulary parse_vocabulary(const std::string& text, Unit expected) {
  const Json json = parse_json(text, ErrorCode::invalid_checkpoint, "vocabulary");
  const Json *list = find_member(json, expected == Unit::bpe ? "merges" : "symbols"), *unit = find_member(json, "unit"),
             *unknown = find_member(json, "unknown");
  if (!unit || !unit->is_string() || !unknown || !unknown->is_boolean())
    refuse_checkpoint("vocabulary", "unit, symbols and unknown", "something else");
  if (!is_text(*unit, name_of(expected)))
    refuse_checkpoint("vocabulary.unit", phrase("\"{}\"", {name_of(expected)}), json_text(*unit));
  if (!list || !list->is_array()) refuse_checkpoint("vocabulary", "unit, symbols and unknown", "something else");
  if (expected == Unit::bpe) return merges_of(*list);
  if (expected != Unit::character && expected != Unit::byte) return words_of(*list, expected, unknown->get<bool>());
  std::vector<std::uint32_t> symbols;
  for (const Json& s : *list) symbols.push_back(code_of(s, 0x10FFFF));
  return Vocabulary::from_symbols(std::move(symbols), expected == Unit::byte, unknown->get<bool>());
}

}  // namespace unfold
