// tag: a label for every step of a sequence.
#include <nlohmann/json.hpp>

#include "unfold/data/examples.h"
#include "unfold/data/lines.h"
#include "unfold/generate/predict.h"
#include "unfold/generate/tasks/families.h"
#include "unfold/generate/tasks/tasks.h"

namespace unfold {
namespace {

class Tag final : public LabelHead {
 public:
  /// A sequence, tab, its labels: as many characters.
  Dataset read(std::string_view text, const Config& config) const override {
    Alphabet inputs, targets;
    std::vector<std::pair<std::string_view, std::string_view>> rows;
    for (Lines line(text); line.next_filled();) {
      const auto& [sequence, labels] = rows.emplace_back(halves(line));
      const Index steps = inputs.add(line, sequence), count = targets.add(line, labels);
      need_length(line, steps, config.task);
      need_length(line, count, config.task);
      if (steps != count) line.refuse(std::to_string(steps) + " labels, one a symbol", std::to_string(count));
    }
    if (rows.empty()) refuse_text("text", "at least one example", "none");
    const Vocabulary input = inputs.vocabulary(), target = targets.vocabulary();
    Dataset data;
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
    e.target = tokens_of(text_of(target, "target"), p.names.targets, "target");
    const std::size_t steps = std::size_t(p.names.steps(e));
    if (e.target.size() != steps)
      refuse_argument("target", std::to_string(steps) + " labels", std::to_string(e.target.size()));
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

constexpr Task tasks::tag{.info = {.kind = TaskKind::tag, .name = "tag", .bidirectional = true}, .head = &tag_head};

}  // namespace unfold
