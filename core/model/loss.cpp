#include "unfold/model/loss.h"

#include <algorithm>
#include <cmath>

#include "unfold/base/eigen.h"
#include "unfold/base/numeric.h"
#include "unfold/base/parallel.h"
#include "unfold/base/profile.h"
#include "unfold/base/sorting.h"
#include "unfold/kernels/kernels.h"

namespace unfold {

void softmax_cross_entropy(Real* logits, Index V, Index rows, Index K, const Token* targets, Real scale, double* losses,
                           double smoothing) {
  const Timed timed(Phase::softmax);
  parallel_for(K, 1, 30.0 * double(V * K), [&](Index begin, Index end) {
    for (Index k = begin; k < end; ++k) {
      Real* x = logits + k * rows;
      const bool counts = targets && targets[k] != no_token;
      losses[k] = kernels::softmax(x, V, counts ? Index(targets[k]) : -1);
      if (scale == 0) continue;
      if (!counts) {
        array(x, V) = 0;
        continue;
      }
      x[targets[k]] -= 1;
      if (smoothing > 0) {
        array(x, V) -= Real(smoothing / double(V));
        x[targets[k]] += Real(smoothing);
      }
      array(x, V) *= scale;
    }
  });
}

void softmax_cross_entropy(Real* logits, Index V, Index K, const Token* targets, Real scale, double* losses,
                           double smoothing) {
  softmax_cross_entropy(logits, V, V, K, targets, scale, losses, smoothing);
}

namespace {

constexpr double least_variance = 1e-6;  // of scaled numbers, as PyTorch's GaussianNLLLoss

double gaussian_loss(double* e) {
  const double s = std::max(e[1], numeric::log(least_variance));
  const double error = e[0], precision = numeric::exp(-s), ratio = error * error * precision;
  const double slope = (1 - ratio) / 2;
  e[0] = error * precision;
  e[1] = e[1] < s && slope > 0 ? 0 : slope;  // below the least variance there is only a way back
  return (s + ratio + numeric::log(2 * numeric::pi)) / 2;
}

double quantile_loss(const std::vector<double>& quantiles, double* e) {
  const double n = double(quantiles.size());
  double sum = 0;
  for (std::size_t i = 0; i < quantiles.size(); ++i) {
    const double slope = e[i] > 0 ? 1 - quantiles[i] : e[i] < 0 ? -quantiles[i] : 0;
    sum += slope * e[i];
    e[i] = slope / n;
  }
  return sum / n;
}

/// Loss and gradient (over y) of one column; 0 where no target is there.
double column_loss(const NumberLoss& loss, Real* y, Index O, const Real* targets, Real scale) {
  const Index R = loss.outputs();
  const Index there = std::count_if(targets, targets + O, [](Real t) { return !std::isnan(t); });
  double sum = 0, e[NumberLoss::most_quantiles];
  for (Index o = 0; o < O; ++o) {
    Real* at = y + o * R;
    const bool known = !std::isnan(targets[o]);
    for (Index r = 0; r < R; ++r)
      e[r] = double(loss.kind == Loss::gaussian && r == 1 ? at[r] : Real(at[r] - targets[o]));
    if (known) sum += number_loss(loss, e);
    for (Index r = 0; r < R && scale != 0; ++r) at[r] = known ? Real(e[r]) * (scale / Real(there)) : Real(0);
  }
  return there > 0 ? sum / double(there) : 0;
}

/// Where the slope of the loss over all values, which grows with the constant, passes 0.
double flat_point(const NumberLoss& loss, const std::vector<Real>& sorted) {
  double low = double(sorted.front()), high = double(sorted.back());
  for (int i = 0; i < 50; ++i) {
    const double middle = (low + high) / 2;
    double slope = 0;
    for (const Real v : sorted) {
      double e = middle - double(v);
      number_loss(loss, &e);
      slope += e;
    }
    (slope > 0 ? high : low) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

double number_loss(const NumberLoss& loss, double* e) {
  const double error = *e, size = std::fabs(error);
  switch (loss.kind) {
    case Loss::squared: *e = 2 * error; return error * error;
    case Loss::absolute: *e = error > 0 ? 1 : error < 0 ? -1 : 0; return size;
    case Loss::huber:
      *e = std::clamp(error, -loss.delta, loss.delta);
      return size <= loss.delta ? error * error / 2 : loss.delta * (size - loss.delta / 2);
    case Loss::quantile: return quantile_loss(loss.quantiles, e);
    case Loss::gaussian: return gaussian_loss(e);
  }
  return 0;
}

void number_losses(const NumberLoss& loss, Real* y, Index O, Index K, const Real* targets, const std::uint8_t* counts,
                   Real scale, double* losses) {
  const Index R = O * loss.outputs();
  parallel_for(K, 1, 4.0 * double(R * K), [&](Index begin, Index end) {
    for (Index k = begin; k < end; ++k) {
      losses[k] = 0;
      if (counts[k])
        losses[k] = column_loss(loss, y + k * R, O, targets + k * O, scale);
      else if (scale != 0)
        array(y + k * R, R) = 0;
    }
  });
}

void best_constant(const NumberLoss& loss, std::vector<Real> values, double* y) {
  std::fill_n(y, loss.outputs(), 0.0);
  if (values.empty()) return;
  const double n = double(values.size());
  if (loss.kind == Loss::squared || loss.kind == Loss::gaussian) {
    for (const Real v : values) y[0] += double(v);
    y[0] /= n;
    if (loss.kind == Loss::squared) return;
    double squares = 0;
    for (const Real v : values) squares += (double(v) - y[0]) * (double(v) - y[0]);
    y[1] = numeric::log(std::max(squares / n, least_variance));
    return;
  }
  sort(values);
  if (loss.kind == Loss::huber) {
    y[0] = flat_point(loss, values);
    return;
  }
  for (Index r = 0; r < loss.outputs(); ++r) {
    const double q = loss.kind == Loss::quantile ? loss.quantiles[std::size_t(r)] : 0.5;
    y[r] = double(values[std::min(std::size_t(q * n), values.size() - 1)]);
  }
}

double constant_loss(const NumberLoss& loss, const double* y, double value) {
  double e[NumberLoss::most_quantiles];
  for (Index r = 0; r < loss.outputs(); ++r) e[r] = loss.kind == Loss::gaussian && r == 1 ? y[r] : y[r] - value;
  return number_loss(loss, e);
}

double loss_in_unit(const NumberLoss& loss, double sum, double count, double unit) {
  switch (loss.kind) {
    case Loss::squared:
    case Loss::huber: return sum * (unit * unit);  // of Huber's with δ·unit
    case Loss::absolute:
    case Loss::quantile: return sum * unit;
    case Loss::gaussian: return sum + count * numeric::log(unit);
  }
  return sum;
}

// −t·ln σ(x) − (1−t)·ln(1−σ(x)) = max(x, 0) − x·t + ln(1 + e^{−|x|})
void binary_cross_entropy(Real* x, Index O, Index rows, Index K, const Real* targets, const std::uint8_t* counts,
                          Real scale, double* losses) {
  parallel_for(K, 1, 60.0 * double(O * K), [&](Index begin, Index end) {
    for (Index k = begin; k < end; ++k) {
      Real* at = x + k * rows;
      losses[k] = 0;
      if (!counts[k]) {
        if (scale != 0) array(at, O) = 0;
        continue;
      }
      for (Index o = 0; o < O; ++o) {
        const double logit = double(at[o]), t = double(targets[k * O + o]);
        losses[k] += std::max(logit, 0.0) - logit * t + numeric::log(1 + numeric::exp(-std::fabs(logit)));
      }
      kernels::sigmoid(at, O);
      if (scale != 0) array(at, O) = (array(at, O) - array(targets + k * O, O)) * scale;
    }
  });
}

}  // namespace unfold
