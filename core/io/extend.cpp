#include "unfold/io/extend.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "unfold/base/phrase.h"
#include "unfold/data/unknown.h"
#include "unfold/model/compile.h"
#include "unfold/model/loss.h"

namespace unfold {
namespace {

/// 0, 1, … and at the end whatever stands behind the symbols (an end, a halt) behind the new ones.
std::vector<Index> places(Index old_rows, Index old_symbols, Index new_symbols) {
  std::vector<Index> to(static_cast<std::size_t>(old_rows));
  for (Index i = 0; i < old_rows; ++i) to[std::size_t(i)] = i < old_symbols ? i : i - old_symbols + new_symbols;
  return to;
}

/// Appends the names that are missing; returns where each of `names` stands then. `others`: where all of these stand
/// instead (no_token: nowhere).
std::vector<Token> join(const std::vector<std::string>& names, std::vector<std::string>& all, Token others,
                        std::vector<std::string>& added) {
  std::vector<Token> to;
  for (const std::string& name : names) {
    const auto at = std::find(all.begin(), all.end(), name);
    to.push_back(at == all.end() && others != no_token ? others : Token(at - all.begin()));
    if (at != all.end() || others != no_token) continue;
    all.push_back(name);
    added.push_back(name);
  }
  if (all.size() > 65000)
    refuse_text("text", "at most 65000 symbols with those of the model", std::to_string(all.size()));
  return to;
}

void rename(Dataset& data, const std::vector<Token>& inputs, const std::vector<Token>& targets) {
  const auto each = [](std::vector<Token>& tokens, const std::vector<Token>& to) {
    for (Token& t : tokens)
      if (t != no_token) t = to[t];
  };
  for (auto* part : {&data.train, &data.validation, &data.test})
    for (Example& e : *part) {
      each(e.input, inputs);
      each(e.target, targets);
    }
}

void check_sizes(const CheckpointHeader& header, const Dataset& data) {
  const NetworkSizes& own = header.sizes;
  const auto text = [](Index numbers, Index context) {
    return phrase("{} numbers a step, a context of {}", {numbers, context});
  };
  if (data.numbers != own.numbers || data.context != own.context ||
      (own.numbers > 0 && data.targets.empty() && network_sizes(header.config, data).outputs != own.outputs))
    refuse_text("text", text(own.numbers, own.context), text(data.numbers, data.context));
  if (data.words != header.symbols.words)
    refuse_text("text", header.symbols.words ? "words, which the model reads" : "characters, which the model reads",
                data.words ? "words" : "characters");
}

/// Where the old rows (or columns) of a tensor stand among the new ones.
const std::vector<Index>* places_of(const Parameter& p, Index from, Index to, bool row, const NetworkSizes& old_sizes,
                                    const NetworkSizes& new_sizes, const Extension& extension) {
  const bool reads = from == old_sizes.symbols && to == new_sizes.symbols,
             writes = from == old_sizes.outputs && to == new_sizes.outputs;
  if (writes && (!reads || (row && p.name.starts_with("readout")))) return &extension.outputs;
  return reads ? &extension.inputs : nullptr;
}

/// Copies what an old tensor [rows × cols] has to its places in a new one.
class Copier {
 public:
  Copier(const CheckpointHeader& header, const Network& network, const Extension& extension)
      : old_(compile(header.config, header.sizes)), network_(network), extension_(extension) {}

  const ParameterTable& before() const { return old_.parameters; }

  /// from: the old tensor, in bytes of float32.
  void copy(const Parameter& before, const Parameter& p, const std::byte* from, Real* to) const {
    const std::vector<Index>* rows = places(p, before.rows, p.rows, true);
    const std::vector<Index>* cols = places(p, before.cols, p.cols, false);
    for (Index r = 0; r < before.rows; ++r)
      for (Index c = 0; c < before.cols; ++c) {
        float value;
        std::memcpy(&value, from + 4 * (r * before.cols + c), 4);
        if (!std::isfinite(value)) refuse_checkpoint(p.name, "finite numbers", "NaN or infinity");
        to[(rows ? (*rows)[std::size_t(r)] : r) * p.cols + (cols ? (*cols)[std::size_t(c)] : c)] = value;
      }
  }

 private:
  const std::vector<Index>* places(const Parameter& p, Index from, Index to, bool row) const {
    if (from == to) return nullptr;
    const auto* found = places_of(p, from, to, row, old_.sizes, network_.sizes(), extension_);
    if (!found) refuse_checkpoint(p.name, std::to_string(to) + (row ? " rows" : " columns"), std::to_string(from));
    return found;
  }

