// Thirty steps of training give the same bits on any number of threads, with any instruction set, and however a step is
// cut into pieces.
#include "networks.h"
#include "support.h"
#include "unfold/base/parallel.h"
#include "unfold/kernels/kernels.h"
#include "unfold/model/scan.h"

namespace unfold::test {
namespace {

struct Trained {
  std::vector<Real> parameters;
  std::vector<double> reports;  // loss, gradient norm of every step, the validation loss last
};

Trained train(const NetworkCase& network, int steps) {
  static const std::string text = letters(3000, 13);
  Session session(parse_config(config_of(network, R"("sequenceLength":12,"batchSize":22,"evaluateEvery":20)")), text);
  Trained result;
  for (int i = 0; i < steps; ++i) {
    const StepReport r = session.trainer().step();
    result.reports.insert(result.reports.end(), {r.loss, r.gradient_norm});
    if (session.trainer().evaluation_due()) result.reports.push_back(session.trainer().evaluate().loss);
  }
  const std::span<Real> p = all_parameters(session.network());
  result.parameters.assign(p.begin(), p.end());
  return result;
}

class Invariance : public testing::TestWithParam<NetworkCase> {
 protected:
  static constexpr int steps_ = 30;
  KeepSettings keep_;
};

TEST_P(Invariance, ThreadsDoNotShow) {
  set_threads(1);
  const Trained one = train(GetParam(), steps_);
  EXPECT_LT(one.reports[2 * steps_ - 2], one.reports[0]) << "it does not learn";
  for (const int count : {2, 4}) {
    ASSERT_EQ(set_threads(count), count);
    const Trained many = train(GetParam(), steps_);
    EXPECT_TRUE(same_bits(many.parameters, one.parameters)) << count << " threads";
    EXPECT_EQ(many.reports, one.reports) << count << " threads";
  }
}

TEST_P(Invariance, InstructionSetsDoNotShow) {
  set_threads(1);
  ASSERT_TRUE(kernels::select("base", false));
  const Trained base = train(GetParam(), steps_);
  bool compared = false;
  for (const char* name : {"avx2", "avx512"}) {
    if (!kernels::select(name, false)) continue;
    compared = true;
    const Trained other = train(GetParam(), steps_);
    EXPECT_TRUE(same_bits(other.parameters, base.parameters)) << name;
    EXPECT_EQ(other.reports, base.reports) << name;
  }
  if (!compared) GTEST_SKIP() << "the machine's processor has neither AVX2 nor AVX-512";
}

TEST_P(Invariance, PiecesDoNotShow) {
  const double usual = slice_work;
  slice_work = 1e18;
  const Trained whole = train(GetParam(), 3);
  slice_work = 1;
  const Trained cut = train(GetParam(), 3);
  slice_work = usual;
  EXPECT_TRUE(same_bits(cut.parameters, whole.parameters));
  EXPECT_EQ(cut.reports, whole.reports);
}

TEST_P(Invariance, SeedDecides) {
  const Trained first = train(GetParam(), 2);
  EXPECT_TRUE(same_bits(train(GetParam(), 2).parameters, first.parameters));
  const NetworkCase& network = GetParam();
  Session other(parse_config(config_of(network, R"("seed":2)")), letters(4000, 13));
  Session same(parse_config(config_of(network, R"("seed":1)")), letters(4000, 13));
  EXPECT_FALSE(same_bits(all_parameters(other.network()), all_parameters(same.network())));
}

INSTANTIATE_TEST_SUITE_P(All, Invariance, testing::ValuesIn(networks()),
                         [](const auto& info) { return info.param.name; });

// Fast variants are another promise: near, not equal.
TEST(FastMath, TrainsTheSameWithinRounding) {
  const KeepSettings keep;
  const NetworkCase& lstm = network_named("lstm");
  ASSERT_TRUE(kernels::select("base", false));
  const Trained strict = train(lstm, 10);
  if (!kernels::set_fast(true)) GTEST_SKIP() << "no fused multiply-add here";
  const Trained fast = train(lstm, 10);
  EXPECT_NE(fast.reports, strict.reports) << "fast variants fuse";
  for (std::size_t i = 0; i < strict.reports.size(); ++i)
    EXPECT_NEAR(fast.reports[i], strict.reports[i], 1e-4 * strict.reports[i]) << i;
}

}  // namespace
}  // namespace unfold::test
