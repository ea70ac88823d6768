// classify: one label for a whole sequence.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "unfold/base/sorting.h"
#include "unfold/data/examples.h"
#include "unfold/data/lines.h"
#include "unfold/data/table_examples.h"
#include "unfold/generate/predict.h"
#include "unfold/generate/tasks/families.h"
#include "unfold/generate/tasks/tasks.h"

namespace unfold {
namespace {

class Classify final : public LabelHead {
 public:
  /// Label, tab, sequence; or series of numbers in long form (data/table.h).
  Dataset read(std::string_view text, const Config& config) const override { return read_known(text, config, nullptr); }

  Dataset read_known(std::string_view text, const Config& config, const std::vector<Column>* known) const override {
    if (known || is_long_form(text, config.dataset)) return read_labelled_series(text, config, known);
    return read_texts(text, config);
  }

  Json preview(std::string_view text, const Config& config) const override {
    if (!is_long_form(text, config.dataset)) return preview_lines(text);
    return preview_table(text, config.dataset, TableTask::labels);
  }

  static Dataset read_texts(std::string_view text, const Config& config) {
    Alphabet alphabet;
    std::vector<std::pair<std::string_view, std::string_view>> rows;  // label, sequence
    for (Lines line(text); line.next_filled();) {
      const auto& [label, sequence] = rows.emplace_back(halves(line));
      need_length(line, alphabet.add(line, sequence), config.task);
      if (label.empty()) line.refuse("a label before the tab", "nothing");
      Alphabet().add(line, label);  // refuses what is not UTF-8
    }
    if (rows.empty()) refuse_text("text", "at least one example", "none");
    const Vocabulary symbols = alphabet.vocabulary();
    std::vector<std::string_view> labels;
    for (const auto& row : rows) labels.push_back(row.first);
    sort(labels);
    labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
    if (labels.size() > most_symbols)
      refuse_text("text", "at most " + std::to_string(most_symbols) + " labels", std::to_string(labels.size()));
    Dataset data;
    data.inputs = names_of(symbols);
    data.targets.assign(labels.begin(), labels.end());
    std::vector<Example> examples(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto& [label, sequence] = rows[i];
      examples[i].input = symbols.encode(sequence);
      examples[i].target = {Token(std::lower_bound(labels.begin(), labels.end(), label) - labels.begin())};
    }
    hold_back(std::move(examples), config, data);
    return data;
  }

  void parse_target(const Predictor& p, const Json& target, Example& e) const override {
    const std::string label = text_of(target, "target");
    const std::vector<std::string>& labels = p.names.targets;
    const auto at = std::find(labels.begin(), labels.end(), label);
    if (at == labels.end()) refuse_argument("target", "a label that the model knows", shown(label));
    e.target.push_back(Token(at - labels.begin()));
  }

  void show_target(const Predictor& p, const Example& e, Json& json) const override {
    json["target"] = spelled(e.target, p.names.targets);
  }

  /// {output, probabilities}
  void predict(const Predictor& p, const Example& e, const PredictOptions&, bool, Json& json) const override {
    const std::vector<Real> values = probabilities(p, e);
    json["output"] = likeliest(p, values)[0];
    json["probabilities"] = values;
  }
};

const Classify classify_head;

}  // namespace

constexpr Task tasks::classify{
    .info = {.kind = TaskKind::classify, .name = "classify", .bidirectional = true, .pools = TaskInfo::Pools::always},
    .head = &classify_head};

}  // namespace unfold
