#include "optim.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "numeric.h"
#include "parallel.h"

namespace unfold {

Optimizer::Optimizer(const OptimizerConfig& config, Index size) : config_(config), size_(size) {
  const std::string& n = config.name;
  const bool momentum = config.momentum > 0;
  int vectors = 0;
  if (n == "momentum" || n == "nesterov" || n == "adagrad") vectors = 1;
  if (n == "adam" || n == "adamw" || n == "adadelta") vectors = 2;
  if (n == "rmsprop") vectors = config.centered || momentum ? 3 : 1;
  for (int i = 0; i < vectors; ++i) moments_.emplace_back(size);
}

namespace {

constexpr Index most = 128;
/// Of some parameters: they themselves, their gradient, and up to three moments.
using Block = Real[5][most];

/// Twice over the same numbers: the first pass only looks, so that an update that overflows leaves no trace. One for
/// all methods, which come as a function of a block.
bool in_blocks(Real* const (&from)[5], Index size, void (*method)(const void*, Block&, Index), const void* numbers) {
  std::atomic<bool> all_fit{true};
  const auto pass = [&](bool keep) {
    parallel_for(size, 1024, 12.0 * double(size), [&, keep](Index begin, Index end) {
      Block now = {};
      bool fit = true;
      for (Index at = begin; at < end; at += most) {
        const Index n = std::min(most, end - at);
        for (int k = 0; k < 5; ++k)
          if (from[k]) std::copy_n(from[k] + at, n, now[k]);
        method(numbers, now, n);
        for (int k = 0; k < 5 && !keep; ++k)
          for (Index i = 0; i < n; ++i)  // also false for NaN
            fit &= std::fabs(now[k][i]) <= (k == 0 ? Optimizer::largest_weight : std::numeric_limits<Real>::max());
        if (!keep) continue;
        std::copy_n(from[0] + at, n, now[1]);
        for (int k = 0; k < 5; ++k)
          if (from[k]) std::copy_n(now[k], n, from[k] + at);
      }
      if (!fit) all_fit.store(false, std::memory_order_relaxed);
    });
  };
  pass(false);
  if (all_fit) pass(true);
  return all_fit;
}

}  // namespace

template <class F>
bool Optimizer::each(Real* p, Real* g, const F& f) {
  const auto method = [](const void* numbers, Block& now, Index n) {
    const F& step = *static_cast<const F*>(numbers);
    for (Index i = 0; i < n; ++i) step(now[0][i], now[1][i], now[2][i], now[3][i], now[4][i]);
  };
  return in_blocks({p, g, moment(0), moment(1), moment(2)}, size_, method, &f);
}

bool Optimizer::update(Real* parameters, Real* gradient, double learning_rate) {
  ++updates;
  const bool fits = apply(parameters, gradient, learning_rate);
  if (!fits) --updates;
  return fits;
}

bool Optimizer::apply(Real* parameters, Real* gradient, double learning_rate) {
  const OptimizerConfig& c = config_;
  const std::string& name = c.name;
  const Real rate = Real(learning_rate), mu = Real(c.momentum), rho = Real(c.decay), eps = Real(c.epsilon);
  const Real decay = name == "adamw" ? Real(0) : Real(c.weight_decay);

  if (name == "sgd")
    return each(parameters, gradient, [=](Real& p, Real g, Real&, Real&, Real&) { p -= rate * (g + decay * p); });
  if (name == "momentum" || name == "nesterov") {
    const bool ahead = name == "nesterov";
    return each(parameters, gradient, [=](Real& p, Real g, Real& m, Real&, Real&) {
      g += decay * p;
      m = mu * m + g;
      p -= rate * (ahead ? g + mu * m : m);
    });
  }
  if (name == "rmsprop")
    return each(parameters, gradient, [=, centered = c.centered](Real& p, Real g, Real& s, Real& m, Real& v) {
      g += decay * p;
      s = rho * s + (1 - rho) * (g * g);
      Real square = s;
      if (centered) {
        m = rho * m + (1 - rho) * g;
        square -= m * m;
      }
      Real step = g / (std::sqrt(std::max(square, Real(0))) + eps);
      if (mu > 0) step = v = mu * v + step;
      p -= rate * step;
    });
  if (name == "adagrad")
    return each(parameters, gradient, [=](Real& p, Real g, Real& s, Real&, Real&) {
      g += decay * p;
      s += g * g;
      p -= rate * (g / (std::sqrt(s) + eps));
    });
  if (name == "adadelta")
    return each(parameters, gradient, [=](Real& p, Real g, Real& s, Real& u, Real&) {
      g += decay * p;
      s = rho * s + (1 - rho) * (g * g);
      const Real step = g * (std::sqrt(u + eps) / std::sqrt(s + eps));
      u = rho * u + (1 - rho) * (step * step);
      p -= rate * step;
    });
  const Real b1 = Real(c.beta1), b2 = Real(c.beta2);
  const Real size = Real(learning_rate / (1 - numeric::power(c.beta1, updates)));
  const Real correction = Real(1 / std::sqrt(1 - numeric::power(c.beta2, updates)));
  const Real shrink = name == "adamw" ? Real(1 - learning_rate * c.weight_decay) : Real(1);
  return each(parameters, gradient, [=](Real& p, Real g, Real& m, Real& s, Real&) {
    p *= shrink;
    g += decay * p;
    m = b1 * m + (1 - b1) * g;
    s = b2 * s + (1 - b2) * (g * g);
    p -= size * (m / (std::sqrt(s) * correction + eps));
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
