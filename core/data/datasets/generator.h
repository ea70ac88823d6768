// A generated dataset: what the schema says of it, and a function that draws one example. A new one is a constant in a
// file of this folder, a declaration below, and a line of the table in data/generated.cpp.
#pragma once

#include <string>

#include "unfold/config/dataset_info.h"
#include "unfold/data/examples.h"

namespace unfold {

/// One example while it is drawn. Symbols are written as characters of the generator's alphabets, or as numbers of
/// their names; a character that is none of the alphabet's becomes no_token.
struct Draw {
  Rng& rng;
  int difficulty;
  bool longer;  // for the test, if the generator's test is longer than what is learnt
  std::string input, target;
  Example example;

  Index below(Index n) { return unfold::below(rng, n); }
  Index between(Index least, Index most) { return least + below(most - least + 1); }
  char one_of(std::string_view symbols) { return symbols[std::size_t(below(Index(symbols.size())))]; }
  /// Between least and most of them.
  std::string some_of(std::string_view symbols, Index least, Index most);
};

/// Constant data: nothing runs before main.
struct Generator {
  DatasetInfo info;
  const char *inputs = "", *targets = "";  // symbols, a character each, ascending; or names divided by "|"
  Index numbers = 0, outputs = 0;
  bool longer = false;  // the test goes beyond the difficulty, and the other two are drawn alike
  void (*draw)(Draw&);
};

extern const Generator copy_memory, adding, temporal_order, parity;    // long_range.cpp
extern const Generator counting, dyck;                                 // languages.cpp
extern const Generator addition, reversal, sorting, repeating, dates;  // rewriting.cpp
extern const Generator elman, sine, melodies;                          // elman.cpp, sine.cpp, melodies.cpp

}  // namespace unfold
