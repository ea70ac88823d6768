#include "unfold/base/numeric.h"

#include <bit>
#include <cmath>
#include <limits>

namespace unfold::numeric {

double exp(double x) {
  if (!(x == x)) return x;
  if (x > 709.782712893384) return std::numeric_limits<double>::infinity();
  if (x < -745.2) return 0;
  // x = n·ln2 + r, |r| ≤ ln2/2; ln2 in two parts so that n·ln2 loses nothing.
  const double n = std::floor(x * 1.4426950408889634 + 0.5);
  const double r = (x - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
  double sum = 1;  // Taylor series by Horner: 18 terms reach 1e-20 at |r| = 0.35
  for (int k = 18; k >= 1; --k) sum = 1 + sum * r / k;
  // 2^n in two factors, so that results near the denormal range are rounded once.
  const auto two_to = [](int e) { return std::bit_cast<double>(std::uint64_t(e + 1023) << 52); };
  const int e = int(n), half = e / 2;
  return sum * two_to(half) * two_to(e - half);
}

double log(double x) {
  if (!(x == x) || x < 0) return std::numeric_limits<double>::quiet_NaN();
  if (x == 0) return -std::numeric_limits<double>::infinity();
  if (std::isinf(x)) return x;
  int e = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984.0;  // 2^54 lifts a denormal
    e = -54;
  }
  std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  e += int(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0x000fffffffffffffull) | 0x3ff0000000000000ull);
  if (m > 1.4142135623730951) {
    m /= 2;
    ++e;
  }
  // ln m = 2·artanh(f), f = (m−1)/(m+1), |f| ≤ 0.1716
  const double f = (m - 1) / (m + 1), f2 = f * f;
  double sum = 0;
  for (int k = 23; k >= 1; k -= 2) sum = sum * f2 + 1.0 / k;
  return 2 * f * sum + e * ln2;
}

double cos(double x) {
  x = std::fabs(x);
  x -= std::floor(x / (2 * pi)) * (2 * pi);
  if (x > pi) x = 2 * pi - x;
  const double sign = x > pi / 2 ? -1 : 1;
  if (x > pi / 2) x = pi - x;
  double sum = 1;
  for (int k = 20; k >= 2; k -= 2) sum = 1 - sum * x * x / (double(k) * (k - 1));
  return sign * sum;
}

double sin(double x) { return cos(x - pi / 2); }

double power(double base, std::int64_t n) {
  double result = 1;
  for (; n > 0; n >>= 1, base *= base)
    if (n & 1) result *= base;
  return result;
}

}  // namespace unfold::numeric
