// What a network of a task answers to one example: labels, numbers, sequences.
#pragma once

#include "unfold/data/feed.h"
#include "unfold/generate/sampler.h"

namespace unfold {

struct Decoding {
  int beam = 1;               // hypotheses that are followed at a time
  double length_penalty = 0;  // α: scores are log P/((5 + length)/6)^α (Wu et al. 2016)
  double temperature = 0;     // above 0: symbols are drawn, from one hypothesis
  std::uint64_t seed = 1;
  Index longest = 256;
};

/// A sequence that the network wrote, without its end symbol.
struct Written {
  std::vector<Token> tokens;
  double log_probability = 0, score = 0;
  std::vector<Real> attention;  // of each step (the end's too), S weights; empty without attention
};

/// The best sequences for a source or a context (generate and translate), at most `beam` of them, the best first.
/// `targets` counts the symbols, the end not among them. Greedy with a beam of 1: exactly the trajectory of the
/// free-running network.
std::vector<Written> decode(Network& network, const TaskConfig& task, Index targets, const Example& example,
                            const Decoding& options);

/// ln P(answer | the rest) of an example: of a sequence its end, halts or length counted; of a label or of labels; of
/// notes. For regress minus its mean squared error, summed over the steps.
double log_probability(Network& network, const Config& config, const Dataset& names, const Example& example);

/// Answers for every step (or once, if pooled): probabilities of classes and of notes, or numbers; outputs × steps.
std::vector<Real> answers(Network& network, const Config& config, const Dataset& names, const Example& example);

/// Reads the example's numbers, then goes on for `steps` steps on its own answers, which it returns, outputs × steps:
/// forecasts of regress; notes drawn at a temperature (0: all that are likelier than not).
std::vector<Real> go_on(Network& network, const Config& config, const Example& example, Index steps, double temperature,
                        std::uint64_t seed);

}  // namespace unfold
