// First weights against decompositions of Eigen's: QR of the same Gaussian numbers, eigenvalues.
#include <Eigen/Eigenvalues>
#include <Eigen/QR>

#include "support.h"
#include "unfold/base/eigen.h"
#include "unfold/base/parallel.h"
#include "unfold/base/rng.h"
#include "unfold/model/initialization.h"

namespace unfold::test {
namespace {

using RowMajor = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct Shape {
  Index rows, cols;
};

void PrintTo(const Shape& s, std::ostream* out) { *out << s.rows << "×" << s.cols; }

constexpr Index gates = 3;
constexpr std::uint64_t seed = 11;

/// The gate blocks, one below the other, that a configuration starts with.
Eigen::MatrixXd first_values(const Shape& s, const InitializationConfig& config) {
  ParameterTable table;
  table.add({.name = "other", .rows = 2, .cols = 2, .fill = Fill::input, .block = 2});
  table.add({.name = "w", .rows = gates * s.rows, .cols = s.cols, .fill = Fill::recurrent, .block = s.rows});
  std::vector<Real> parameters(std::size_t(table.size()));
  initialize(table, config, seed, parameters.data());
  return Eigen::Map<const RowMajor>(parameters.data() + table[1].offset, table[1].rows, s.cols).cast<double>();
}

class OrthogonalStart : public testing::TestWithParam<Shape> {};

/// Gram–Schmidt finds the Q of QR up to signs, and its R has a positive diagonal.
TEST_P(OrthogonalStart, IsQOfTheSameGaussian) {
  const auto [rows, cols] = GetParam();
  const Index length = std::max(rows, cols), count = std::min(rows, cols);
  const Eigen::MatrixXd all = first_values(GetParam(), {.recurrent = Initializer::orthogonal});
  Rng rng(seed, Stream::initialization, 1);  // the second tensor's
  for (Index gate = 0; gate < gates; ++gate) {
    Eigen::MatrixXd gaussian(length, count);
    for (Index i = 0; i < length; ++i)
      for (Index k = 0; k < count; ++k) gaussian(i, k) = rng.normal();
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(gaussian);
    Eigen::MatrixXd q = qr.householderQ() * Eigen::MatrixXd::Identity(length, count);
    for (Index k = 0; k < count; ++k)
      if (qr.matrixQR()(k, k) < 0) q.col(k) *= -1;
    const Eigen::MatrixXd block = all.middleRows(gate * rows, rows), columns = rows >= cols ? block : block.transpose();
    // Rounding grows with the condition of the Gaussian, and a float holds seven digits of each weight.
    const double condition = Eigen::JacobiSVD<Eigen::MatrixXd>(gaussian).singularValues().minCoeff();
    EXPECT_LE((columns - q).cwiseAbs().maxCoeff(), (is_double ? 1e-13 : 1e-7) * (1 + double(length) / condition));
    EXPECT_LE((columns.transpose() * columns - Eigen::MatrixXd::Identity(count, count)).cwiseAbs().maxCoeff(),
              is_double ? 1e-13 * (1 + double(length) / condition) : 1e-6);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, OrthogonalStart,
                         testing::Values(Shape{1, 1}, Shape{1, 5}, Shape{7, 7}, Shape{8, 8}, Shape{9, 9}, Shape{16, 17},
                                         Shape{17, 16}, Shape{33, 33}, Shape{40, 7}, Shape{7, 40}, Shape{65, 65},
                                         Shape{129, 129}),
                         [](const auto& info) {
                           return std::to_string(info.param.rows) + "_" + std::to_string(info.param.cols);
                         });

TEST(SparseStart, HasItsSpectralRadius) {
  for (const double radius : {0.5, 0.95, 1.3}) {
    const Shape s{60, 60};
    const Eigen::MatrixXd all =
        first_values(s, {.recurrent = Initializer::sparse, .nonzeros = 9, .spectral_radius = radius});
    for (Index gate = 0; gate < gates; ++gate) {
      const Eigen::MatrixXd block = all.middleRows(gate * s.rows, s.rows);
      const Eigen::VectorXcd values = Eigen::EigenSolver<Eigen::MatrixXd>(block, false).eigenvalues();
      EXPECT_NEAR(values.cwiseAbs().maxCoeff(), radius, 0.02 * radius);
    }
  }
}

/// The threads take different panels of vectors: no bit may depend on how many there are.
TEST(OrthogonalStartThreads, NeverShow) {
  const KeepSettings keep;
  const auto with = [](int count) {
    set_threads(count);
    return first_values({200, 200}, {.recurrent = Initializer::orthogonal});
  };
  const Eigen::MatrixXd one = with(1), two = with(2), five = with(5);
  EXPECT_EQ(one, two);
  EXPECT_EQ(one, five);
}

}  // namespace
}  // namespace unfold::test
