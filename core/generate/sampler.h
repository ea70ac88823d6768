// Writes text: one symbol at a time, each fed back as the next input.
#pragma once

#include "unfold/base/rng.h"
#include "unfold/model/network.h"

namespace unfold {

struct SampleOptions {
  double temperature = 1;  // 0: always the likeliest
  int top_k = 0;           // 0: all symbols
  double top_p = 1;        // the smallest set of symbols with at least this probability
  bool greedy = false;
  std::uint64_t seed = 1;
};

class Sampler {
 public:
  /// Starts from the zero state. The network's parameters may change between symbols.
  Sampler(Network& network, const SampleOptions& options);
  /// Feeds tokens without choosing (priming).
  void feed(const std::vector<Token>& tokens);
  /// Chooses the next token and feeds it.
  Token next();
  /// Probabilities of the next token before temperature and cuts, after at least one feed.
  const std::vector<double>& probabilities();

 private:
  void step(Token token);
  Token choose();

  Network& network_;
  SampleOptions options_;
  Workspace workspace_;
  Rng rng_;
  std::vector<double> weights_;
  std::vector<int> order_;
};

}  // namespace unfold
