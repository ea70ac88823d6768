// Our own elementary functions against correctly rounded ones: errors in units in the last place.
#include "support.h"
#include "unfold/base/numeric.h"
#include "unfold/kernels/kernels.h"
#include "unfold/kernels/simd.h"

namespace unfold::test {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// |x − y| in units of the last place of y, as a T.
template <class T>
double ulps(T x, long double y) {
  if (std::isnan(x)) return infinity;
  int exponent = 0;
  std::frexp(y, &exponent);
  exponent = std::max(exponent, std::numeric_limits<T>::min_exponent);
  const long double ulp = std::ldexp(1.0L, exponent - std::numeric_limits<T>::digits);
  return double(std::fabs((long double)x - y) / ulp);
}

template <class T>
bool normal(long double y) {
  return std::fabs(y) >= std::numeric_limits<T>::min() && std::fabs(y) <= std::numeric_limits<T>::max();
}

/// The largest error of f over a golden table, where the result is a normal number.
template <class F>
double worst_in_table(const std::string& function, const F& f) {
  const Json table = golden("functions")[function];
  double worst = 0;
  for (std::size_t i = 0; i < table["x"].size(); ++i) {
    const double x = table["x"][i], y = table["y"][i];
    using T = decltype(f(x));
    if (normal<T>(y)) worst = std::max(worst, ulps<T>(f(x), y));
  }
  return worst;
}

/// The same over a fine sweep of [from, to], with the C library's long double function as reference.
template <class F, class G>
double worst_in_sweep(double from, double to, const F& f, const G& reference) {
  double worst = 0;
  constexpr int points = 40000;
  for (int i = 0; i <= points; ++i) {
    const auto x = double(float(from + (to - from) * i / points));
    using T = decltype(f(x));
    const long double y = reference((long double)x);
    if (normal<T>(y)) worst = std::max(worst, ulps<T>(f(x), y));
  }
  return worst;
}

long double exact_sigmoid(long double x) { return 1 / (1 + std::exp(-x)); }
long double exact_exp(long double x) { return std::exp(x); }
long double exact_log(long double x) { return std::log(x); }
long double exact_tanh(long double x) { return std::tanh(x); }

// Doubles, used for losses, schedules and initial values -----------------------------------------------------------

TEST(Numeric, ExpAndLogWithinTwoUlp) {
  EXPECT_LE(worst_in_table("exp", numeric::exp), 2);
  EXPECT_LE(worst_in_table("log", numeric::log), 2);
  EXPECT_LE(worst_in_sweep(-700, 700, numeric::exp, exact_exp), 2);
  EXPECT_LE(worst_in_sweep(-1, 1, numeric::exp, exact_exp), 2);
  EXPECT_LE(worst_in_sweep(1e-3, 4, numeric::log, exact_log), 2);
  EXPECT_LE(worst_in_sweep(1, 1e30, numeric::log, exact_log), 2);
}

TEST(Numeric, Limits) {
  EXPECT_EQ(numeric::exp(0), 1);
  EXPECT_EQ(numeric::exp(-infinity), 0);
  EXPECT_EQ(numeric::exp(-1e300), 0);
  EXPECT_EQ(numeric::exp(infinity), infinity);
  EXPECT_EQ(numeric::exp(710), infinity);
  EXPECT_TRUE(std::isnan(numeric::exp(nan)));
  EXPECT_GT(numeric::exp(-745), 0);
  EXPECT_EQ(numeric::log(1), 0);
  EXPECT_EQ(numeric::log(0), -infinity);
  EXPECT_EQ(numeric::log(infinity), infinity);
  EXPECT_TRUE(std::isnan(numeric::log(-1)));
  EXPECT_TRUE(std::isnan(numeric::log(nan)));
  EXPECT_NEAR(numeric::log(4.9406564584124654e-324), -744.4400719213812, 1e-12);
}

TEST(Numeric, CosAndPower) {
  for (int i = -20000; i <= 20000; ++i) EXPECT_NEAR(numeric::cos(i * 0.001), std::cos(i * 0.001), 1e-12) << i;
  for (const double x : {1e3, -12345.678, 1e5, 999999.0}) EXPECT_NEAR(numeric::cos(x), std::cos(x), 1e-9) << x;
  EXPECT_EQ(numeric::cos(0), 1);
  EXPECT_EQ(numeric::power(0.9, 0), 1);
  EXPECT_EQ(numeric::power(2, 100), std::ldexp(1.0, 100));
  EXPECT_NEAR(numeric::power(0.999, 100000) / std::pow(0.999, 100000), 1, 1e-10);
}

// The vectorised ones of every variant ------------------------------------------------------------------------------

class GateFunctions : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!kernels::select(GetParam(), false)) GTEST_SKIP() << "not on this machine";
  }
  static Real sigmoid(double x) {
    Real y = Real(x);
    kernels::sigmoid(&y, 1);
    return y;
  }
  static Real tanh(double x) {
    Real y = Real(x);
    kernels::tanh(&y, 1);
    return y;
  }
  KeepSettings keep_;
};

