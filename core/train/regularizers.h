// Regularisers of a training step besides dropout. Random numbers are functions of (seed, step, place).
//
//   weight noise   w' = w + σ·n, n ~ N(0, 1), for every parameter (Graves 2011, "Practical variational inference for
//                  neural networks"; one sample an update)
//   weight drop    w' = w∘m/(1 − p), m ~ Bernoulli(1 − p), for every recurrent matrix, one mask an update (DropConnect:
//                  Wan et al. 2013; on recurrent weights: Merity, Keskar & Socher 2018)
//   activation     L += α·mean(y²), y what the last layer gives, after dropout (Merity, McCann & Socher 2017)
//   temporal       L += β·mean((h_t − h_{t−1})²), over the states of the last layer (the same)
//   max-norm       each row w of a matrix, what one unit reads: w ← w·min(1, c/‖w‖) (Srivastava et al. 2014)
//
// Passes run with w', updates change w: ∂L/∂w = ∂L/∂w'∘m/(1 − p).
#pragma once

#include "unfold/config/config.h"
#include "unfold/model/network.h"

namespace unfold {

/// w' of all parameters, [table().size()] each, as the masks' seed and pass have it.
void perturb(const RegularizationConfig& config, const Network& network, const Dropping& drawn, const Real* weights,
             Real* perturbed);
/// From ∂L/∂w' to ∂L/∂w.
void mask_gradient(const RegularizationConfig& config, const Network& network, const Dropping& drawn, Real* gradient);

/// After forward and Workspace::clear_gradients(): adds the gradients of both penalties on the last layer (of a
/// bidirectional one, both halves) to those of its outputs and states; returns their sum. Padding does not count.
double penalize_activations(const Config& config, const Network& network, Workspace& w);

/// Input dropout of numbers: those of the window ← x∘m/(1 − p), a mask for every step or, variational, for the window.
/// That of symbols is in model/operations/lookup.cpp.
void drop_numbers(const Network& network, Workspace& w);

/// Max-norm: shortens rows that are longer than c. Biases, vectors and embeddings stay as they are.
void limit_norms(double c, const ParameterTable& table, Real* weights);

}  // namespace unfold
