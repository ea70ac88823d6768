// Regularisers by their equations; which of them change nothing while they are off; threads, memory, live changes.
#include "unfold/train/regularizers.h"

#include "networks.h"
#include "support.h"
#include "unfold/base/parallel.h"
#include "unfold/train/dynamic.h"

namespace unfold::test {
namespace {

const std::string& text() {
  static const std::string t = letters(700, 9);
  return t;
}

std::string settings(const std::string& more) {
  return R"({"layers":[{"cell":"lstm","units":8},{"cell":"gru","units":6}],"embedding":5,"sequenceLength":7,
             "batchSize":3,"evaluateEvery":5,"seed":4)" +
         (more.empty() ? "" : "," + more) + "}";
}

std::vector<Real> copy_of(Network& network) {
  const std::span<Real> p = all_parameters(network);
  return {p.begin(), p.end()};
}

/// The parameters after some steps.
std::vector<Real> trained(const std::string& more, int steps = 12) {
  Session session(parse_config(settings(more)), text());
  for (int i = 0; i < steps; ++i) {
    session.trainer().step();
    if (session.trainer().evaluation_due()) session.trainer().evaluate();
  }
  return copy_of(session.network());
}

const char* all = R"("dropout":0.2,"task":{"name":"next","labelSmoothing":0.1},"averaging":"ema","accumulate":2,
                     "regularization":{"weightNoise":0.02,"weightDrop":0.3,"activation":1,"temporalActivation":1,
                                       "inputDropout":0.2,"maxNorm":2})";

TEST(Regularizers, EachChangesWhatIsLearned) {
  const std::vector<Real> plain = trained("");
  for (const char* more :
       {R"("regularization":{"weightNoise":0.02})", R"("regularization":{"weightDrop":0.3})",
        R"("regularization":{"activation":1})", R"("regularization":{"temporalActivation":1})",
        R"("regularization":{"inputDropout":0.2})", R"("regularization":{"maxNorm":0.9})", R"("averaging":"ema")",
        R"("task":{"name":"next","labelSmoothing":0.1})", R"("accumulate":2)", R"("initialization":{"chrono":50})",
        R"("optimizer":{"groups":[{"match":"readout.*","learningRate":0.5}]})"})
    EXPECT_FALSE(same_bits(trained(more), plain)) << more;
}

TEST(Regularizers, AreTheSameWithAnyNumberOfThreads) {
  const KeepSettings keep;
  set_threads(1);
  const std::vector<Real> one = trained(all);
  for (const int threads : {2, 3}) {
    set_threads(threads);
    EXPECT_TRUE(same_bits(trained(all), one)) << threads;
  }
}

TEST(WeightNoise, IsNormalAndNewInEveryStep) {
  Network network(parse_config(R"({"layers":[{"cell":"lstm","units":40}]})"), 20);
  const Index size = network.table().size();
  std::vector<Real> noisy(std::size_t(size), 0), other(noisy), zero(noisy);
  const RegularizationConfig config{.weight_noise = 0.5};
  perturb(config, network, {.seed = 3, .pass = 8}, zero.data(), noisy.data());
  perturb(config, network, {.seed = 3, .pass = 9}, zero.data(), other.data());
  double mean = 0, square = 0, fourth = 0, product = 0;
  for (std::size_t i = 0; i < noisy.size(); ++i) {
    const double x = double(noisy[i]) / 0.5;
    mean += x / double(size);
    square += x * x / double(size);
    fourth += x * x * x * x / double(size);
    product += x * double(other[i]) / 0.5 / double(size);
  }
  const double error = 4 / std::sqrt(double(size));
  EXPECT_NEAR(mean, 0, error);
  EXPECT_NEAR(square, 1, 2 * error);
  EXPECT_NEAR(fourth, 3, 12 * error);
  EXPECT_NEAR(product, 0, error);
}

