// generate: writes sequences from nothing, or from a given context.
#include "unfold/base/phrase.h"
#include "unfold/data/examples.h"
#include "unfold/data/lines.h"
#include "unfold/generate/tasks/families.h"
#include "unfold/generate/tasks/tasks.h"

namespace unfold {
namespace {

class Generate final : public SequenceHead {
 public:
  /// A sequence a line; with a context its numbers, separated by commas, and a tab before it.
  Dataset read(std::string_view text, const Config& config) const override {
    Dataset data;
    data.context = config.task.context;
    Alphabet alphabet;
    std::vector<std::string_view> sequences;
    std::vector<Example> examples;
    for (Lines line(text); line.next_filled();) {
      std::string_view sequence = line.text;
      Example& e = examples.emplace_back();
      if (data.context > 0) {
        const auto [numbers, rest] = halves(line);
        const Index count = read_numbers(line, numbers, ",", e.context);
        if (count != data.context) line.refuse(phrase("{} numbers of context", {data.context}), std::to_string(count));
        sequence = rest;
      }
      sequences.push_back(take(alphabet, line, sequence, config.task, data.truncated));
    }
    if (examples.empty()) refuse_text("text", "at least one example", "none");
    const Vocabulary symbols = alphabet.vocabulary();
    data.inputs = data.targets = names_of(symbols);
    for (std::size_t i = 0; i < examples.size(); ++i) examples[i].target = symbols.encode(sequences[i]);
    hold_back(std::move(examples), config, data);
    return data;
  }

  bool reads_input() const override { return false; }
};

const Generate generate_head;

}  // namespace

constexpr Task tasks::generate{.info = {.kind = TaskKind::generate,
                                        .name = "generate",
                                        .autoregressive = true,
                                        .sequences = true,
                                        .context = true},
                               .head = &generate_head};

}  // namespace unfold
