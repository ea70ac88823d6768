#include "unfold/data/unknown.h"

#include <algorithm>

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

void learn_unknown(Dataset& data, bool shared) {
  const std::vector<Token> numbers = renumber(data, shared);
  rename(data.inputs, numbers);
  if (shared) data.targets = data.inputs;
  const Token unknown = Token(data.inputs.size() - 1);
  for (auto* part : {&data.train, &data.validation, &data.test})
    for (Example& e : *part) {
      for (Token& t : e.input) t = numbers[t] == no_token ? unknown : numbers[t];
      for (std::size_t i = 0; shared && i < e.target.size(); ++i) e.target[i] = numbers[e.target[i]];
    }
}

double unknown_rate(const Dataset& data) {
  Index unknown = 0, all = 0;
  for (const Example& e : data.train)
    for (const Token t : e.input) {
      ++all;
      unknown += std::size_t(t) + 1 == data.inputs.size();
    }
  return std::max(0.01 - double(unknown) / double(std::max<Index>(all, 1)), 0.0);
}

}  // namespace unfold
