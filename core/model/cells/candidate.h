// The candidate of the minimal cells of Feng et al. 2024, the same in mingru.cpp and minlstm.cpp: the sum itself, or
// the positive function with which the paper trains in the space of logarithms,
//   g(x) = x + 1/2 for x > 0, else σ(x)     g'(x) = 1 for x > 0, else g(1−g)
// In the language of expression.h: relu(x) + sigmoid(-relu(-x)).
#pragma once

#include <string>

#include "unfold/base/phrase.h"
#include "unfold/kernels/kernels.h"
#include "unfold/model/cell.h"

namespace unfold {

class Candidate {
 public:
  explicit Candidate(const CellSettings& s) : positive_(s.choice("candidate") == "positive") {}

  /// The expression of z.
  std::string of(const std::string& z) const {
    return positive_ ? phrase("relu({}) + sigmoid(-relu(-{}))", {z, z}) : z;
  }
  /// x ← g(x), with as many numbers of scratch.
  void apply(ArrayView x, ArrayView scratch) const {
    if (!positive_) return;
    scratch = x;
    kernels::sigmoid(scratch.data(), scratch.size());
    x = (x > 0).select(x + Real(0.5), scratch);
  }
  /// g' where the candidate is y.
  Units slope(const ArrayView& y) const {
    if (!positive_) return Units::Ones(y.size());
    return (y > Real(0.5)).select(Units::Ones(y.size()), y * (1 - y));
  }

 private:
  bool positive_;
};

inline constexpr const char* candidate_choices[] = {"identity", "positive"};
inline constexpr CellOption candidate_option{
    .name = "candidate",
    .help = "The candidate is the sum itself, or a positive function of it (the paper's, for logarithms).",
    .choices = candidate_choices,
    .choice = "identity"};

}  // namespace unfold
