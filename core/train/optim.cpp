#include "unfold/train/optim.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "unfold/base/numeric.h"
#include "unfold/base/parallel.h"

namespace unfold {

Optimizer::Optimizer(const OptimizerConfig& config, Index size) : config_(config), size_(size) {
  const std::string& n = config.name;
  const bool momentum = config.momentum > 0;
  int vectors = 0;
  if (n == "momentum" || n == "nesterov" || n == "adagrad") vectors = 1;
  if (n == "adam" || n == "adamw" || n == "adadelta") vectors = 2;
  if (n == "rmsprop") vectors = config.centered || momentum ? 3 : 1;
  for (int i = 0; i < vectors; ++i) moments_.emplace_back(size);
  unsure();
}

/// Numbers of all parameters: they themselves, their gradient, and up to three moments.
using Arrays = std::array<Real*, 5>;

/// A method's loop over n of them; it leaves the former parameters in the gradient's place.
struct UpdateLoop {
  void (*run)(const void* numbers, const Arrays&, Index n);
  const void* numbers;
};

namespace {

void keep(const UpdateLoop& loop, const Arrays& all, Index size) {
  parallel_for(size, 1024, 12.0 * double(size), [&](Index begin, Index end) {
    Arrays part{};
    for (std::size_t k = 0; k < 5; ++k)
      if (all[k]) part[k] = all[k] + begin;
    loop.run(loop.numbers, part, end - begin);
  });
}

/// What an update would make, without making it: the largest magnitudes of the parameters and of the moments; infinity
/// for what is not finite.
std::array<double, 4> look(const UpdateLoop& loop, const Arrays& all, Index size) {
  constexpr Index most = 128;
  Real copies[5][most];
  const Arrays block{copies[0], copies[1], copies[2], copies[3], copies[4]};
  std::array<double, 4> largest{};
  for (Index at = 0; at < size; at += most) {
    const Index n = std::min(most, size - at);
    for (std::size_t k = 0; k < 5; ++k)
      if (all[k]) std::copy_n(all[k] + at, n, copies[k]);
    loop.run(loop.numbers, block, n);
    for (std::size_t k = 0; k < 5; ++k)
      for (Index i = 0; k != 1 && all[k] && i < n; ++i) {
        double& most_yet = largest[k == 0 ? 0 : k - 1];
        const double x = std::fabs(double(copies[k][i]));
        if (!(x <= most_yet)) most_yet = std::isfinite(x) ? x : std::numeric_limits<double>::infinity();
      }
  }
  return largest;
}

}  // namespace

// An update that could overflow is looked at before it is kept.
bool Optimizer::make(const UpdateLoop& loop, Real* p, Real* g, const std::array<double, 4>& reach) {
  Arrays all{p, g};
  for (std::size_t k = 0; k < moments_.size(); ++k) all[k + 2] = moments_[k].data();
  largest_ = reach;
  if (!(reach[0] <= largest_weight / 2)) {
    largest_ = look(loop, all, size_);
    if (!(largest_[0] <= largest_weight && std::isfinite(largest_[1] + largest_[2] + largest_[3]))) {
      unsure();
      return false;
    }
  }
  keep(loop, all, size_);
  return true;
}

template <class F>
bool Optimizer::each(Real* p, Real* g, const std::array<double, 4>& reach, const F& f) {
  const auto run = [](const void* numbers, const Arrays& x, Index n) {
    const F step = *static_cast<const F*>(numbers);
    const auto [weight, gradient, m0, m1, m2] = x;
    for (Index i = 0; i < n; ++i) {
      const Real before = weight[i];
      step(i, weight[i], gradient[i], m0, m1, m2);
      gradient[i] = before;
    }
  };
  return make({run, &f}, p, g, reach);
}

void Optimizer::unsure() { largest_.fill(std::numeric_limits<double>::infinity()); }

bool Optimizer::update(Real* parameters, Real* gradient, double learning_rate, double norm) {
  ++updates;
  const bool fits = apply(parameters, gradient, learning_rate, norm);
  if (!fits) --updates;
  return fits;
}

// Each method with how large its parameters and moments can have become, given how large they were at most (P, M).
bool Optimizer::apply(Real* parameters, Real* gradient, double learning_rate, double norm) {
  const OptimizerConfig& c = config_;
  const std::string& name = c.name;
  const Real rate = Real(learning_rate), mu = Real(c.momentum), rho = Real(c.decay), eps = Real(c.epsilon);
  const Real decay = name == "adamw" ? Real(0) : Real(c.weight_decay);
  const auto [P, M0, M1, M2] = largest_;
  const double G = norm + double(decay) * P;

  if (name == "sgd")
    return each(parameters, gradient, {P + learning_rate * G},
                [=](Index, Real& p, Real g, Real*, Real*, Real*) { p -= rate * (g + decay * p); });
  if (name == "momentum" || name == "nesterov") {
    const bool ahead = name == "nesterov";
    const double m = c.momentum * M0 + G;
    return each(parameters, gradient, {P + 2 * learning_rate * m, m},
                [=](Index i, Real& p, Real g, Real* m0, Real*, Real*) {
                  g += decay * p;
                  m0[i] = mu * m0[i] + g;
                  p -= rate * (ahead ? g + mu * m0[i] : m0[i]);
                });
  }
  if (name == "rmsprop") {
    const bool centered = c.centered;
    const double most = c.momentum * M2 + G / c.epsilon;
    return each(parameters, gradient, {P + learning_rate * most, 0, 0, most},
                [=](Index i, Real& p, Real g, Real* m0, Real* m1, Real* m2) {
                  g += decay * p;
                  m0[i] = rho * m0[i] + (1 - rho) * (g * g);
                  Real square = m0[i];
                  if (centered) {
                    m1[i] = rho * m1[i] + (1 - rho) * g;
                    square -= m1[i] * m1[i];
                  }
                  Real step = g / (std::sqrt(std::max(square, Real(0))) + eps);
                  if (mu > 0) step = m2[i] = mu * m2[i] + step;
                  p -= rate * step;
                });
  }
  if (name == "adagrad")
    return each(parameters, gradient, {P + learning_rate * G / c.epsilon},
                [=](Index i, Real& p, Real g, Real* m0, Real*, Real*) {
                  g += decay * p;
                  m0[i] += g * g;
                  p -= rate * (g / (std::sqrt(m0[i]) + eps));
                });
  if (name == "adadelta") {
    const double most = G * std::sqrt(M1 / c.epsilon + 1);
    return each(parameters, gradient, {P + learning_rate * most, 0, M1 + most * most},
                [=](Index i, Real& p, Real g, Real* m0, Real* m1, Real*) {
                  g += decay * p;
                  m0[i] = rho * m0[i] + (1 - rho) * (g * g);
                  const Real step = g * (std::sqrt(m1[i] + eps) / std::sqrt(m0[i] + eps));
                  m1[i] = rho * m1[i] + (1 - rho) * (step * step);
                  p -= rate * step;
                });
  }
  const Real b1 = Real(c.beta1), b2 = Real(c.beta2);
  const Real size = Real(learning_rate / (1 - numeric::power(c.beta1, updates)));
  const Real correction = Real(1 / std::sqrt(1 - numeric::power(c.beta2, updates)));
  const Real shrink = name == "adamw" ? Real(1 - learning_rate * c.weight_decay) : Real(1);
  const double m = std::max(M0, G);
  return each(parameters, gradient, {std::fabs(double(shrink)) * P + double(size) * m / c.epsilon, m},
              [=](Index i, Real& p, Real g, Real* m0, Real* m1, Real*) {
                p *= shrink;
                g += decay * p;
                m0[i] = b1 * m0[i] + (1 - b1) * g;
                m1[i] = b2 * m1[i] + (1 - b2) * (g * g);
                p -= size * (m0[i] / (std::sqrt(m1[i]) * correction + eps));
              });
}

namespace {

double square_sum(const Real* x, Index size) {
  constexpr Index block = 4096;
  const Index blocks = (size + block - 1) / block;
  thread_local std::vector<double> sums;
  sums.resize(std::size_t(blocks));
  double* out = sums.data();
  parallel_for(blocks, 1, 2.0 * double(size), [&, out](Index begin, Index end) {
    for (Index b = begin; b < end; ++b) {
      double part[8] = {};
      const Index from = b * block, to = std::min(size, from + block);
      Index i = from;
      for (; i + 8 <= to; i += 8)
        for (Index j = 0; j < 8; ++j) part[j] += double(x[i + j]) * double(x[i + j]);
      for (; i < to; ++i) part[0] += double(x[i]) * double(x[i]);
      out[b] = ((part[0] + part[4]) + (part[1] + part[5])) + ((part[2] + part[6]) + (part[3] + part[7]));
    }
  });
  double sum = 0;
  for (const double s : sums) sum += s;
  return sum;
}

}  // namespace

Norm clip(const ClipConfig& config, Real* gradient, Index size) {
  const auto each = [&](auto f) {
    parallel_for(size, 1024, 2.0 * double(size), [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) f(gradient[i]);
    });
  };
  Norm norm{std::sqrt(square_sum(gradient, size)), false};
  if (!std::isfinite(norm.value)) return norm;
  double value = norm.value;
  if (config.value > 0) {
    const Real v = Real(config.value);
    each([v](Real& g) { g = g < -v ? -v : g > v ? v : g; });
    const double after = std::sqrt(square_sum(gradient, size));
    norm.clipped = after != value;
    value = after;
  }
  const double share = config.norm > 0 ? config.norm / (value + 1e-6) : 1;
  if (share < 1) {
    const Real factor = Real(share);
    each([factor](Real& g) { g *= factor; });
    norm.clipped = true;
  }
  return norm;
}

double Schedule::rate(double base, std::int64_t step) const {
  const ScheduleConfig& c = config_;
  double rate = base;
  if (c.name == "step") rate = base * numeric::power(c.factor, step / c.every);
  if (c.name == "exponential") rate = base * numeric::exp(numeric::log(c.factor) * (double(step) / double(c.every)));
  if (c.name == "cosine") {
    const double share = std::min(1.0, double(step) / double(c.steps));
    rate = c.minimum + (base - c.minimum) * (1 + numeric::cos(numeric::pi * share)) / 2;
  }
  if (c.name == "plateau") rate = base * numeric::power(c.factor, plateau.reductions);
  if (rate < c.minimum) rate = std::min(base, c.minimum);
  if (step < c.warmup) rate *= double(step + 1) / double(c.warmup);
  return rate;
}

void Schedule::observe(double loss) {
  if (loss < plateau.best * (1 - 1e-4)) {
    plateau.best = loss;
    plateau.bad = 0;
  } else if (++plateau.bad > config_.patience) {
    plateau.bad = 0;
    ++plateau.reductions;
  }
}

}  // namespace unfold
