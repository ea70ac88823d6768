// What has to be remembered for long.
#include "unfold/data/datasets/generator.h"

namespace unfold {
namespace {

constexpr int remembered = 10;

/// Ten symbols, blanks, a sign, and room for the answer.
void draw_copy(Draw& d) {
  const std::string symbols = d.some_of("abcdefgh", remembered, remembered);
  const std::size_t wait = std::size_t(d.difficulty);
  d.input = symbols + std::string(wait - 1, '_') + '>' + std::string(remembered, '_');
  d.target = std::string(remembered + wait, '.') + symbols;  // "." is no label: these steps do not count
}

/// Pairs (a number, 0 or 1); one mark in each half.
void draw_adding(Draw& d) {
  const Index T = d.difficulty, first = d.below(T / 2), second = d.between(T / 2, T - 1);
  double sum = 0;
  for (Index t = 0; t < T; ++t) {
    const bool marked = t == first || t == second;
    const Real x = Real(d.rng.uniform());
    d.example.numbers.push_back(x);
    d.example.numbers.push_back(marked ? 1 : 0);
    if (marked) sum += double(x);
  }
  d.example.values = {Real(sum)};
}

/// E, distractors with an X or Y in the second and in the sixth tenth, B.
void draw_order(Draw& d) {
  const Index T = d.difficulty, first = d.between(T / 10, T / 5 - 1), second = d.between(T / 2, T / 2 + T / 10 - 1);
  const Index kind = d.below(4);
  d.input = d.some_of("abcd", T, T);
  d.input[std::size_t(first)] = kind < 2 ? 'X' : 'Y';
  d.input[std::size_t(second)] = kind % 2 == 0 ? 'X' : 'Y';
  d.input.front() = 'E';
  d.input.back() = 'B';
  d.target = char(kind);
}

void draw_parity(Draw& d) {
  d.input = d.some_of("01", (d.difficulty + 1) / 2, d.difficulty);
  bool odd = false;
  for (const char c : d.input) odd ^= c == '1';
  d.target = char(odd);
}

}  // namespace

constexpr Generator copy_memory{
    .info =
        {.name = "copy",
         .label = "Copy memory",
         .summary =
             "Ten symbols, a wait, and then the ten again. Only the last ten steps count: the others are always blank.",
         .source = "Hochreiter & Schmidhuber 1997; Arjovsky, Shah & Bengio 2016",
         .task = TaskKind::tag,
         .difficulty = "steps to wait",
         .min_difficulty = 1,
         .default_difficulty = 20,
         .max_difficulty = 1000,
         .optimum = "accuracy 1, loss 0",
         .metric = "accuracy",
         .trivial = "accuracy 1/8, loss ln 8 = 2.079 a counted step; over all T + 20 steps, as often printed, 10·ln 8 "
                    "/ (T + 20)"},
    .inputs = ">_abcdefgh",
    .targets = "abcdefgh",
    .draw = draw_copy};

constexpr Generator adding{
    .info = {.name = "adding",
             .label = "Adding problem",
             .summary = "Two numbers of many are marked; the answer is their sum.",
             .source = "Hochreiter & Schmidhuber 1997, with the marks of Le, Jaitly & Hinton 2015",
             .task = TaskKind::regress,
             .pooling = Pooling::last,
             .difficulty = "steps",
             .min_difficulty = 2,
             .default_difficulty = 30,
             .max_difficulty = 1000,
             .optimum = "squared error 0",
             .metric = "mse",
             .trivial = "squared error 1/6 = 0.167: the answer is always 1"},
    .numbers = 2,
    .outputs = 1,
    .draw = draw_adding};

constexpr Generator temporal_order{
    .info = {.name = "order",
             .label = "Temporal order",
             .summary = "Two marks far apart in noise; the answer is which came and in what order.",
             .source = "Hochreiter & Schmidhuber 1997, task 6a",
             .task = TaskKind::classify,
             .pooling = Pooling::last,
             .difficulty = "steps",
             .min_difficulty = 10,
             .default_difficulty = 30,
             .max_difficulty = 1000,
             .optimum = "accuracy 1, loss 0",
             .metric = "accuracy",
             .trivial = "accuracy 1/4, loss ln 4 = 1.386"},
    .inputs = "BEXYabcd",
    .targets = "XX|XY|YX|YY",
    .draw = draw_order};

constexpr Generator parity{.info = {.name = "parity",
                                    .label = "Parity",
                                    .summary = "Is the number of ones odd? Every bit changes the answer.",
                                    .source = "Hochreiter & Schmidhuber 1997; Minsky & Papert 1969",
                                    .task = TaskKind::classify,
                                    .pooling = Pooling::last,
                                    .difficulty = "bits at most",
                                    .min_difficulty = 4,
                                    .default_difficulty = 20,
                                    .max_difficulty = 200,
                                    .optimum = "accuracy 1, loss 0",
                                    .metric = "accuracy",
                                    .trivial = "accuracy 1/2, loss ln 2 = 0.693"},
                           .inputs = "01",
                           .targets = "even|odd",
                           .draw = draw_parity};

}  // namespace unfold
