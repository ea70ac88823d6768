// translate: one sequence into another, by an encoder and a decoder.
#include <list>
#include <nlohmann/json.hpp>

#include "unfold/data/examples.h"
#include "unfold/data/labelled.h"
#include "unfold/data/lines.h"
#include "unfold/generate/tasks/families.h"
#include "unfold/generate/tasks/tasks.h"

namespace unfold {
namespace {

class Translate final : public SequenceHead {
 public:
  /// Source, tab, target; or JSON Lines (labelled.h). Both sides draw from the same symbols.
  Dataset read(std::string_view text, const Config& config) const override {
    Dataset data;
    Alphabet alphabet;
    std::list<std::string> owned;
    std::vector<std::pair<std::string_view, std::string_view>> rows;
    const bool json = is_json_lines(text);
    const auto field = [&](const Line& line, const Json& object, const char* const* names) {
      return std::string_view(owned.emplace_back(text_of(line, json_field(line, object, names))));
    };
    for (Lines line(text); line.next_filled();) {
      if (json) {
        const Json object = json_of(line, line.text);
        rows.push_back({field(line, object, input_names), field(line, object, target_names)});
      } else {
        rows.push_back(halves(line));
      }
      auto& [source, target] = rows.back();
      source = take(alphabet, line, source, config.task, data.truncated);
      target = take(alphabet, line, target, config.task, data.truncated);
    }
    data.file = {.format = json ? "JSON Lines" : "lines", .separator = json ? "" : "tab"};
    if (rows.empty()) refuse_text("text", "at least one example", "none");
    const Vocabulary symbols = alphabet.vocabulary();
    data.inputs = data.targets = names_of(symbols);
    std::vector<Example> examples(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      examples[i].input = symbols.encode(rows[i].first);
      examples[i].target = symbols.encode(rows[i].second);
    }
    hold_back(std::move(examples), config, data);
    return data;
  }
};

const Translate translate_head;

}  // namespace

constexpr Task tasks::translate{.info = {.kind = TaskKind::translate,
                                         .name = "translate",
                                         .autoregressive = true,
                                         .sequences = true,
                                         .encoder = true,
                                         .reads_symbols = true},
                                .head = &translate_head};

}  // namespace unfold
