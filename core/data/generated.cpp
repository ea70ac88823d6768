// Datasets that the engine makes.
#include <algorithm>
#include <array>

#include "unfold/base/hash.h"
#include "unfold/base/phrase.h"
#include "unfold/data/datasets/generator.h"
#include "unfold/model/loss.h"

namespace unfold {
namespace {

/// Every generated dataset, in the order of menus.
constexpr const Generator* generators[]{&copy_memory, &adding, &temporal_order, &parity,   &counting,
                                        &dyck,        &elman,  &addition,       &reversal, &sorting,
                                        &repeating,   &dates,  &sine,           &melodies};

/// Of all numbers of the examples, input and output; 64 MB as floats.
constexpr std::size_t most_numbers = std::size_t(1) << 24;
constexpr int most_examples = 1000000;

std::vector<std::string> names_of(std::string_view alphabet) {
  std::vector<std::string> names;
  if (alphabet.find('|') == alphabet.npos)
    for (const char c : alphabet) names.emplace_back(1, c);
  else
    for (std::size_t at = 0; at <= alphabet.size();) {
      const std::size_t end = std::min(alphabet.find('|', at), alphabet.size());
      names.emplace_back(alphabet.substr(at, end - at));
      at = end + 1;
    }
  return names;
}

std::vector<Token> encode(std::string_view alphabet, const std::string& text) {
  const bool named = alphabet.find('|') != alphabet.npos;
  std::vector<Token> tokens;
  tokens.reserve(text.size());
  for (const char c : text) {
    const std::size_t at = named ? std::size_t(c) : alphabet.find(c);
    tokens.push_back(at == alphabet.npos ? no_token : Token(at));
  }
  return tokens;
}

/// Mixed once more at the end, since FNV-1a leaves the remainder by 10 uneven.
std::uint64_t hash_of(const Draw& d) {
  Hash hash;
  hash.add(d.input.data(), d.input.size());
  hash.add("|", 1);
  hash.add(d.target.data(), d.target.size());
  hash.add(d.example.numbers);
  std::uint64_t h = hash.value();
  h = (h ^ h >> 32) * 0x9E3779B97F4A7C15u;
  return h ^ h >> 32;
}

void need(bool kept, const char* field, Words expected, Words actual) {
  if (!kept) refuse_config(field, expected, actual);
}

}  // namespace

std::string Draw::some_of(std::string_view symbols, Index least, Index most) {
  std::string text(std::size_t(between(least, most)), ' ');
  for (char& c : text) c = one_of(symbols);
  return text;
}

std::span<const DatasetInfo* const> generated_datasets() {
  static constexpr auto infos = [] {
    std::array<const DatasetInfo*, std::size(generators)> list{};
    for (std::size_t i = 0; i < list.size(); ++i) list[i] = &generators[i]->info;
    return list;
  }();
  return infos;
}

const DatasetInfo* find_generated_dataset(std::string_view name) {
  for (const DatasetInfo* info : generated_datasets())
    if (name == info->name) return info;
  return nullptr;
}

/// An example's own hash says which part it belongs to: one in ten is for validation, one in ten for the test. So no
/// two parts share an example, however few there are. Only where a part stays empty for lack of examples, or where the
/// generator asks for longer ones in the test, are they drawn for it alone.
Dataset make_corpus(const DatasetConfig& config) {
  const Generator* g = nullptr;
  for (const Generator* other : generators)
    if (config.name == other->info.name) g = other;
  need(g, "dataset.name", "the name of a built-in dataset", excerpt(config.name));
  const int difficulty = config.difficulty == 0 ? g->info.default_difficulty : config.difficulty;
  need(difficulty >= g->info.min_difficulty && difficulty <= g->info.max_difficulty, "dataset.difficulty",
       phrase("{} to {}", {g->info.min_difficulty, g->info.max_difficulty}), std::to_string(difficulty));
  need(config.count >= 1 && config.count <= most_examples, "dataset.count", phrase("1 to {}", {most_examples}),
       std::to_string(config.count));

  Dataset data;
  data.inputs = names_of(g->inputs);
  data.targets = names_of(g->targets);
  data.numbers = g->numbers;
  data.outputs = g->outputs;
  Rng rng(config.seed, Stream::corpus);
  std::size_t count = std::size_t(config.count);
  std::vector<Example>* const parts[]{&data.validation, &data.test, &data.train};
  const auto room = [&](int part) {
    const std::size_t held = count >= 3 ? std::max<std::size_t>(count / 10, 1) : 0;
    return parts[part]->size() < (part < 2 ? held : count - 2 * held);
  };
  const auto draw = [&](int part) {  // into that part, or (−1) where it belongs
    Draw d{rng, difficulty, g->longer && part == 1, {}, {}, {}};
    g->draw(d);
    if (g->numbers > 0) count = std::min(count, most_numbers / (d.example.numbers.size() + d.example.values.size()));
    if (part < 0) part = std::min(int(hash_of(d) % 10), 2);
    if (!room(part)) return;
    d.example.input = encode(g->inputs, d.input);
    d.example.target = encode(g->targets, d.target);
    parts[part]->push_back(std::move(d.example));
  };
  if (!g->longer)
    for (std::size_t tries = 4 * count + 1000; tries > 0 && (room(0) || room(1) || room(2)); --tries) draw(-1);
  for (int part = 0; part < 3; ++part)
    while (room(part)) draw(part);
  return data;
}

}  // namespace unfold