TEST_P(GateFunctions, WithinTwoUlp) {
  if (is_double) GTEST_SKIP() << "doubles serve gradient checks only";
  EXPECT_LE(worst_in_table("sigmoid", sigmoid), 2);
  EXPECT_LE(worst_in_table("tanh", tanh), 2);
  for (const auto& [from, to] : {std::pair(-87.0, 20.0), std::pair(-6.0, 6.0), std::pair(-0.1, 0.1)})
    EXPECT_LE(worst_in_sweep(from, to, sigmoid, exact_sigmoid), 2.5) << from << " … " << to;  // 2.2 near −87
  for (const auto& [from, to] : {std::pair(-10.0, 10.0), std::pair(-0.7, 0.7), std::pair(-1e-4, 1e-4)})
    EXPECT_LE(worst_in_sweep(from, to, tanh, exact_tanh), 2) << from << " … " << to;
}

TEST_P(GateFunctions, DoublesAreGoodEnoughForGradientChecks) {
  if (!is_double) GTEST_SKIP();
  for (const auto& [from, to] : {std::pair(-700.0, 20.0), std::pair(-1.0, 1.0)})
    EXPECT_LE(worst_in_sweep(from, to, sigmoid, exact_sigmoid), 8);
  for (double x = -12; x < 12; x += 0.001) {
    EXPECT_NEAR(tanh(x), std::tanh(x), 1e-13 * std::fabs(std::tanh(x))) << x;
    EXPECT_EQ(tanh(-x), -tanh(x));
  }
}

TEST_P(GateFunctions, SaturateAndPassNan) {
  EXPECT_EQ(sigmoid(infinity), 1);
  EXPECT_EQ(sigmoid(1e30), 1);
  EXPECT_EQ(sigmoid(0), Real(0.5));
  for (const double x : {-infinity, -1e30, -100.0}) {
    EXPECT_GE(sigmoid(x), 0) << x;
    EXPECT_LE(sigmoid(x), 1e-37) << x;
  }
  EXPECT_EQ(tanh(infinity), 1);
  EXPECT_EQ(tanh(-infinity), -1);
  EXPECT_EQ(tanh(50), 1);
  EXPECT_EQ(tanh(-50), -1);
  EXPECT_EQ(tanh(0), 0);
  EXPECT_EQ(tanh(-0.0), 0);
  EXPECT_TRUE(std::isnan(sigmoid(nan)));
  EXPECT_TRUE(std::isnan(tanh(nan)));
  EXPECT_EQ(tanh(1e-30), Real(1e-30));
}

TEST_P(GateFunctions, OutOfPlaceIsInPlace) {
  std::vector<Real> x(67), y(67);
  randomize(x, 5);
  kernels::tanh(x.data(), y.data(), 67);
  kernels::tanh(x.data(), 67);
  EXPECT_TRUE(same_bits(x, y));
}

INSTANTIATE_TEST_SUITE_P(Variants, GateFunctions, testing::Values("base", "avx2", "avx512"),
                         [](const auto& info) { return info.param; });

TEST(VectorExp, WithinTwoUlpAndClamped) {
  const auto exp = [](double x) -> Real { return kernels::exp(kernels::splat(Real(x)))[0]; };
  if (is_double) GTEST_SKIP() << "numeric::exp";
  EXPECT_LE(worst_in_sweep(-87.3, 88.3, exp, exact_exp), 2);
  EXPECT_LE(worst_in_sweep(-1, 1, exp, exact_exp), 2);
  EXPECT_EQ(exp(0), 1);
  EXPECT_EQ(exp(-infinity), exp(-87.3));
  EXPECT_EQ(exp(infinity), exp(88.3));
  EXPECT_TRUE(std::isnan(exp(nan)));
}

}  // namespace
}  // namespace unfold::test