TEST(WeightDrop, ConcernsRecurrentMatricesAndTheirGradients) {
  Network network(parse_config(R"({"layers":[{"cell":"lstm","units":20},{"cell":"indrnn","units":20}]})"), 9);
  std::vector<Real> ones(std::size_t(network.table().size()), 1), dropped(ones), gradient(ones);
  const RegularizationConfig config{.weight_drop = 0.25};
  perturb(config, network, {.seed = 3, .pass = 8}, ones.data(), dropped.data());
  mask_gradient(config, network, {.seed = 3, .pass = 8}, gradient.data());
  EXPECT_TRUE(same_bits(gradient, dropped));
  for (const Parameter& p : network.table()) {
    Index zeros = 0, others = 0;
    for (Index i = p.offset; i < p.offset + p.size(); ++i) {
      zeros += dropped[std::size_t(i)] == 0;
      others += dropped[std::size_t(i)] != 0 && dropped[std::size_t(i)] != Real(1 / 0.75);
    }
    if (p.name == "layers.0.weight_hh") {
      EXPECT_NEAR(double(zeros) / double(p.size()), 0.25, 4 * std::sqrt(0.1875 / double(p.size())));
      EXPECT_EQ(others, 0);
    } else {
      EXPECT_EQ(zeros, 0) << p.name;
    }
  }
}

TEST(Perturbations, NeverReachTheFile) {
  Session session(parse_config(settings(R"("regularization":{"weightNoise":1,"weightDrop":0.5},"optimizer":"sgd")")),
                  text());
  const std::vector<Real> before = copy_of(session.network());
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(session.trainer().advance());
  EXPECT_TRUE(session.trainer().under_way());
  EXPECT_TRUE(same_bits(all_parameters(session.network()), before));
}

TEST(MaxNorm, ShortensRowsThatAreLonger) {
  Network network(parse_config(R"({"layers":[{"cell":"rnn","units":5}],"embedding":3})"), 4);
  randomize(all_parameters(network), 1);
  const std::vector<Real> before = copy_of(network);
  limit_norms(0.8, network.table(), network.parameters());
  int shortened = 0;
  for (const Parameter& p : network.table())
    for (Index r = 0; r < p.rows; ++r) {
      const Index at = p.offset + r * p.cols;
      double square = 0;
      for (Index k = 0; k < p.cols; ++k) square += std::pow(double(before[std::size_t(at + k)]), 2);
      const bool longer = !p.vector && p.fill != Fill::embedding && square > 0.64;
      shortened += longer;
      for (Index k = 0; k < p.cols; ++k)
        EXPECT_FLOAT_EQ(float(network.parameters()[at + k]),
                        float(double(before[std::size_t(at + k)]) * (longer ? 0.8 / std::sqrt(square) : 1)));
    }
  EXPECT_GT(shortened, 3);
}

TEST(InputDropout, OfSymbolsIsAFactorOnTheirVectors) {
  for (const bool variational : {false, true}) {
    const Dropping d{.on = true, .variational = variational, .input = 0.4, .seed = 5, .pass = 2};
    constexpr Index columns = 3, steps = 400;
    Index zeros = 0, changes = 0;
    for (Index k = 0; k < columns * steps; ++k) {
      const Real factor = symbol_factor(d, 0, 7, k, columns);
      EXPECT_TRUE(factor == 0 || factor == Real(1 / 0.6));
      zeros += factor == 0;
      changes += factor != symbol_factor(d, 0, 7, k % columns, columns);
    }
    EXPECT_EQ(changes == 0, variational);
    if (!variational) EXPECT_NEAR(double(zeros) / double(columns * steps), 0.4, 0.06);
  }
}

