// What a network does while it reads a text: states, gates and predictions of every step, which earlier
// characters a prediction depends on, which parameters add to the preactivations of one step; and histograms of its
// weights.
//
// Everything runs as in evaluation, from the zero state, without dropout.
#pragma once

#include <string>
#include <vector>

#include "unfold/config/config.h"
#include "unfold/model/network.h"

namespace unfold {

/// Numbers of T steps, step after step. `values` is shared, so that one copy takes everything out.
struct Inspection {
  struct Series {
    int layer;         // of the configuration; −1: the readout
    std::string name;  // "h", "c", "v" (the cell's answer before a blend), a gate, or "p": probabilities
    Index size;        // numbers a step: H, or V
    Index offset;      // of the first among the values
  };
  std::vector<Series> series;
  std::vector<Real> values;

  const Real* of(int layer, const std::string& name) const;
};

/// Values that inspecting T tokens yields, to be checked before.
double inspection_size(const Network& network, const Config& config, Index T);

/// Reads the tokens. Step t has read token t; its probabilities are those of token t+1.
Inspection inspect(Network& network, const Config& config, const std::vector<Token>& tokens);

/// Entry s < at: ‖∂L/∂x_s‖₂, where L = −ln p(token `at` | those before it) and x_s is the one-hot vector of token s;
/// every way is counted by which x_s reaches the network: input, delays, skips, teacher-forced feedback.
/// 1 ≤ at < tokens.size().
std::vector<double> saliency(Network& network, const std::vector<Token>& tokens, Index at);

/// Preactivations of layer `layer` (of the configuration) at step `at`, apart by parameter; see Layer::terms.
std::vector<Term> preactivations(Network& network, const std::vector<Token>& tokens, std::size_t layer, Index at);

/// How the elements of one parameter are spread: `counts` of equal bins from the least to the greatest.
struct TensorStats {
  std::string name;
  Index rows = 0, cols = 0;
  double low = 0, high = 0, mean = 0, deviation = 0;
  std::vector<Index> counts;
};
std::vector<TensorStats> histograms(const Network& network, int bins);

}  // namespace unfold
