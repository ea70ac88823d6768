// tag: a label for every step of a sequence.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "unfold/base/phrase.h"
#include "unfold/base/sorting.h"
#include "unfold/data/examples.h"
#include "unfold/data/lines.h"
#include "unfold/data/tagged.h"
#include "unfold/generate/predict.h"
#include "unfold/generate/tasks/families.h"
#include "unfold/generate/tasks/tasks.h"

namespace unfold {
namespace {

/// The different ones, in order.
std::vector<std::string_view> distinct(const std::vector<TaggedText::Row>& rows,
                                       std::vector<std::string_view> TaggedText::Row::* side) {
  std::vector<std::string_view> names;
  for (const TaggedText::Row& row : rows) {
    names.insert(names.end(), (row.*side).begin(), (row.*side).end());
    if (names.size() < 4 * most_symbols && &row != &rows.back()) continue;
    sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    if (names.size() > most_symbols)
      Line(row.line).refuse(phrase("at most {} different words or labels", {most_symbols}), "more");
  }
  return names;
}

std::vector<Token> encode(const std::vector<std::string_view>& steps, const std::vector<std::string_view>& names) {
  std::vector<Token> tokens;
  for (const std::string_view step : steps)
    tokens.push_back(Token(std::lower_bound(names.begin(), names.end(), step) - names.begin()));
  return tokens;
}

Dataset read_steps(std::string_view text, const Config& config) {
  TaggedText read = read_tagged(text);
  Dataset data{.words = read.words, .file = std::move(read.file)};
  for (TaggedText::Row& row : read.rows) {
    const Line line(row.line);
    const auto kept = std::size_t(kept_length(line, Index(row.inputs.size()), config.task, data.truncated));
    for (auto* steps : {&row.inputs, &row.labels}) {
      steps->resize(kept);
      for (const std::string_view step : *steps) Alphabet().add(line, step);  // refuses what is not UTF-8
    }
  }
  if (read.rows.empty()) refuse_text("text", "at least one example", "none");
  const auto inputs = distinct(read.rows, &TaggedText::Row::inputs),
             labels = distinct(read.rows, &TaggedText::Row::labels);
  data.inputs.assign(inputs.begin(), inputs.end());
  data.targets.assign(labels.begin(), labels.end());
  std::vector<Example> examples(read.rows.size());
  for (std::size_t i = 0; i < examples.size(); ++i) {
    examples[i].input = encode(read.rows[i].inputs, inputs);
    examples[i].target = encode(read.rows[i].labels, labels);
  }
  hold_back(std::move(examples), config, data);
  return data;
}

class Tag final : public LabelHead {
 public:
  /// A sequence, tab, its labels: as many characters. Or words with a label each, see tagged.h.
  Dataset read(std::string_view text, const Config& config) const override {
    if (is_tagged(text)) return read_steps(text, config);
    Dataset data{.file = {.format = "lines", .separator = "tab"}};
    Alphabet inputs, targets;
    std::vector<std::pair<std::string_view, std::string_view>> rows;
    for (Lines line(text); line.next_filled();) {
      auto& [sequence, labels] = rows.emplace_back(halves(line));
      const Index steps = code_points(sequence), count = code_points(labels);
      Index cut = 0;
      sequence = take(inputs, line, sequence, config.task, data.truncated);
      labels = take(targets, line, labels, config.task, cut);
      if (steps != count)
        line.refuse(
            phrase("{} labels, one a symbol (an empty line between sentences, if a line has a word and its label)",
                   {steps}),
            std::to_string(count));
    }
    if (rows.empty()) refuse_text("text", "at least one example", "none");
    const Vocabulary input = inputs.vocabulary(), target = targets.vocabulary();
    data.inputs = names_of(input);
    data.targets = names_of(target);
    std::vector<Example> examples(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      examples[i].input = input.encode(rows[i].first);
      examples[i].target = target.encode(rows[i].second);
    }
    hold_back(std::move(examples), config, data);
    return data;
  }

  void parse_target(const Predictor& p, const Json& target, Example& e) const override {
    e.target = SymbolReader{.names = p.names.targets, .field = "target", .words = p.names.words}.read(target);
    const std::size_t steps = std::size_t(p.names.steps(e));
    if (e.target.size() != steps)
      refuse_argument("target", phrase("{} labels", {steps}), std::to_string(e.target.size()));
  }

  /// {targets}: null where a step does not count.
  void show_target(const Predictor& p, const Example& e, Json& json) const override {
    json["targets"] = Json::array();
    for (const Token t : e.target)
      json["targets"].push_back(t < p.names.targets.size() ? Json(p.names.targets[t]) : Json());
  }

  /// {outputs, probabilities: a row per step}
  void predict(const Predictor& p, const Example& e, const PredictOptions&, bool, Json& json) const override {
    const std::vector<Real> values = probabilities(p, e);
    json["outputs"] = likeliest(p, values);
    json["probabilities"] = rows_json(values, p.network.outputs());
  }
};

const Tag tag_head;

}  // namespace

constexpr Task tasks::tag{
    .info = {.kind = TaskKind::tag, .name = "tag", .bidirectional = true, .labels = true, .reads_symbols = true},
    .head = &tag_head};

}  // namespace unfold