// A table of two columns: some numbers of each window are 0, the others larger.
TEST(InputDropout, OfNumbersZeroesSomeAndScalesTheOthers) {
  std::string rows = "a,b\n";
  for (int i = 0; i < 200; ++i) rows += std::to_string(i % 7 + 1) + "," + std::to_string(i % 5 + 1) + "\n";
  const auto window = [&](const char* regularization) {
    Session session(parse_config(std::string(R"({"task":"regress","layers":[{"cell":"rnn","units":3}],"batchSize":4,
                                               "sequenceLength":6,"regularization":)") +
                                 regularization + "}"),
                    rows);
    EXPECT_FALSE(session.trainer().advance());
    Workspace& w = session.trainer().workspace();
    const Real* x = w.numbers(0);
    return std::vector<Real>(x, x + w.steps() * w.columns() * 2);
  };
  const std::vector<Real> plain = window("{}"), dropped = window(R"({"inputDropout":0.5})");
  int zeros = 0, numbers = 0;  // where a number was: columns without an example, and the mean, are 0 anyway
  for (std::size_t i = 0; i < plain.size(); ++i) {
    numbers += plain[i] != 0;
    zeros += plain[i] != 0 && dropped[i] == 0;
    EXPECT_TRUE(dropped[i] == 0 || dropped[i] == plain[i] * 2) << i;
  }
  EXPECT_NEAR(double(zeros) / numbers, 0.5, 0.1);
  EXPECT_GT(numbers, 100);
}

// With two windows of the same state and without randomness: the mean of their gradients, and the sum of both steps.
TEST(Accumulate, IsTheMeanOfTheWindowsGradients) {
  const std::string base = R"("optimizer":{"name":"sgd","learningRate":0.5},"clip":0)";
  Session two(parse_config(settings(base + R"(,"accumulate":2)")), text());
  Session one(parse_config(settings(base)), text());
  const std::vector<Real> before = copy_of(one.network());
  std::vector<double> mean(before.size());
  double loss = 0;
  for (int window = 0; window < 2; ++window) {
    std::copy(before.begin(), before.end(), one.network().parameters());
    one.network().touch();
    loss += one.trainer().step().loss / 2;
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += double(one.network().parameters()[i] - before[i]) / 2;
  }
  const StepReport report = two.trainer().step();
  EXPECT_NEAR(report.loss, loss, 1e-6);
  EXPECT_EQ(two.trainer().progress().cursor, one.trainer().progress().cursor);
  std::vector<Real> change = copy_of(two.network());
  for (std::size_t i = 0; i < mean.size(); ++i) change[i] -= before[i];
  EXPECT_LT(relative_error(change, mean), 1e-5);
}

TEST(Accumulate, ADroppedStepBeginsAnew) {
  const Config config = parse_config(settings(R"("accumulate":3)"));
  Session whole(config, text()), dropped(config, text());
  for (int step = 0; step < 4; ++step) {
    for (int i = 0; i < 40 + step && !dropped.trainer().advance(); ++i) {
    }
    dropped.trainer().drop_step();
    while (dropped.trainer().progress().step < whole.trainer().progress().step + 1) dropped.trainer().step();
    while (whole.trainer().progress().step < dropped.trainer().progress().step) whole.trainer().step();
  }
  EXPECT_TRUE(same_bytes(dropped.save(true), whole.save(true)));
}

TEST(Regularizers, MayChangeWhileTheModelTrains) {
  Session changed(parse_config(settings("")), text()), made(parse_config(settings(all)), text());
  changed.update(R"({"dropout":0.2,"accumulate":2,"regularization":{"weightNoise":0.02,"weightDrop":0.3,
                     "activation":1,"temporalActivation":1,"inputDropout":0.2,"maxNorm":2}})");
  made.trainer();
  EXPECT_EQ(changed.config().regularization, made.config().regularization);
  EXPECT_NO_THROW(changed.trainer().step());
  EXPECT_TRUE(refuses(ErrorCode::invalid_config, "averaging.name", [&] { changed.update(R"({"averaging":"ema"})"); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_config, "optimizer.groups[0].match",
                      [&] { changed.update(R"({"optimizer":{"groups":[{"match":"none"}]}})"); }));
  EXPECT_TRUE(changed.config().optimizer.groups.empty());
}

