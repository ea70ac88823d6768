// Clipping, schedules and optimisers beyond the goldens.
#include "unfold/train/optim.h"

#include <cstring>

#include "support.h"
#include "unfold/base/hash.h"
#include "unfold/base/parallel.h"

namespace unfold::test {
namespace {

double norm_of(const std::vector<Real>& x) {
  double sum = 0;
  for (const Real v : x) sum += double(v) * double(v);
  return std::sqrt(sum);
}

std::vector<Real> some_gradient(Index size) {
  std::vector<Real> g(static_cast<std::size_t>(size));
  randomize(g, 2, 8);
  return g;
}

// Clipping ----------------------------------------------------------------------------------------------------------

TEST(Clip, ByNormKeepsTheDirection) {
  const std::vector<Real> before = some_gradient(1000);
  std::vector<Real> g = before;
  const Norm norm = clip({.norm = 1.5, .value = 0}, g.data(), 1000);
  EXPECT_TRUE(norm.clipped);
  EXPECT_NEAR(norm.value, norm_of(before), 1e-12 * norm.value);
  EXPECT_NEAR(norm_of(g), 1.5, 1e-5);
  for (std::size_t i = 0; i < g.size(); ++i) EXPECT_NEAR(g[i] * norm.value, before[i] * 1.5, 1e-4);
}

TEST(Clip, ByNormLeavesSmallOnesAlone) {
  const std::vector<Real> before = some_gradient(100);
  std::vector<Real> g = before;
  EXPECT_FALSE(clip({.norm = 1e4, .value = 0}, g.data(), 100).clipped);
  EXPECT_TRUE(same_bits(g, before));
  EXPECT_FALSE(clip({.norm = 0, .value = 0}, g.data(), 100).clipped) << "0 is off";
  EXPECT_TRUE(same_bits(g, before));
}

TEST(Clip, ByValueClampsEachElement) {
  const std::vector<Real> before = some_gradient(1000);
  std::vector<Real> g = before;
  const Norm norm = clip({.norm = 0, .value = 0.5}, g.data(), 1000);
  EXPECT_TRUE(norm.clipped);
  EXPECT_NEAR(norm.value, norm_of(before), 1e-12 * norm.value) << "the norm is that before clipping";
  for (std::size_t i = 0; i < g.size(); ++i) EXPECT_EQ(g[i], std::clamp(before[i], Real(-0.5), Real(0.5)));
}

TEST(Clip, ByValueThenByNorm) {
  std::vector<Real> g{3, -0.25, 4};
  EXPECT_TRUE(clip({.norm = 1, .value = 2}, g.data(), 3).clipped);
  EXPECT_NEAR(norm_of(g), 1, 1e-5);
  EXPECT_EQ(g[0], g[2]) << "both were clamped to 2 first";
}

TEST(Clip, LeavesANonFiniteGradientAlone) {
  for (const Real bad : {std::numeric_limits<Real>::infinity(), -std::numeric_limits<Real>::infinity(),
                         std::numeric_limits<Real>::quiet_NaN()})
    for (const Index at : {0, 77, 4999}) {
      std::vector<Real> g = some_gradient(5000);
      g[std::size_t(at)] = bad;
      const std::vector<Real> before = g;
      EXPECT_FALSE(std::isfinite(clip({.norm = 1, .value = 0.1}, g.data(), 5000).value));
      EXPECT_TRUE(same_bits(g, before));
    }
}

TEST(Clip, HugeGradientsDoNotOverflow) {
  std::vector<Real> g(10, std::numeric_limits<Real>::max() / 2);
  const Norm norm = clip({.norm = 1, .value = 0}, g.data(), 10);
  EXPECT_TRUE(std::isfinite(norm.value));
  EXPECT_NEAR(norm_of(g), 1, 1e-5);
}

TEST(Clip, DoesNotDependOnThreads) {
  const KeepSettings keep;
  const Index size = 300007;
  const std::vector<Real> before = some_gradient(size);
  set_threads(1);
  std::vector<Real> expected = before;
  const Norm norm = clip({.norm = 1, .value = 1.9}, expected.data(), size);
  for (const int count : {2, 3, 4}) {
    set_threads(count);
    std::vector<Real> g = before;
    EXPECT_EQ(clip({.norm = 1, .value = 1.9}, g.data(), size).value, norm.value);
    EXPECT_TRUE(same_bits(g, expected));
  }
}

// Schedules ---------------------------------------------------------------------------------------------------------

Schedule schedule(const std::string& json) { return Schedule(parse_config(R"({"schedule":)" + json + "}").schedule); }

TEST(Schedule, WarmUpMultipliesAnySchedule) {
  const Schedule cosine = schedule(R"({"name":"cosine","steps":100})");
  const Schedule warm = schedule(R"({"name":"cosine","steps":100,"warmup":10})");
  for (int t = 0; t < 10; ++t) EXPECT_NEAR(warm.rate(0.1, t), cosine.rate(0.1, t) * (t + 1) / 10, 1e-15) << t;
  for (int t = 10; t < 30; ++t) EXPECT_EQ(warm.rate(0.1, t), cosine.rate(0.1, t)) << t;
}

TEST(Schedule, NeverBelowTheMinimumNorAboveTheBase) {
  for (const char* name : {"step", "exponential", "cosine", "plateau"}) {
    Schedule s = schedule(std::string(R"({"name":")") + name +
                          R"(","minimum":0.01,"every":3,"steps":50,"patience":0,"factor":0.5})");
    double rate = 0.1;
    for (int t = 0; t < 200; ++t) {
      s.observe(1);
      const double next = s.rate(0.1, t);
      EXPECT_LE(next, rate + 1e-15) << name << t;
      EXPECT_GE(next, 0.01) << name << t;
      rate = next;
    }
    EXPECT_NEAR(rate, 0.01, 1e-15) << name;
    EXPECT_LE(s.rate(0.001, 5), 0.001) << name << ": a minimum above the base does not raise it";
  }
}

TEST(Schedule, PlateauWaitsForPatience) {
  Schedule s = schedule(R"({"name":"plateau","patience":2,"factor":0.1})");
  for (const double loss : {3.0, 2.9, 2.9, 2.9}) s.observe(loss);  // two validations without anything better
  EXPECT_EQ(s.rate(1, 0), 1);
  s.observe(2.9);
  EXPECT_NEAR(s.rate(1, 0), 0.1, 1e-15);
  s.observe(2.89);  // better: counting starts again
  s.observe(2.95);
  s.observe(2.95);
  EXPECT_NEAR(s.rate(1, 0), 0.1, 1e-15);
  s.observe(2.95);
  EXPECT_NEAR(s.rate(1, 0), 0.01, 1e-15);
}

// Optimisers --------------------------------------------------------------------------------------------------------

class Optimizers : public testing::TestWithParam<const char*> {
 protected:
  Config config(const std::string& more = "") const {
    return parse_config(std::string(R"({"optimizer":{"name":")") + GetParam() + "\"" + more + "}}");
  }
};

// Whatever is too large, wherever it is: parameters, moments and their count are as before, and the next update is that
// of an optimiser which saw nothing of it.
TEST_P(Optimizers, AnUpdateThatOverflowsLeavesNoTrace) {
  constexpr Index size = 5000;
  constexpr Real huge = std::numeric_limits<Real>::max();
  for (const Index at : {Index(0), Index(2600), size - 1})
    for (const auto& [rate, decay, gradient] : std::vector<std::tuple<double, const char*, Real>>{
             {1e30, "0", 1}, {1e6, "1000", huge}, {0.1, "1000", huge}, {0.1, "0", NAN}}) {
      const OptimizerConfig c = config(std::string(R"(,"weightDecay":)") + decay).optimizer;
      Optimizer one(c, size), other(c, size);
      std::vector<Real> p = some_gradient(size), q = p;
      for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(one.update(p.data(), some_gradient(size).data(), 1e-3) &&
                    other.update(q.data(), some_gradient(size).data(), 1e-3));
      std::vector<Real> g(std::size_t(size), 0);
      g[std::size_t(at)] = gradient;
      const std::vector<Real> asked = g;
      EXPECT_FALSE(one.update(p.data(), g.data(), rate)) << rate << " " << gradient;
      EXPECT_TRUE(same_bits(g, asked)) << "the gradient is still there to be named";
      EXPECT_TRUE(same_bits(p, q));
      EXPECT_TRUE(one.update(p.data(), some_gradient(size).data(), 1e-3));
      EXPECT_TRUE(other.update(q.data(), some_gradient(size).data(), 1e-3));
      EXPECT_TRUE(same_bits(p, q)) << rate << " " << gradient;
      for (std::size_t m = 0; m < one.moments().size(); ++m)
        EXPECT_TRUE(
            same_bits({one.moments()[m].data(), std::size_t(size)}, {other.moments()[m].data(), std::size_t(size)}));
      EXPECT_EQ(one.updates, other.updates);
    }
}

// A bound for the gradient's norm saves the look beforehand, and nothing else: gradients that grow from 1e-3 to beyond
// any number give the same bits, are refused in the same steps, and what is refused leaves no trace.
TEST_P(Optimizers, ABoundOfTheGradientDoesNotShow) {
  constexpr Index size = 300;
  for (const double rate : {1e-3, 1.0, 1e5})
    for (const char* more : {"", R"(,"momentum":0.99,"centered":true,"weightDecay":0.01)", R"(,"epsilon":1e-3)"}) {
      if (*more == ',' && std::strstr(more, "momentum") && GetParam() != std::string("rmsprop")) continue;
      const OptimizerConfig c = config(more).optimizer;
      Optimizer careful(c, size), quick(c, size);
      std::vector<Real> p = some_gradient(size), q = p;
      int refused = 0;
      for (double scale = 1e-3; scale < 1e22; scale *= 1.5) {
        std::vector<Real> g = some_gradient(size);
        for (Real& x : g) x *= Real(scale);
        double squares = 0;
        for (const Real x : g) squares += double(x) * double(x);
        std::vector<Real> h = g;
        const bool fits = careful.update(p.data(), g.data(), rate);
        EXPECT_EQ(quick.update(q.data(), h.data(), rate, std::sqrt(squares)), fits) << scale;
        refused += !fits;
        ASSERT_TRUE(same_bits(p, q)) << rate << more << " " << scale;
      }
      for (std::size_t m = 0; m < careful.moments().size(); ++m)
        EXPECT_TRUE(same_bits({careful.moments()[m].data(), std::size_t(size)},
                              {quick.moments()[m].data(), std::size_t(size)}));
      if (std::string(GetParam()) == "sgd") EXPECT_GT(refused, 0);
    }
}

TEST_P(Optimizers, RateOf0LeavesTheParameters) {
  const std::vector<Real> before = some_gradient(50);
  std::vector<Real> p = before;
  Optimizer optimizer(config(R"(,"weightDecay":0.1)").optimizer, 50);
  for (int i = 0; i < 5; ++i) optimizer.update(p.data(), some_gradient(50).data(), 0);
  EXPECT_TRUE(same_bits(p, before));
}

TEST_P(Optimizers, GradientOf0LeavesTheParameters) {
  const std::vector<Real> before = some_gradient(50);
  std::vector<Real> p = before;
  Optimizer optimizer(config().optimizer, 50);
  for (int i = 0; i < 5; ++i) optimizer.update(p.data(), std::vector<Real>(50, 0).data(), 0.1);
  EXPECT_TRUE(same_bits(p, before));
}

// As PyTorch has it: ε is added to the corrected root, p −= rate·m̂/(√v̂ + ε), and in RMSprop to the root.
TEST(Epsilon, StandsBesideTheRoot) {
  for (const Real g : {Real(0.3), Real(-2)}) {
    const double size = std::fabs(double(g));
    const std::pair<const char*, double> cases[]{{R"("adam")", 0.1 * double(g) / (size + 0.5)},
                                                 {R"("adamw")", 0.1 * double(g) / (size + 0.5)},
                                                 {R"("adagrad")", 0.1 * double(g) / (size + 0.5)},
                                                 {R"("rmsprop","decay":0.75)", 0.1 * double(g) / (size / 2 + 0.5)}};
    for (const auto& [name, step] : cases) {
      const Config c = parse_config(std::string(R"({"optimizer":{"name":)") + name + R"(,"epsilon":0.5}})");
      Optimizer optimizer(c.optimizer, 1);
      Real p = 1, gradient = g;
      ASSERT_TRUE(optimizer.update(&p, &gradient, 0.1));
      EXPECT_NEAR(double(p), 1 - step, 1e-6) << name << g;
    }
  }
}

// What each optimizer makes of the same gradients, bit for bit, as recorded once: a checkpoint of before goes on as it
// would have.
TEST(Optimizer, BitsAreTheRecordedOnes) {
  const std::pair<const char*, const char*> recorded[]{
      {R"({"name":"sgd","weightDecay":0.01})", "4622e4789d8aa4b7"},
      {R"({"name":"momentum","weightDecay":0.01})", "ff7b9304b5d218ce"},
      {R"({"name":"nesterov","momentum":0.8})", "e386037996237cb3"},
      {R"({"name":"rmsprop","weightDecay":0.01})", "eb59febe2def451f"},
      {R"({"name":"rmsprop","centered":true})", "e24ab1337d8abd8e"},
      {R"({"name":"rmsprop","centered":true,"momentum":0.9})", "e0cb55b9327adf3f"},
      {R"({"name":"rmsprop","momentum":0.9,"epsilon":1e-30})", "a87b9420f3bb3f9c"},
      {R"({"name":"adagrad","weightDecay":0.01})", "f64511992bcfcd58"},
      {R"({"name":"adadelta","weightDecay":0.01,"epsilon":1e-6})", "2ea90455e0a5b4e5"},
      {R"({"name":"adam","weightDecay":0.01})", "d2bad7c7cbbb8641"},
      {R"({"name":"adam","beta1":0.5,"epsilon":1e-30})", "4b09bfdfde56e485"},
      {R"({"name":"adamw","weightDecay":0.01})", "8470509943daf01a"}};
  constexpr Index size = 2085;  // no multiple of a packet or of a block
  for (const auto& [json, hash] : recorded) {
    const Config c = parse_config(std::string(R"({"optimizer":)") + json + "}");
    Optimizer optimizer(c.optimizer, size);
    std::vector<Real> p = some_gradient(size), g(p.size());
    for (std::uint64_t step = 0; step < 40; ++step) {
      randomize(g, step % 7 == 6 ? 1e-3 : 1.0, 100 + step);
      ASSERT_TRUE(optimizer.update(p.data(), g.data(), 1e-2, step % 2 ? norm_of(g) : INFINITY));
    }
    Hash bits;
    bits.add(p);
    for (const Buffer& m : optimizer.moments()) bits.add(m.data(), std::size_t(m.size()) * sizeof(Real));
    EXPECT_EQ(bits.text(), hash) << json;
  }
}

// 0/0 is a step of 0, where PyTorch's is NaN.
TEST(Epsilon, OfZeroIsLegal) {
  const std::pair<const char*, double> cases[]{
      {"adam", 0.9}, {"adamw", 0.9}, {"adagrad", 0.9}, {"rmsprop", 0}, {"adadelta", 1}};
  for (const auto& [name, expected] : cases) {
    const Config c = parse_config(std::string(R"({"optimizer":{"name":")") + name + R"(","epsilon":0}})");
    Optimizer optimizer(c.optimizer, 3);
    std::vector<Real> p{1, 1, 1}, g{0.5, 0, -0.5};
    ASSERT_TRUE(optimizer.update(p.data(), g.data(), 0.1)) << name;
    EXPECT_NEAR(p[0], expected, 1e-5) << name;
    EXPECT_EQ(p[1], 1) << name;
    EXPECT_NEAR(p[2], 2 - expected, 1e-5) << name;
  }
}

TEST(Optimizer, MomentsAreCounted) {
  const std::pair<const char*, int> cases[]{{R"("sgd")", 0},
                                            {R"("momentum")", 1},
                                            {R"("nesterov")", 1},
                                            {R"("adagrad")", 1},
                                            {R"("rmsprop")", 1},
                                            {R"("rmsprop","centered":true)", 3},
                                            {R"("rmsprop","momentum":0.5)", 3},
                                            {R"("adadelta")", 2},
                                            {R"("adam")", 2},
                                            {R"("adamw")", 2}};
  for (const auto& [json, expected] : cases) {
    const Config c = parse_config(std::string(R"({"optimizer":{"name":)") + json + "}}");
    EXPECT_EQ(moments(c.optimizer), expected) << json;
    EXPECT_EQ(Optimizer(c.optimizer, 3).moments().size(), std::size_t(expected)) << json;
  }
}

// f(p) = Σ (p − target)² from far away.
TEST_P(Optimizers, FindsTheMinimumOfABowl) {
  Optimizer optimizer(config(R"(,"epsilon":1e-5)").optimizer, 3);
  std::vector<Real> p{2, -1, 0.5}, g(3);
  const Real target[]{0.5, 1, 0.25};
  const auto distance = [&] {
    return std::fabs(p[0] - target[0]) + std::fabs(p[1] - target[1]) + std::fabs(p[2] - target[2]);
  };
  const Real start = distance();
  const std::string name = GetParam();
  const double rate = name == "adadelta" ? 1 : name == "adagrad" ? 0.3 : 0.02;
  for (int i = 0; i < 2000; ++i) {
    for (std::size_t k = 0; k < 3; ++k) g[k] = 2 * (p[k] - target[k]);
    optimizer.update(p.data(), g.data(), rate);
  }
  EXPECT_LT(distance(), 0.03 * start);
}

TEST_P(Optimizers, ThreadsDoNotShow) {
  const KeepSettings keep;
  const Index size = 100003;
  const auto updated = [&](int count) {
    set_threads(count);
    std::vector<Real> p = some_gradient(size);
    Optimizer optimizer(config(R"(,"weightDecay":0.01)").optimizer, size);
    for (int i = 0; i < 3; ++i) optimizer.update(p.data(), some_gradient(size).data(), 0.01);
    return p;
  };
  const std::vector<Real> expected = updated(1);
  for (const int count : {2, 3, 4}) EXPECT_TRUE(same_bits(updated(count), expected)) << count;
}

INSTANTIATE_TEST_SUITE_P(All, Optimizers, testing::ValuesIn(optimizer_names),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace unfold::test
