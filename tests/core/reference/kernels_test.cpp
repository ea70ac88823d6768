// The packed products against Eigen's, at every size from 1 to 41 in each dimension: every residue of every tile, panel
// and group of columns, with the two other dimensions drawn.
#include "unfold/base/eigen.h"

#include <set>

#include "support.h"
#include "unfold/base/rng.h"
#include "unfold/kernels/kernels.h"

namespace unfold::test {
namespace {

using Matrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;

constexpr double tolerance = is_double ? 1e-12 : 1e-5;
constexpr Index largest = 41;
constexpr int draws = 3;  // of the two other dimensions, for each size of one

struct Shape {
  Index M, K, N;
};

/// For each dimension and each of its sizes, `draws` products.
std::vector<Shape> shapes() {
  Rng rng(1, Stream::test);
  const auto any = [&] { return 1 + Index(rng.uniform() * double(largest)); };
  std::vector<Shape> list;
  for (Index size = 1; size <= largest; ++size)
    for (int draw = 0; draw < draws; ++draw) {
      list.push_back({size, any(), any()});
      list.push_back({any(), size, any()});
      list.push_back({any(), any(), size});
    }
  return list;
}

Matrix random(Index rows, Index cols, std::uint64_t seed) {
  Matrix m(rows, cols);
  randomize({m.data(), std::size_t(m.size())}, 1, seed);
  return m;
}

/// Largest |a − b| over largest |b|, b in double.
double difference(const Matrix& a, const Eigen::MatrixXd& b) {
  return (a.cast<double>() - b).cwiseAbs().maxCoeff() / b.cwiseAbs().maxCoeff();
}

struct Variant {
  const char* name;
  bool fast;
};

void PrintTo(const Variant& v, std::ostream* out) { *out << v.name << (v.fast ? " fast" : ""); }

class AgainstEigen : public testing::TestWithParam<Variant> {
 protected:
  void SetUp() override {
    if (!kernels::select(GetParam().name, GetParam().fast)) GTEST_SKIP() << "not on this machine";
  }
  KeepSettings keep_;
};

TEST_P(AgainstEigen, PackedProducts) {
  for (const auto& [M, K, N] : shapes()) {
    const Matrix a = random(M, K, 1), b = random(K, N, 2), init = random(M, N, 3);
    const Eigen::MatrixXd product = a.cast<double>() * b.cast<double>();
    std::vector<Real> packed(std::size_t(kernels::packed_size(M, K)));
    kernels::pack(a.data(), 1, M, M, K, packed.data());
    Matrix c = Matrix::Constant(M, N, 7);
    kernels::gemm(packed.data(), M, K, b.data(), K, N, nullptr, 0, c.data(), M);
    EXPECT_LE(difference(c, product), tolerance) << M << "×" << K << "×" << N;
    kernels::gemm(packed.data(), M, K, b.data(), K, N, init.data(), M, c.data(), M);
    EXPECT_LE(difference(c, product + init.cast<double>()), tolerance) << M << "×" << K << "×" << N;
    kernels::gemm(packed.data(), M, K, b.data(), K, N, init.data(), 0, c.data(), M);
    EXPECT_LE(difference(c, product.colwise() + init.col(0).cast<double>()), tolerance) << M << "×" << K << "×" << N;
  }
}

/// Rows of C that belong to a larger matrix, and a factor packed from its transpose.
TEST_P(AgainstEigen, PackedProductsOfBlocks) {
  for (const auto& [M, K, N] : shapes()) {
    const Matrix whole = random(K + 2, M + 3, 4), b = random(K + 1, N, 5);
    const Matrix start = random(M + 5, N, 6);
    std::vector<Real> packed(std::size_t(kernels::packed_size(M, K)));
    kernels::pack(whole.data() + 1, whole.rows(), 1, M, K, packed.data());  // of rows 1 … K: M × K, transposed
    Matrix c = start;
    kernels::gemm(packed.data(), M, K, b.data(), b.rows(), N, c.data() + 2, c.rows(), c.data() + 2, c.rows());
    Eigen::MatrixXd expected = start.cast<double>();
    expected.middleRows(2, M) += whole.block(1, 0, K, M).cast<double>().transpose() * b.topRows(K).cast<double>();
    EXPECT_LE(difference(c, expected), tolerance) << M << "×" << K << "×" << N;
    EXPECT_EQ(c.topRows(2), start.topRows(2));
    EXPECT_EQ(c.bottomRows(3), start.bottomRows(3));
  }
}

TEST_P(AgainstEigen, SumsOfOuterProducts) {
  std::vector<Real> scratch(kernels::outer_scratch);
  for (const auto& [M, K, N] : shapes()) {
    const Matrix a = random(M + 1, K, 7), b = random(N, K, 8), start = random(M, N, 9);
    Matrix c = start;
    kernels::outer(a.data(), a.rows(), M, b.data(), N, N, K, c.data(), M, scratch.data());
    const Eigen::MatrixXd expected = start.cast<double>() + a.topRows(M).cast<double>() * b.cast<double>().transpose();
    EXPECT_LE(difference(c, expected), tolerance) << M << "×" << N << "×" << K;
  }
}

INSTANTIATE_TEST_SUITE_P(All, AgainstEigen,
                         testing::Values(Variant{"base", false}, Variant{"avx2", false}, Variant{"avx512", false},
                                         Variant{"avx2", true}, Variant{"avx512", true}),
                         [](const auto& info) {
                           return std::string(info.param.name) + (info.param.fast ? "_fast" : "_strict");
                         });

TEST(AgainstEigenOfAll, EverySizeOfEveryDimension) {
  std::array<std::set<Index>, 3> sizes;
  for (const auto& [M, K, N] : shapes()) {
    sizes[0].insert(M);
    sizes[1].insert(K);
    sizes[2].insert(N);
  }
  for (const auto& found : sizes) EXPECT_EQ(found.size(), std::size_t(largest));
  EXPECT_EQ(shapes().size(), 369u);
}

}  // namespace
}  // namespace unfold::test