TEST(Estimate, CountsPerturbedAndAveragedWeights) {
  const auto bytes = [](const std::string& more) { return estimate(parse_config(settings(more)), 9, 0).bytes; };
  const Network network(parse_config(settings("")), 9);
  const double parameters = double(sizeof(Real)) * double(network.table().size()),
               packed = double(sizeof(Real)) * double(network.plan().packed);
  EXPECT_EQ(bytes(R"("regularization":{"weightDrop":0.1})") - bytes(""), parameters + packed);
  EXPECT_EQ(bytes(R"("averaging":"ema")") - bytes(""), parameters + packed);
  EXPECT_EQ(bytes(R"("averaging":"nt-asgd","regularization":{"weightNoise":0.1})") - bytes(""),
            2 * parameters + packed);
}

TEST(Regularizers, RefuseWhatIsOutOfRange) {
  for (const auto& [field, json] :
       {std::pair{"regularization.weightDrop", R"({"regularization":{"weightDrop":1}})"},
        {"regularization.weightNoise", R"({"regularization":{"weightNoise":-1}})"},
        {"regularization.inputDropout", R"({"regularization":{"inputDropout":0.96}})"},
        {"regularization.weightdrop", R"({"regularization":{"weightdrop":0.1}})"},
        {"averaging.name", R"({"averaging":"swa"})"},
        {"averaging.decay", R"({"averaging":{"name":"ema","decay":1}})"},
        {"accumulate", R"({"accumulate":0})"},
        {"task.labelSmoothing", R"({"task":{"labelSmoothing":1}})"},
        {"initialization.chrono", R"({"initialization":{"chrono":2}})"},
        {"initialization.chrono", R"({"layers":[{"cell":"rnn"}],"initialization":{"chrono":20}})"},
        {"initialization.chrono", R"({"layers":[{"cell":"lstm","bias":"none"}],"initialization":{"chrono":20}})"},
        {"optimizer.groups[0].match", R"({"optimizer":{"groups":[{}]}})"},
        {"optimizer.groups", R"({"optimizer":{"groups":{}}})"},
        {"regularization", R"({"task":{"name":"tensor","inputs":2},"regularization":{"maxNorm":1}})"},
        {"averaging", R"({"task":{"name":"tensor","inputs":2},"averaging":"ema"})"}})
    EXPECT_TRUE(refuses(ErrorCode::invalid_config, field, [given = json] { parse_config(given); })) << json;
}

TEST(Groups, HaveLearningRatesAndDecayOfTheirOwn) {
  const auto after = [](const std::string& groups) {
    Session session(parse_config(settings(R"("clip":0,"optimizer":{"name":"sgd","learningRate":0.1,"weightDecay":0.5,
                                             "groups":[)" +
                                          groups + "]}")),
                    text());
    session.trainer().step();
    return copy_of(session.network());
  };
  Session start(parse_config(settings("")), text());
  const std::vector<Real> before = copy_of(start.network()), plain = after("");
  const std::vector<Real> grouped =
      after(R"({"match":"*","learningRate":0},{"match":"layers.*.bias_*","learningRate":2},
               {"match":"readout.weight","weightDecay":0})");
  for (const Parameter& p : start.network().table())
    for (auto i = std::size_t(p.offset); i < std::size_t(p.offset + p.size()); ++i) {
      const double step = double(plain[i]) - double(before[i]);
      if (p.name.find(".bias_") != std::string::npos)
        EXPECT_NEAR(grouped[i], before[i] + 2 * step, 1e-6) << p.name;
      else if (p.name == "readout.weight")
        EXPECT_NEAR(grouped[i], plain[i] + 0.1 * 0.5 * before[i], 1e-6);
      else
        EXPECT_EQ(grouped[i], before[i]) << p.name;
    }
}

}  // namespace
}  // namespace unfold::test
