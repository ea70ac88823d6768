// Decoding: what a network predicts for one example.
#pragma once

#include "unfold/base/function_ref.h"
#include "unfold/base/rng.h"
#include "unfold/data/data_loader.h"

namespace unfold {

struct Decoding {
  int beam_width = 1;         // hypotheses that are followed at a time
  double length_penalty = 0;  // α: scores are log P/((5 + length)/6)^α (Wu et al. 2016)
  double temperature = 0;     // above 0: symbols are drawn, from one hypothesis
  std::uint64_t seed = 1;
  Index max_length = 256;
};

/// A sequence that the network wrote, without its end symbol.
struct Hypothesis {
  std::vector<Token> tokens;
  double log_probability = 0, score = 0;
  std::vector<Real> attention;  // of each step (the end's too), S weights; empty without attention
};

/// The best sequences for a source or a context (generate and translate), at most `beam_width` of them, the best first.
/// `targets` counts the symbols, the end not among them. Greedy with a beam width of 1: exactly the trajectory of the
/// free-running network.
std::vector<Hypothesis> decode(Network& network, const TaskConfig& task, Index targets, const Example& example,
                               const Decoding& options);

/// ln P(answer | the rest) of an example: of a sequence its end, halts or length counted; of a label or of labels; of
/// notes. For regress minus its loss, summed over the steps.
double log_probability(Network& network, const Config& config, const Dataset& names, const Example& example);

/// What the readout says at every step (or once, if pooled), [outputs × steps]: logits or numbers, as the task has
/// them.
std::vector<Real> readout(Network& network, const Config& config, const Dataset& names, const Example& example);

}  // namespace unfold
