// Opens a model that was saved (by train_text, the command line, the page or the package) and prints which characters
// it expects after a prompt.
//
// With a plain compiler line, or with CMake, where Unfold is installed at $PREFIX:
//
//   g++ -std=c++20 predict_checkpoint.cpp -I$PREFIX/include -I/usr/include/eigen3 -L$PREFIX/lib -lunfold -pthread
//   ./a.out model.safetensors "Twinkle, twinkle, little st"
//
//   cmake -S . -B build -DCMAKE_PREFIX_PATH=$PREFIX && cmake --build build
//   build/predict_checkpoint model.safetensors "Twinkle, twinkle, little st"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "unfold/api/session.h"

namespace {

void run(const char* file, const std::string& prompt) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  unfold::Session session(std::as_bytes(std::span(bytes)), "");  // without a text: to be used, not trained

  const unfold::Vocabulary& vocabulary = session.vocabulary();
  unfold::State state;  // empty: the network has read nothing yet
  const std::vector<unfold::Real> logits = session.logits(vocabulary.encode(prompt), 1, state);
  const std::span last = std::span(logits).last(std::size_t(vocabulary.size()));  // V numbers for each step

  double sum = 0;
  for (const unfold::Real x : last) sum += std::exp(double(x));
  std::vector<unfold::Token> tokens(last.size());
  std::iota(tokens.begin(), tokens.end(), unfold::Token(0));
  std::sort(tokens.begin(), tokens.end(), [&](auto a, auto b) { return last[a] > last[b]; });
  for (const unfold::Token token : std::span(tokens).first(std::min<std::size_t>(3, tokens.size()))) {
    std::string symbol;
    vocabulary.decode(token, symbol);
    std::printf("%5.1f %%  \"%s\"\n", 100 * std::exp(double(last[token])) / sum, symbol.c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(argc > 1 ? argv[1] : "model.safetensors", argc > 2 ? argv[2] : "Twinkle, ");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
