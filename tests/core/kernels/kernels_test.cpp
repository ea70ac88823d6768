// Products against naive loops, for shapes around every tile edge. Strict variants must give the bits of the
// plain loop "init, then k = 0, 1, 2, …", so that a network does not depend on the processor.
#include "unfold/kernels/kernels.h"

#include "support.h"

namespace unfold::test {
namespace {

const std::vector<Index> sizes{1, 2, 3, 7, 8, 9, 16, 17, 31, 33, 65};
constexpr Real untouched = Real(-77.25);

struct Variant {
  const char* name;
  bool fast;
};

void PrintTo(const Variant& v, std::ostream* out) { *out << v.name << (v.fast ? " fast" : ""); }

/// A matrix in column-major order whose leading dimension is larger than its rows; the rest must stay as it is.
struct Matrix2 {
  Matrix2(Index rows_, Index cols_, std::uint64_t seed) : rows(rows_), cols(cols_), ld(rows_ + 3) {
    data.assign(std::size_t(ld * cols), untouched);
    std::vector<Real> values(std::size_t(rows * cols));
    randomize(values, 1, seed);
    for (Index c = 0; c < cols; ++c)
      for (Index r = 0; r < rows; ++r) (*this)(r, c) = values[std::size_t(c * rows + r)];
  }
  Real& operator()(Index r, Index c) { return data[std::size_t(c * ld + r)]; }
  Real operator()(Index r, Index c) const { return data[std::size_t(c * ld + r)]; }
  bool padding_untouched() const {
    for (Index c = 0; c < cols; ++c)
      for (Index r = rows; r < ld; ++r)
        if ((*this)(r, c) != untouched) return false;
    return true;
  }
  Index rows, cols, ld;
  std::vector<Real> data;
};

/// init + Σ a(k)·b(k), in order, in the build's own arithmetic and in long double.
struct Sum {
  Real strict;
  long double exact, magnitude;
};

template <class A, class B>
Sum sum_of(Real init, Index K, const A& a, const B& b) {
  Sum s{init, init, std::fabs(init)};
  for (Index k = 0; k < K; ++k) {
    const Real product = a(k) * b(k);
    s.strict = s.strict + product;
    s.exact += (long double)a(k) * (long double)b(k);
    s.magnitude += std::fabs((long double)a(k) * (long double)b(k));
  }
  return s;
}

class Kernels : public testing::TestWithParam<Variant> {
 protected:
  void SetUp() override {
    if (!kernels::select(GetParam().name, GetParam().fast)) GTEST_SKIP() << "not on this machine";
  }

  /// Bit equality for strict variants; for all of them, an error that K roundings explain.
  void check(Real got, const Sum& sum, Index K) {
    const double bound = double(sum.magnitude) * double(K + 1) * std::numeric_limits<Real>::epsilon();
    worst_ = std::max(worst_, double(std::fabs((long double)got - sum.exact)) - bound);
    if (!GetParam().fast && std::memcmp(&got, &sum.strict, sizeof got) != 0) ++different_;
  }
  void conclude(const std::string& where) {
    EXPECT_LE(worst_, 0) << where;
    EXPECT_EQ(different_, 0) << where << ": elements that are not the plain loop's";
    worst_ = 0, different_ = 0;
  }

  /// C = init + A·B in three ways to give init.
  void multiply(Index M, Index K, Index N) {
    const Matrix2 a(M, K, 1), b(K, N, 2), init(M, N, 3);
    std::vector<Real> packed(std::size_t(kernels::packed_size(M, K)), untouched);
    kernels::pack(a.data.data(), 1, a.ld, M, K, packed.data());
    for (const int mode : {0, 1, 2}) {  // nothing, one column for all, C itself
      Matrix2 c = init;
      const Real* from = mode == 0 ? nullptr : mode == 1 ? init.data.data() : c.data.data();
      kernels::gemm(packed.data(), M, K, b.data.data(), b.ld, N, from, mode == 1 ? 0 : init.ld, c.data.data(), c.ld);
      for (Index n = 0; n < N; ++n)
        for (Index m = 0; m < M; ++m) {
          const Real start = mode == 0 ? Real(0) : init(m, mode == 1 ? 0 : n);
          check(c(m, n), sum_of(start, K, [&](Index k) { return a(m, k); }, [&](Index k) { return b(k, n); }), K);
        }
      EXPECT_TRUE(c.padding_untouched()) << M << "×" << K << "×" << N;
    }
  }

