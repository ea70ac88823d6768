#include "unfold/inspect/gradient_flow.h"

#include <algorithm>
#include <cmath>

namespace unfold {

void send_back_last(Network& network, Workspace& w, const Token* tokens) {
  const Index T = w.steps();
  std::copy_n(tokens, T, w.tokens(0));
  network.forward(w);
  std::vector<Token> targets(std::size_t(T), no_token);
  targets.back() = tokens[T];
  std::vector<double> losses(targets.size());
  softmax_cross_entropy(w.logits(), network.symbols(), T, targets.data(), 1, losses.data());
  Buffer unused(network.table().size());
  network.backward(w, unused.data());
}

std::vector<std::vector<double>> gradient_flow(Network& network, const Token* tokens, Index lags) {
  const Index T = lags + 1;
  Workspace w(network, T, 1, true);
  send_back_last(network, w, tokens);
  std::vector<std::vector<double>> norms;
  for (std::size_t l = network.first_layer(); l + 1 < network.plan().layers.size(); ++l) {
    norms.emplace_back();
    for (Index k = 0; k <= lags; ++k) {
      const Real* dh = w.hidden_gradient(l, T - 1 - k);
      double square = 0;
      for (Index i = 0; i < network.plan().layers[l].units; ++i) square += double(dh[i]) * double(dh[i]);
      norms.back().push_back(std::sqrt(square));
    }
  }
  return norms;
}

}  // namespace unfold
