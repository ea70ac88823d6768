// Formal languages to be continued symbol by symbol.
#include "unfold/data/datasets/generator.h"

namespace unfold {
namespace {

/// aⁿbⁿ: there is one word of each length, so the test is what was never seen: n from d + 1 to 2d.
void draw_counting(Draw& d) {
  const Index n = d.longer ? d.between(d.difficulty + 1, 2 * d.difficulty) : d.between(1, d.difficulty);
  d.target = std::string(std::size_t(n), 'a') + std::string(std::size_t(n), 'b');
}

/// d to 4d pairs; where both are allowed, a coin decides between opening and closing, and another between the kinds.
void draw_dyck(Draw& d) {
  std::string open;
  for (Index left = d.between(d.difficulty, 4 * d.difficulty); left > 0 || !open.empty();) {
    const bool full = left == 0 || Index(open.size()) == d.difficulty;
    if (open.empty() || (!full && d.below(2) == 0)) {
      const bool round = d.below(2) == 0;
      d.target += round ? '(' : '[';
      open += round ? ')' : ']';
      --left;
    } else {
      d.target += open.back();
      open.pop_back();
    }
  }
}

}  // namespace

constexpr Generator counting{
    .info = {.name = "anbn",
             .label = "Counting: aⁿbⁿ",
             .summary = "As many b as there were a. The test is longer than anything learnt.",
             .source = "Gers & Schmidhuber 2001",
             .task = TaskKind::generate,
             .difficulty = "n at most",
             .min_difficulty = 2,
             .default_difficulty = 10,
             .max_difficulty = 250,
             .optimum = "ln d / (d + 2) nats a symbol, the end counted: once b began, all is certain",
             .metric = "nats",
             .trivial = "about 0.9 nats a symbol: as many a as b, and the end"},
    .inputs = "ab",
    .targets = "ab",
    .longer = true,
    .draw = draw_counting};

constexpr Generator dyck{.info = {.name = "dyck",
                                  .label = "Nested brackets",
                                  .summary = "Two kinds of brackets: what was opened last is closed first.",
                                  .source = "Chomsky & Schützenberger 1963; Hewitt et al. 2020",
                                  .task = TaskKind::generate,
                                  .difficulty = "levels of nesting",
                                  .min_difficulty = 2,
                                  .default_difficulty = 4,
                                  .max_difficulty = 16,
                                  .optimum = "no closing bracket of the wrong kind; between opening and closing, and "
                                             "between the kinds to open, it is a coin",
                                  .metric = "nats",
                                  .trivial = "about 1.5 nats a symbol: the four are equally frequent, and the end"},
                         .inputs = "()[]",
                         .targets = "()[]",
                         .draw = draw_dyck};

}  // namespace unfold
