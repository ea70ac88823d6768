// What the gradient checks share: a derivative by differences, and a network with random parameters and symbols.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "unfold/base/rng.h"
#include "unfold/model/network.h"

namespace unfold::test {

/// dL/dx by central differences of fourth order, where `loss` reads x.
template <class Loss>
double central_difference(Real& x, Loss loss) {
  constexpr double step_size = 1e-4;
  const Real kept = x;
  const auto at = [&](double steps) {
    x = Real(kept + steps * step_size);
    return loss();
  };
  const double slope = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step_size);
  x = kept;
  return slope;
}

/// T steps of N sequences of V symbols.
struct SymbolProblem {
  SymbolProblem(const Json& json, Index T, Index N, Index V)
      : config(parse_config(json)), network(config, V), workspace(network, T, N, true), losses(std::size_t(T * N)) {
    for (Index i = 0; i < network.table().size(); ++i) network.parameters()[i] = Real(rng.uniform() * 1.6 - 0.8);
    network.mask(network.parameters());
    workspace.set_dropout(config.dropout);
    workspace.dropping() = {.on = true,
                            .variational = config.variational_dropout,
                            .rate = config.dropout,
                            .input = config.regularization.input_dropout,
                            .seed = 3,
                            .pass = 5};
  }

  void draw_symbols(Index V) {
    for (auto* list : {&inputs, &targets})
      for (std::size_t i = 0; i < losses.size(); ++i) list->push_back(Token(rng.word() % V));
  }

  Rng rng{7, Stream::test};
  Config config;
  Network network;
  Workspace workspace;
  std::vector<Token> inputs, targets;
  std::vector<double> losses;
};

}  // namespace unfold::test
