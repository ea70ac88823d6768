// The tasks that the engine makes examples for, as a configuration and its schema name them. data/corpora.cpp has the
// list.
#pragma once

#include <string_view>
#include <vector>

namespace unfold {

/// Of a task that the engine makes examples for.
struct Corpus {
  const char *name, *label, *summary, *source;
  std::string_view task;       // the name of its task; "pool" below goes into it
  std::string_view pool = "";  // "last", or "" where every step counts
  const char* difficulty;      // what the number counts: "symbols to remember"
  int least = 1, usual = 10, most = 100;
  const char* optimum;  // what the best possible predictor reaches, in words
  const char* metric;   // "accuracy", "exact" (whole sequences), "mse" or "nats"
  const char* trivial;  // what the answer without information reaches, in words
};

/// All of them.
const std::vector<Corpus>& corpora();
const Corpus* find_corpus(std::string_view name);

}  // namespace unfold