  void outer(Index M, Index N, Index K) {
    const Matrix2 a(M, K, 4), b(N, K, 5), init(M, N, 6);
    std::vector<Real> scratch(kernels::outer_scratch);
    Matrix2 c = init;
    kernels::outer(a.data.data(), a.ld, M, b.data.data(), b.ld, N, K, c.data.data(), c.ld, scratch.data());
    for (Index n = 0; n < N; ++n)
      for (Index m = 0; m < M; ++m)
        check(c(m, n), sum_of(init(m, n), K, [&](Index k) { return a(m, k); }, [&](Index k) { return b(n, k); }), K);
    EXPECT_TRUE(c.padding_untouched()) << M << "×" << N << "×" << K;
  }

  KeepSettings keep_;
  double worst_ = 0;
  int different_ = 0;
};

TEST_P(Kernels, Gemm) {
  for (const Index M : sizes)
    for (const Index K : sizes)
      for (const Index N : sizes) multiply(M, K, N);
  conclude("all odd shapes");
  multiply(130, 40, 1);  // several panels at once
  multiply(5, 0, 3);
  multiply(33, 300, 100);
  conclude("large shapes");
}

TEST_P(Kernels, Outer) {
  for (const Index M : sizes)
    for (const Index N : sizes)
      for (const Index K : sizes) outer(M, N, K);
  conclude("all odd shapes");
  outer(19, 7, 600);    // beyond a block of k
  outer(35, 300, 270);  // beyond a block of columns
  outer(4, 4, 0);
  conclude("beyond blocks");
}

TEST_P(Kernels, PackIsPanelsOfRows) {
  const Index panel = kernels::active().panel;
  for (const Index M : sizes)
    for (const Index K : {1, 5, 17}) {
      const Matrix2 a(M, K, 7);
      ASSERT_EQ(kernels::packed_size(M, K), (M + panel - 1) / panel * panel * K);
      std::vector<Real> packed(std::size_t(kernels::packed_size(M, K)), untouched), transposed = packed;
      kernels::pack(a.data.data(), 1, a.ld, M, K, packed.data());
      for (Index i = 0; i < Index(packed.size()); ++i) {
        const Index row = i / (panel * K) * panel + i % panel, k = i / panel % K;
        EXPECT_EQ(packed[std::size_t(i)], row < M ? a(row, k) : Real(0)) << M << "×" << K << " at " << i;
      }
      std::vector<Real> rows(std::size_t(M * K));  // the same matrix, row-major
      for (Index r = 0; r < M; ++r)
        for (Index k = 0; k < K; ++k) rows[std::size_t(r * K + k)] = a(r, k);
      kernels::pack(rows.data(), K, 1, M, K, transposed.data());
      EXPECT_TRUE(same_bits(packed, transposed));
    }
}

TEST_P(Kernels, Softmax) {
  for (const Index n : sizes)
    for (const double limit : {0.1, 20.0}) {
      std::vector<Real> x(std::size_t(n + 1), untouched);
      randomize(std::span(x).first(std::size_t(n)), limit, std::uint64_t(n));
      const std::vector<Real> logits = x;
      const Index target = n / 2;
      const double loss = kernels::softmax(x.data(), n, target);
      long double sum = 0;
      for (Index i = 0; i < n; ++i) sum += std::exp((long double)logits[std::size_t(i)]);
      for (Index i = 0; i < n; ++i) {
        const auto p = double(std::exp((long double)logits[std::size_t(i)]) / sum);
        EXPECT_NEAR(x[std::size_t(i)], p, p * (is_double ? 1e-14 : 5e-6) + 1e-36);
      }
      EXPECT_NEAR(loss, double(std::log(sum) - (long double)logits[std::size_t(target)]), is_double ? 1e-13 : 4e-6);
      EXPECT_EQ(x.back(), untouched);
      std::vector<Real> again = logits;
      EXPECT_EQ(kernels::softmax(again.data(), n, -1), 0);
      EXPECT_TRUE(same_bits(again, x));
    }
}

TEST_P(Kernels, LossIsFiniteForHugeLogits) {
  const Real largest = std::numeric_limits<Real>::max();
  for (const Real huge : {Real(1e4), Real(3.4e38), largest}) {
    for (const Index target : {0, 1, 2}) {
      Real x[3] = {huge, 0, -huge};
      const double loss = kernels::softmax(x, 3, target);
      EXPECT_TRUE(std::isfinite(loss) || sizeof(Real) == 8) << huge << ", target " << target;
      EXPECT_NEAR(double(x[0]) + double(x[1]) + double(x[2]), 1, 1e-6);
    }
    Real same[2] = {huge, huge};
    EXPECT_NEAR(kernels::softmax(same, 2, 0), std::log(2.0), 1e-6);
  }
}

TEST_P(Kernels, SoftmaxPassesNan) {
  for (const Index at : {0, 3, 8}) {
    Real x[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    x[at] = std::numeric_limits<Real>::quiet_NaN();
    EXPECT_TRUE(std::isnan(kernels::softmax(x, 9, 2))) << at;
    EXPECT_TRUE(std::isnan(x[2])) << at;
  }
}

TEST_P(Kernels, FunctionsHaveTheBitsOfTheBaseWhateverTheLane) {
  if (GetParam().fast) GTEST_SKIP() << "fast variants may differ";
  std::vector<Real> x(203);
  randomize(x, 6);
  std::vector<Real> sigmoid = x, tanh = x, softmax = x;
  kernels::select("base", false);
  kernels::sigmoid(sigmoid.data(), 203);
  kernels::tanh(tanh.data(), 203);
  const double loss = kernels::softmax(softmax.data(), 203, 7);
  kernels::select(GetParam().name, false);
  for (Index i = 0; i < 203; ++i) {  // one by one, so in the first lane
    Real s = x[std::size_t(i)], t = s;
    kernels::sigmoid(&s, 1);
    kernels::tanh(&t, 1);
    EXPECT_TRUE(same_bits(std::array{s, t}, std::array{sigmoid[std::size_t(i)], tanh[std::size_t(i)]})) << i;
  }
  EXPECT_EQ(kernels::softmax(x.data(), 203, 7), loss);
  EXPECT_TRUE(same_bits(x, softmax));
}

INSTANTIATE_TEST_SUITE_P(Variants, Kernels,
                         testing::Values(Variant{"base", false}, Variant{"avx2", false}, Variant{"avx2", true},
                                         Variant{"avx512", false}, Variant{"avx512", true}),
                         [](const auto& info) {
                           return std::string(info.param.name) + (info.param.fast ? "_fast" : "_strict");
                         });

TEST(KernelChoice, FastWithoutAFusedVariantIsTheBestStrictOne) {
  const kernels::Table base{.name = "base"}, wide{.name = "wide"}, fused{.name = "fused", .fast = true};
  const auto yes = [] { return true; };
  const auto no = [] { return false; };
  const kernels::Variant without[]{{&base, yes}, {&fused, no}, {&wide, yes}};
  EXPECT_EQ(kernels::best_of(without, true), &wide);
  EXPECT_EQ(kernels::best_of(without, false), &wide);
  const kernels::Variant with[]{{&base, yes}, {&fused, yes}, {&wide, yes}};
  EXPECT_EQ(kernels::best_of(with, true), &fused);
  EXPECT_EQ(kernels::best_of(with, false), &wide);
  const kernels::Variant old[]{{&base, yes}, {&fused, no}, {&wide, no}};
  EXPECT_EQ(kernels::best_of(old, true), &base);
}

TEST(KernelChoice, ByName) {
  const KeepSettings keep;
  EXPECT_TRUE(kernels::select("base", false));
  EXPECT_STREQ(kernels::active().name, "base");
  EXPECT_FALSE(kernels::active().fast);
  EXPECT_FALSE(kernels::select("none such", false));
  EXPECT_STREQ(kernels::active().name, "base") << "a refusal changes nothing";
  EXPECT_FALSE(kernels::set_fast(false));
  EXPECT_FALSE(kernels::active().fast);
}

}  // namespace
}  // namespace unfold::test