  Plan old_;
  const Network& network_;
  const Extension& extension_;
};

const std::byte* bytes_of(const TensorFile& file, const std::string& name, Index size) {
  const TensorView* t = file.find(name);
  if (!t || Index(t->data.size()) != 4 * size)
    refuse_checkpoint(name, phrase("{} numbers", {size}), t ? std::to_string(t->data.size() / 4) : "none");
  return t->data.data();
}

/// Both lists are sorted, and so is the answer: the first, and those of the second that it lacks, which are the
/// `fresh`.
template <class Symbol>
std::vector<Symbol> joined_symbols(const std::vector<Symbol>& own, const std::vector<Symbol>& given,
                                   std::vector<Symbol>& fresh) {
  for (const Symbol& symbol : given)
    if (!std::binary_search(own.begin(), own.end(), symbol)) fresh.push_back(symbol);
  std::vector<Symbol> merged(own.size() + fresh.size());
  std::merge(own.begin(), own.end(), fresh.begin(), fresh.end(), merged.begin());
  return merged;
}

}  // namespace

Extension extend(const CheckpointHeader& header, const Vocabulary& text) {
  const Vocabulary& own = header.symbols.vocabulary;
  Extension extension{.symbols = header.symbols};
  Vocabulary& vocabulary = extension.symbols.vocabulary;
  if (own.has_unknown() || own.unit() == Unit::bpe) {  // which read every text
    extension.inputs = extension.outputs = places(own.size(), own.size(), own.size());
    return extension;
  }
  if (own.words().empty()) {
    std::vector<std::uint32_t> fresh;
    vocabulary = Vocabulary::from_symbols(joined_symbols(own.symbols(), text.symbols(), fresh), own.bytes(), false);
    for (const std::uint32_t symbol : own.symbols()) extension.inputs.push_back(vocabulary.token(symbol));
    extension.added = utf8_of(fresh);
  } else {
    vocabulary = Vocabulary::from_words(joined_symbols(own.words(), text.words(), extension.added), own.unit(), false);
    for (const std::string& word : own.words()) extension.inputs.push_back(vocabulary.token(word));
  }
  extension.outputs = extension.inputs;
  return extension;
}

Extension extend(const CheckpointHeader& header, Dataset& data) {
  check_sizes(header, data);
  Extension extension{.symbols = header.symbols};
  const NetworkSizes& own = header.sizes;
  std::vector<std::string>&inputs = extension.symbols.inputs, &targets = extension.symbols.targets;
  const Index before[]{Index(inputs.size()), Index(targets.size())};
  const bool shared = header.config.task.info().autoregressive;
  const bool unknown = !inputs.empty() && inputs.back() == unknown_name;
  if (shared && unknown)
    refuse_text("text", "the text that the model was trained on (it has an unknown symbol)", "another");
  const std::vector<Token> to =
      join(data.inputs, inputs, unknown ? Token(inputs.size() - 1) : no_token, extension.added);
  if (shared) targets = inputs;
  rename(data, to, shared ? to : join(data.targets, targets, no_token, extension.added));
  data.inputs = inputs;
  data.targets = targets;
  extension.inputs = places(own.symbols, before[0], Index(inputs.size()));
  extension.outputs = places(own.outputs, before[1], Index(targets.size()));
  return extension;
}

namespace {

/// Where each name stands in a model; no_token: nowhere.
std::vector<Token> places_in(const std::vector<std::string>& names, const std::vector<std::string>& own) {
  std::vector<Token> places;
  for (const std::string& name : names) {
    const auto at = std::find(own.begin(), own.end(), name);
    places.push_back(at == own.end() ? no_token : Token(at - own.begin()));
  }
  return places;
}

/// Renames an example; returns whether anything of it is left.
bool adopt_example(const CheckpointHeader& header, const Dataset& data, const std::vector<Token>& inputs,
                   const std::vector<Token>& targets, Example& e) {
  const Unknown unknown = header.config.dataset.unknown;
  const bool steps = e.target.size() == e.input.size() && !header.config.task.info().autoregressive;
  std::size_t kept = 0;
  for (Token& t : e.target) {
    if (t == no_token) continue;
    if (targets[t] == no_token)
      refuse_text("text", "labels and symbols that the model knows", phrase("\"{}\"", {data.targets[t]}));
    t = targets[t];
  }
  for (std::size_t i = 0; i < e.input.size(); ++i) {
    const Token t = inputs[e.input[i]];
    if (t == no_token && unknown == Unknown::skip) continue;
    if (t == no_token && unknown == Unknown::error)
      refuse_text("text", "symbols in the model's vocabulary (dataset.unknown: skip leaves others out)",
                  phrase("\"{}\"", {data.inputs[e.input[i]]}));
    e.input[kept] = t == no_token ? Token(header.symbols.inputs.size() - 1) : t;
    if (steps && !header.config.task.pooled()) e.target[kept] = e.target[i];
    ++kept;
  }
  if (steps && !header.config.task.pooled()) e.target.resize(kept);
  const bool left = kept > 0 || e.input.empty();
  e.input.resize(kept);
  return left;
}

}  // namespace

void adopt(const CheckpointHeader& header, Dataset& data) {
  check_sizes(header, data);
  const std::vector<Token> inputs = places_in(data.inputs, header.symbols.inputs),
                           targets = places_in(data.targets, header.symbols.targets);
  for (auto* part : {&data.train, &data.validation, &data.test})
    std::erase_if(*part, [&](Example& e) { return !adopt_example(header, data, inputs, targets, e); });
  data.inputs = header.symbols.inputs;
  data.targets = header.symbols.targets;
}

void load_extended(const TensorFile& file, const CheckpointHeader& header, const Extension& extension, Network& network,
                   Trainer* trainer) {
  const Copier copier(header, network, extension);
  for (const Parameter& p : network.table()) {
    const int at = copier.before().find(p.name);
    if (at < 0) refuse_checkpoint(p.name, "a tensor of the configuration", "none");
    const Parameter& before = copier.before()[at];
    copier.copy(before, p, bytes_of(file, p.name, before.size()), network.parameters() + p.offset);
  }
  network.touch();
  if (!trainer || !header.training) return;
  auto& moments = trainer->optimizer().moments();
  for (std::size_t i = 0; i < moments.size(); ++i) {
    const std::byte* from = bytes_of(file, phrase("optimizer.moment{}", {i}), copier.before().size());
    for (const Parameter& p : network.table()) {
      const Parameter& before = copier.before()[copier.before().find(p.name)];
      copier.copy(before, p, from + 4 * before.offset, moments[i].data() + p.offset);
    }
  }
  trainer->optimizer().updates = updates_of(file);
  trainer->restore(
      {.step = header.progress.step, .epoch = header.progress.epoch, .evaluated = header.progress.evaluated},
      trainer->workspace().state());
}

}  // namespace unfold
