// translate: one sequence into another, by an encoder and a decoder.
#include "unfold/data/examples.h"
#include "unfold/data/lines.h"
#include "unfold/generate/tasks/families.h"
#include "unfold/generate/tasks/tasks.h"

namespace unfold {
namespace {

class Translate final : public SequenceHead {
 public:
  /// Source, tab, target. Both sides draw from the same symbols.
  Dataset read(std::string_view text, const Config& config) const override {
    Alphabet alphabet;
    std::vector<std::pair<std::string_view, std::string_view>> rows;
    for (Lines line(text); line.next_filled();) {
      const auto& [source, target] = rows.emplace_back(halves(line));
      const Index steps = alphabet.add(line, source), length = alphabet.add(line, target);
      need_length(line, steps, config.task);
      need_length(line, length, config.task);
    }
    if (rows.empty()) refuse_text("text", "at least one example", "none");
    const Vocabulary symbols = alphabet.vocabulary();
    Dataset data;
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
                                         .encoder = true},
                                .head = &translate_head};

}  // namespace unfold
