// How far errors reach back: the norm of ∂L_t/∂h_{t−k} for every lag k and layer (Bengio et al. 1994).
#pragma once

#include <vector>

#include "unfold/model/network.h"

namespace unfold {

/// Runs T+1 tokens (T the steps of the workspace, one column) from the zero state and sends the loss of the last
/// prediction back: the workspace then holds the gradients in everything that led to it.
void send_back_last(Network& network, Workspace& w, const Token* tokens);

/// Runs the tokens (lags+2 of them: inputs and, shifted by one, targets) from the zero state and sends the loss of
/// the last prediction back. Entry [layer][k] is ‖∂L_t/∂h_{t−k}‖₂, k = 0 … lags; an embedding is left out.
std::vector<std::vector<double>> gradient_flow(Network& network, const Token* tokens, Index lags);

}  // namespace unfold
