// classify: one label for a whole sequence.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "unfold/base/json_list.h"
#include "unfold/base/phrase.h"
#include "unfold/base/sorting.h"
#include "unfold/data/examples.h"
#include "unfold/data/labelled.h"
#include "unfold/data/lines.h"
#include "unfold/data/table_examples.h"
#include "unfold/generate/predict.h"
#include "unfold/generate/tasks/families.h"
#include "unfold/generate/tasks/tasks.h"

namespace unfold {
namespace {

void say_unfit(std::vector<Index> lines, FileFormat& file) {
  if (lines.empty()) return;
  file.notes.push_back(
      phrase("{} without a label or a text, and a training refuses {}: {}line {}.",
             {counted(Index(lines.size()), "row"), lines.size() == 1 ? "it" : "them",
              lines.size() == 1 ? "" : "the first is ", *std::min_element(lines.begin(), lines.end())}));
}

class Classify final : public LabelHead {
 public:
  /// A label and a sequence a line (labelled.h); or series of numbers in long form (data/table.h).
  Dataset read(std::string_view text, const Config& config) const override { return read_known(text, config, nullptr); }

  Dataset read_known(std::string_view text, const Config& config, const std::vector<Column>* known) const override {
    if (known || is_long_form(text, config.dataset)) return read_labelled_series(text, config, known);
    return read_texts(text, config);
  }

  Json preview(std::string_view text, const Config& config) const override {
    if (is_long_form(text, config.dataset)) return preview_table(text, config.dataset, TableTask::labels);
    Dataset data = read_texts(text, config, true);
    say_truncated(data, config.task);
    return preview_examples(text, config, data);
  }

  /// What makes learning pointless, and what is not read.
  static void add_notes(Dataset& data, Index examples) {
    std::vector<std::string>& notes = data.file.notes;
    if (examples == 1)
      notes.push_back("There is one example alone: an example is a line.");
    else if (data.targets.size() == 1)
      notes.push_back(phrase("All examples have the label {}: there is nothing to tell apart.", {data.targets[0]}));
    const Index left = std::count(data.file.uses.begin(), data.file.uses.end(), std::string_view("none"));
    if (left > 0) notes.push_back(phrase("{} of {} columns are not read.", {left, data.file.uses.size()}));
  }

  /// `lenient`: lines without a label or a text are counted, not refused, for a preview.
  static Dataset read_texts(std::string_view text, const Config& config, bool lenient = false) {
    LabelledText read = read_labelled(text, config.dataset, lenient);
    std::vector<LabelledText::Row>& rows = read.rows;
    Dataset data{.file = std::move(read.file)};
    say_unfit(read.unfit, data.file);
    Alphabet alphabet;
    for (LabelledText::Row& row : rows) {
      const Line line(row.line);
      row.text = take(alphabet, line, row.text, config.task, data.truncated);
      if (row.label.empty()) line.refuse("a label", "nothing");
      Alphabet().add(line, row.label);  // refuses what is not UTF-8
    }
    if (rows.empty()) refuse_text("text", "at least one example", "none");
    const Vocabulary symbols = alphabet.vocabulary();
    std::vector<std::string_view> labels;
    for (const LabelledText::Row& row : rows) labels.push_back(row.label);
    sort(labels);
    labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
    if (labels.size() > most_symbols)
      refuse_text("text", phrase("at most {} labels", {most_symbols}), std::to_string(labels.size()));
    data.inputs = names_of(symbols);
    data.targets.assign(labels.begin(), labels.end());
    add_notes(data, Index(rows.size()));
    std::vector<Example> examples(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      examples[i].input = symbols.encode(rows[i].text);
      examples[i].target = {Token(std::lower_bound(labels.begin(), labels.end(), rows[i].label) - labels.begin())};
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
    json["probabilities"] = list_json(values);
  }
};

const Classify classify_head;

}  // namespace

constexpr Task tasks::classify{.info = {.kind = TaskKind::classify,
                                        .name = "classify",
                                        .bidirectional = true,
                                        .labels = true,
                                        .reads_symbols = true,
                                        .pools = TaskInfo::Pools::always},
                               .head = &classify_head};

}  // namespace unfold
