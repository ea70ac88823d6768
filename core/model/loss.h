// Losses turn the readout's outputs into a number and, in the same place, into its gradient.
#pragma once

#include <vector>

#include "unfold/config/task.h"

namespace unfold {

/// A target that does not count.
inline constexpr Token no_token = 0xFFFF;

/// Softmax cross-entropy: for each of K columns of V logits, losses[k] = −ln p(target) in nats (0 if the target
/// is no_token), and logits ← (p − onehot(target))·scale, 0 for no_token. With scale = 0 the logits become
/// probabilities instead. `rows` ≥ V is the distance of columns.
/// With `smoothing` ε the gradient is that of the cross-entropy with (1 − ε)·onehot + ε/V (Szegedy et al. 2016), and
/// the losses stay the plain ones.
void softmax_cross_entropy(Real* logits, Index V, Index K, const Token* targets, Real scale, double* losses,
                           double smoothing = 0);
void softmax_cross_entropy(Real* logits, Index V, Index rows, Index K, const Token* targets, Real scale, double* losses,
                           double smoothing = 0);

/// The loss of one number t, of which a network says y, NumberLoss::outputs() numbers. On entry e holds y − t (of
/// `gaussian` μ − t and the log variance s itself), on return ∂loss/∂y:
///   squared   e²                             absolute  |e|
///   huber     e²/2 where |e| ≤ δ, else δ·(|e| − δ/2)                              (Huber 1964)
///   quantile  the mean over all q of (1 − q)·e where e > 0, else −q·e             (Koenker & Bassett 1978)
///   gaussian  (s + (μ − t)²/v + ln 2π)/2 with v = max(eˢ, 10⁻⁶): −ln N(t; μ, v)   (Nix & Weigend 1994)
double number_loss(const NumberLoss& loss, double* e);

/// For each of K columns of O numbers, with loss.outputs() outputs each: losses[k] is the mean number_loss over the
/// targets [O × K] that are there (NaN is not), and y becomes its gradient times `scale`. A column that does not count
/// (counts[k] = 0), or a target that is not there, has loss and gradient 0. With scale = 0 the outputs stay as they
/// are.
void number_losses(const NumberLoss& loss, Real* y, Index O, Index K, const Real* targets, const std::uint8_t* counts,
                   Real scale, double* losses);

/// The outputs for a number that do best on all of these values: their mean (and log variance), median or quantiles.
void best_constant(const NumberLoss& loss, std::vector<Real> values, double* y);
/// The loss of a value that was not known to best_constant.
double constant_loss(const NumberLoss& loss, const double* y, double value);

/// A loss of `count` numbers in all, of a column whose numbers are `unit` times as large in a file as here.
double loss_in_unit(const NumberLoss& loss, double sum, double count, double unit);

/// Binary cross-entropy of sigmoid outputs, summed over the O of a column (Boulanger-Lewandowski et al. 2012):
/// losses[k] = −Σ t·ln σ(x) + (1−t)·ln(1−σ(x)) in nats, and x ← (σ(x) − t)·scale. With scale = 0 the logits become
/// probabilities. `rows` ≥ O is the distance of columns; targets are O × K.
void binary_cross_entropy(Real* x, Index O, Index rows, Index K, const Real* targets, const std::uint8_t* counts,
                          Real scale, double* losses);

}  // namespace unfold
