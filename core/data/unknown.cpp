#include "unfold/data/unknown.h"

#include <algorithm>

#include "unfold/base/rng.h"
#include "unfold/model/loss.h"

namespace unfold {
namespace {

/// The new number of each old symbol; no_token: it becomes the unknown one.
std::vector<Token> renumber(const Dataset& data, bool shared) {
  std::vector<Index> counts(data.inputs.size());
  for (const Example& e : data.train)
    for (const Token t : e.input) ++counts[t];
  for (const auto* part : {&data.train, &data.validation, &data.test})
    for (const Example& e : *part)
      for (std::size_t i = 0; shared && i < e.target.size(); ++i) counts[e.target[i]] += 2;
  std::vector<Token> numbers(counts.size(), no_token);
  Token next = 0;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] >= 2) numbers[i] = next++;
  return numbers;
}

void rename(std::vector<std::string>& names, const std::vector<Token>& numbers) {
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (numbers[i] != no_token) kept.push_back(std::move(names[i]));
  kept.push_back(unknown_name);
  names = std::move(kept);
}

}  // namespace

void learn_unknown(Dataset& data, bool shared, std::uint64_t seed) {
  const std::vector<Token> numbers = renumber(data, shared);
  rename(data.inputs, numbers);
  if (shared) data.targets = data.inputs;
  const Token unknown = Token(data.inputs.size() - 1);
  Index replaced = 0, all = 0;
  for (auto* part : {&data.train, &data.validation, &data.test})
    for (Example& e : *part) {
      for (Token& t : e.input) {
        t = numbers[t] == no_token ? unknown : numbers[t];
        if (part != &data.train) continue;
        ++all;
        replaced += t == unknown;
      }
      for (std::size_t i = 0; shared && i < e.target.size(); ++i) e.target[i] = numbers[e.target[i]];
    }
  constexpr double share = 0.01;
  const double missing = share - double(replaced) / double(std::max<Index>(all, 1));
  if (missing <= 0) return;
  Rng rng(seed, Stream::corpus, 1);
  for (Example& e : data.train)
    for (Token& t : e.input)
      if (rng.uniform() < missing) t = unknown;
}

}  // namespace unfold
