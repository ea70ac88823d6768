// Losses of numbers: values by formulas of their own, gradients by differences, and the constants that do best.
#include <algorithm>
#include <limits>

#include "support.h"
#include "unfold/model/loss.h"

namespace unfold::test {
namespace {

constexpr double pi = 3.14159265358979323846;

NumberLoss loss_named(Loss kind) {
  NumberLoss loss{.kind = kind, .delta = 0.7};
  if (kind == Loss::quantile) loss.quantiles = {0.1, 0.5, 0.8};
  return loss;
}

const std::vector<Loss> all_losses{Loss::squared, Loss::absolute, Loss::huber, Loss::quantile, Loss::gaussian};

/// PyTorch's formulas, written anew: of one target t and the outputs y.
double expected(const NumberLoss& loss, const std::vector<double>& y, double t) {
  switch (loss.kind) {
    case Loss::squared: return std::pow(y[0] - t, 2);
    case Loss::absolute: return std::abs(t - y[0]);
    case Loss::huber: {
      const double far = std::abs(t - y[0]);
      return far < loss.delta ? 0.5 * far * far : loss.delta * (far - 0.5 * loss.delta);
    }
    case Loss::quantile: {
      double sum = 0;
      for (std::size_t i = 0; i < y.size(); ++i) {
        const double q = loss.quantiles[i];
        sum += std::max(q * (t - y[i]), (q - 1) * (t - y[i]));
      }
      return sum / double(y.size());
    }
    case Loss::gaussian: {
      const double variance = std::max(std::exp(y[1]), 1e-6);
      return 0.5 * (std::log(variance) + std::pow(y[0] - t, 2) / variance) + 0.5 * std::log(2 * pi);
    }
  }
  return 0;
}

TEST(NumberLoss, HasTheValuesOfItsFormula) {
  Rng rng(3, Stream::test);
  for (const Loss kind : all_losses)
    for (int i = 0; i < 100; ++i) {
      const NumberLoss loss = loss_named(kind);
      std::vector<double> y;
      for (Index r = 0; r < loss.outputs(); ++r) y.push_back(4 * rng.uniform() - 2);
      const double t = 4 * rng.uniform() - 2;
      EXPECT_NEAR(constant_loss(loss, y.data(), t), expected(loss, y, t), 1e-12) << int(kind);
    }
}

TEST(NumberLoss, KnownValues) {
  const double y[]{1.5, 0};
  EXPECT_DOUBLE_EQ(constant_loss(loss_named(Loss::absolute), y, 4), 2.5);
  EXPECT_DOUBLE_EQ(constant_loss(loss_named(Loss::huber), y, 1), 0.125);
  EXPECT_DOUBLE_EQ(constant_loss(loss_named(Loss::huber), y, 4), 0.7 * (2.5 - 0.35));
  EXPECT_NEAR(constant_loss(loss_named(Loss::gaussian), y, 1.5), 0.9189385332046727, 1e-15);  // ln √2π
  const NumberLoss upper{.kind = Loss::quantile, .quantiles = {0.9}};
  EXPECT_DOUBLE_EQ(constant_loss(upper, y, 2.5), 0.9);
  EXPECT_NEAR(constant_loss(upper, y, 0.5), 0.1, 1e-15);
}

TEST(NumberLoss, GradientsAgreeWithDifferences) {
  constexpr Index O = 3, K = 4;
  const std::vector<std::uint8_t> counts{1, 1, 0, 1};
  for (const Loss kind : all_losses) {
    const NumberLoss loss = loss_named(kind);
    const Index R = loss.outputs();
    std::vector<Real> y(std::size_t(R * O * K)), targets(O * K);
    randomize(y, 1.5, 2);
    randomize(targets, 1.5, 3);
    targets[4] = std::numeric_limits<Real>::quiet_NaN();  // of column 1, with two others
    const auto total = [&](std::vector<Real> at) {
      std::vector<double> losses(K);
      number_losses(loss, at.data(), O, K, targets.data(), counts.data(), 0, losses.data());
      double sum = 0;
      for (const double l : losses) sum += l;
      return sum;
    };
    std::vector<Real> gradient = y;
    std::vector<double> losses(K);
    number_losses(loss, gradient.data(), O, K, targets.data(), counts.data(), Real(0.5), losses.data());
    EXPECT_EQ(losses[2], 0);
    for (std::size_t i = 0; i < y.size(); ++i) {
      const Real step = is_double ? Real(1e-6) : Real(1e-3);
      std::vector<Real> above = y, below = y;
      above[i] += step;
      below[i] -= step;
      const double difference = (total(above) - total(below)) / (2 * double(step));
      EXPECT_NEAR(2 * double(gradient[i]), difference, is_double ? 1e-8 : 3e-4) << int(kind) << " " << i;
    }
    for (Index r = 0; r < R; ++r) EXPECT_EQ(gradient[std::size_t((O + 1) * R + r)], 0) << "a target that is missing";
    for (Index i = 0; i < R * O; ++i)
      EXPECT_EQ(gradient[std::size_t(2 * R * O + i)], 0) << "a step that does not count";
  }
}

TEST(NumberLoss, SquaresHaveTheBitsOfTheirFormula) {
  std::vector<Real> y(12), targets(12);
  randomize(y, 2, 4);
  randomize(targets, 2, 5);
  const std::vector<std::uint8_t> counts(4, 1);
  std::vector<Real> gradient = y;
  std::vector<double> losses(4);
  number_losses({}, gradient.data(), 3, 4, targets.data(), counts.data(), Real(0.3), losses.data());
  for (std::size_t k = 0; k < 4; ++k) {
    double sum = 0;
    for (std::size_t i = 3 * k; i < 3 * k + 3; ++i) {
      const Real difference = y[i] - targets[i];
      sum += double(difference) * double(difference);
      EXPECT_EQ(gradient[i], 2 * difference * (Real(0.3) / Real(3)));
    }
    EXPECT_EQ(losses[k], sum / 3);
  }
}

TEST(NumberLoss, VarianceHasAFloorWithAWayBack) {
  const NumberLoss loss = loss_named(Loss::gaussian);
  double near[]{0, -40}, far[]{1, -40};  // of a mean that is right, and of one that is not
  EXPECT_NEAR(number_loss(loss, near), 0.5 * (std::log(1e-6) + std::log(2 * pi)), 1e-9);
  EXPECT_EQ(near[1], 0) << "not further below";
  EXPECT_TRUE(std::isfinite(number_loss(loss, far)));
  EXPECT_LT(far[1], 0) << "a larger variance costs less";
}

TEST(NumberLoss, NoConstantDoesBetterThanTheBest) {
  Rng rng(9, Stream::test);
  std::vector<Real> values;
  for (int i = 0; i < 41; ++i) values.push_back(Real(std::exp(2 * rng.uniform()) - 3));
  for (const Loss kind : all_losses) {
    const NumberLoss loss = loss_named(kind);
    std::vector<double> best(std::size_t(loss.outputs()));
    best_constant(loss, values, best.data());
    const auto cost = [&](const std::vector<double>& y) {
      double sum = 0;
      for (const Real v : values) sum += constant_loss(loss, y.data(), double(v));
      return sum;
    };
    const double least = cost(best);
    for (std::size_t r = 0; r < best.size(); ++r)
      for (const double change : {-1.0, -0.1, -0.01, 0.01, 0.1, 1.0}) {
        std::vector<double> other = best;
        other[r] += change;
        EXPECT_GE(cost(other), least - 1e-9) << int(kind) << " " << r << " " << change;
      }
  }
}

TEST(NumberLoss, FollowsTheUnitOfTheFile) {
  constexpr double unit = 250;
  const std::vector<double> y{0.4, -0.3, 0.9}, values{-1.5, 0.2, 0.45, 2.5};
  for (const Loss kind : all_losses) {
    const NumberLoss loss = loss_named(kind);
    NumberLoss large = loss;
    large.delta *= unit;
    std::vector<double> wide;
    for (const double x : y) wide.push_back(x * unit);
    if (kind == Loss::gaussian) wide[1] = y[1] + 2 * std::log(unit);
    double scaled = 0, own = 0;
    for (const double v : values) {
      scaled += constant_loss(loss, y.data(), v);
      own += constant_loss(large, wide.data(), v * unit);
    }
    EXPECT_NEAR(loss_in_unit(loss, scaled, 4, unit), own, 1e-9 * std::fabs(own)) << int(kind);
  }
}

}  // namespace
}  // namespace unfold::test
