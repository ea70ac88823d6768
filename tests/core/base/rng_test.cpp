// Philox against Random123's known answers; the distributions made of it.
#include "unfold/base/rng.h"

#include <set>

#include "support.h"
#include "unfold/base/parallel.h"

namespace unfold::test {
namespace {

using Words = std::array<std::uint32_t, 4>;

// kat_vectors of Random123, philox4x32-10.
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox({0, 0}, {0, 0, 0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({~0u, ~0u}, {~0u, ~0u, ~0u, ~0u}), (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0xa4093822, 0x299f31d0}, {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Rng, IsAFunctionOfItsCounter) {
  Rng whole(99, Stream::test, 3);
  std::vector<std::uint32_t> words;
  for (int i = 0; i < 23; ++i) words.push_back(whole.word());
  EXPECT_EQ(whole.counter(), 23u);
  for (std::uint64_t start = 0; start < 23; ++start) {
    Rng later(99, Stream::test, 3, start);
    for (std::uint64_t i = start; i < 23; ++i) EXPECT_EQ(later.word(), words[i]) << start << " " << i;
  }
}

TEST(Rng, SeedsStreamsAndIndicesAreIndependent) {
  std::set<std::uint32_t> firsts;
  int count = 0;
  for (const std::uint64_t seed : {0ull, 1ull, 1ull << 32, (1ull << 53) - 1})
    for (const Stream stream : {Stream::initialization, Stream::dropout, Stream::sampling, Stream::test})
      for (const std::uint32_t index : {0u, 1u, 70000u}) {
        firsts.insert(Rng(seed, stream, index).word());
        ++count;
      }
  EXPECT_EQ(int(firsts.size()), count);
}

TEST(Rng, UniformIsUniform) {
  Rng rng(4, Stream::test);
  constexpr int draws = 64000, bins = 64;
  std::vector<int> counts(bins, 0);
  for (int i = 0; i < draws; ++i) {
    const double u = rng.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    ++counts[std::size_t(u * bins)];
  }
  double chi_square = 0;
  for (const int c : counts) chi_square += (c - 1000.0) * (c - 1000.0) / 1000.0;
  EXPECT_LT(chi_square, 103.4);  // 99.9 % quantile at 63 degrees of freedom
  EXPECT_GT(chi_square, 33);     // nor too even
}

TEST(Rng, NormalHasItsMoments) {
  Rng rng(5, Stream::test);
  constexpr int draws = 100000;
  double sum = 0, square = 0, cube = 0, fourth = 0;
  for (int i = 0; i < draws; ++i) {
    const double x = rng.normal();
    sum += x, square += x * x, cube += x * x * x, fourth += x * x * x * x;
  }
  EXPECT_NEAR(sum / draws, 0, 0.012);
  EXPECT_NEAR(square / draws, 1, 0.016);
  EXPECT_NEAR(cube / draws, 0, 0.04);
  EXPECT_NEAR(fourth / draws, 3, 0.12);
}

TEST(Rng, ManyNormalsAreThoseOfOneAfterAnother) {
  const KeepSettings keep;
  for (const int count : {1, 2})
    for (const Index size : {0, 1, 4095, 4096, 4097, 70000})
      for (const std::uint64_t start : {0, 3}) {
        set_threads(count);
        Rng one(6, Stream::test, 1, start), many(6, Stream::test, 1, start);
        std::vector<double> expected(static_cast<std::size_t>(size)), drawn(expected);
        for (double& x : expected) x = one.normal();
        many.normals(drawn.data(), size);
        EXPECT_EQ(drawn, expected) << size << " from " << start;
        EXPECT_EQ(many.counter(), one.counter());
        EXPECT_EQ(many.word(), one.word());
      }
}

}  // namespace
}  // namespace unfold::test
