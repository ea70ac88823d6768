// Elementary functions in double, made of +, −, ×, ÷ and bit moves only: the same bits on every machine.
// The C library's differ between platforms, so nothing in the training path may call them. (sqrt, floor
// and the four operations are exact by IEEE 754 and need no twin here.) The vectorised float versions
// for gates are in kernels/.
#pragma once

#include <cstdint>

namespace unfold::numeric {

/// e^x, |error| < 2 ulp; 0 below −745, +inf above 709.78, NaN for NaN.
double exp(double x);

/// ln x for x > 0, |error| < 2 ulp; −inf at 0, NaN below.
double log(double x);

/// cos x and sin x for |x| ≤ 1e6, absolute error < 1e-12. (For the cosine schedule, and rotations.)
double cos(double x);
double sin(double x);

/// base^n by repeated squaring.
double power(double base, std::int64_t n);

inline constexpr double ln2 = 0.693147180559945309417232121458;
inline constexpr double pi = 3.14159265358979323846264338328;

}  // namespace unfold::numeric
