// Writes text: one symbol at a time, each fed back as the next input.
#pragma once

#include <string>
#include <vector>

#include "unfold/base/json.h"
#include "unfold/base/rng.h"
#include "unfold/model/network.h"

namespace unfold {

struct SampleOptions {
  double temperature = 1;  // 0: always the likeliest
  int top_k = 0;           // 0: all symbols
  double top_p = 1;        // the smallest set of symbols with at least this probability
  bool greedy = false;
  std::uint64_t seed = 1;
  Token never = no_token;  // a symbol that is not drawn: the unknown one
};

/// A request to write.
struct SampleRequest {
  std::string prompt;  // what comes before
  SampleOptions options;
  std::int64_t length = 500;  // symbols to write
};
/// From {prompt, temperature, topK, topP, greedy, seed, length}, each with its default; that of the seed is given.
/// Throws Error{invalid_argument}.
SampleRequest parse_sample_request(const Json& json, std::uint64_t seed);

class Sampler {
 public:
  /// Starts from the zero state. The network's parameters may change between symbols. Throws Error{invalid_argument}.
  Sampler(Network& network, const SampleOptions& options);
  /// Reads tokens without choosing (the prompt).
  void prompt(const std::vector<Token>& tokens);
  /// Chooses the next token, which is then the next input.
  Token next();
  /// Probabilities of the next token before temperature and cuts, after at least one token.
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
