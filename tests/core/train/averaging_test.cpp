// Averages of the weights: by their equations, in validations, in files, and when they begin.
#include "unfold/train/averaging.h"

#include "networks.h"
#include "support.h"

namespace unfold::test {
namespace {

const std::string& text() {
  static const std::string t = letters(900, 9);
  return t;
}

std::string settings(const std::string& more) {
  return R"({"layers":[{"cell":"lstm","units":12}],"sequenceLength":6,"batchSize":3,"validationSplit":0.2,
             "evaluateEvery":4,"optimizer":{"name":"adam","learningRate":0.02})" +
         (more.empty() ? "" : "," + more) + "}";
}

TEST(Averaging, IsTheMeanAtFirstAndThenExponential) {
  const AveragingConfig config{.kind = AveragingKind::ema, .decay = 0.75};
  Average average;
  average.weights = Buffer(1);
  Real mean = 7;
  double expected = 0;
  for (int n = 0; n < 8; ++n) {
    average.weights.data()[0] = Real(n * n);
    average.add(config, &mean);
    const double kept = n < 3 ? n / (n + 1.0) : 0.75;
    expected = kept * expected + (1 - kept) * n * n;
    EXPECT_FLOAT_EQ(float(mean), float(expected)) << n;
  }
}

// Algorithm 1 of Merity, Keskar & Socher 2018, with a patience of 2.
TEST(Averaging, BeginsWhenAValidationIsWorseThanTheBestOfAllButTheLast) {
  const AveragingConfig config{.kind = AveragingKind::nt_asgd, .patience = 2};
  const std::vector<double> losses{5, 4, 3, 3.5, 4.5, 3.9, 3.4};
  Average average;
  std::vector<double> logs;
  bool begun = false;
  for (const double loss : losses) {
    for (std::size_t l = 0; l + 2 < logs.size() && !begun; ++l) begun = loss > logs[l];
    average.observe(config, loss);
    logs.push_back(loss);
    EXPECT_EQ(average.begun, begun) << loss;
  }
  EXPECT_TRUE(begun);
}

// The same steps are made with and without: the average follows them, it does not lead.
TEST(Averaging, LeavesTheTrainedWeightsAsTheyWere) {
  Session plain(parse_config(settings("")), text());
  Session averaged(parse_config(settings(R"("averaging":{"name":"ema","decay":0.9})")), text());
  std::vector<double> mean(std::size_t(plain.network().table().size()));
  for (int n = 0; n < 15; ++n) {
    EXPECT_EQ(plain.trainer().step().loss, averaged.trainer().step().loss);
    const double kept = std::min(0.9, n / (n + 1.0));
    for (std::size_t i = 0; i < mean.size(); ++i)
      mean[i] = kept * mean[i] + (1 - kept) * double(plain.network().parameters()[i]);
  }
  const Average& average = averaged.trainer().average();
  EXPECT_TRUE(same_bits({average.weights.data(), mean.size()}, all_parameters(plain.network())));
  EXPECT_LT(relative_error(all_parameters(averaged.network()), mean), 1e-5);
}

TEST(Averaging, IsWhatIsValidatedSavedAndSampled) {
  Session session(parse_config(settings(R"("averaging":{"name":"ema","decay":0.9})")), text());
  for (int n = 0; n < 8; ++n) session.trainer().step();
  Session plain(parse_config(settings("")), text());
  std::copy_n(session.network().parameters(), plain.network().table().size(), plain.network().parameters());
  plain.network().touch();
  EXPECT_EQ(session.trainer().evaluate().loss, plain.trainer().evaluate().loss);
  Session opened(session.save(false), "");
  EXPECT_TRUE(same_bits(all_parameters(opened.network()), all_parameters(session.network())));
}

TEST(Averaging, OfNtAsgdIsTheWeightsThemselvesUntilItBegins) {
  const std::string more = R"("averaging":{"name":"nt-asgd","patience":1})";
  Session plain(parse_config(settings("")), text()), averaged(parse_config(settings(more)), text());
  int equal = 0, different = 0;
  for (int n = 0; n < 120; ++n) {
    for (Session* s : {&plain, &averaged}) {
      s->trainer().step();
      if (s->trainer().evaluation_due()) s->trainer().evaluate();
    }
    const bool same = bool(same_bits(all_parameters(plain.network()), all_parameters(averaged.network())));
    (same ? equal : different) += 1;
    if (!averaged.trainer().average().begun) EXPECT_TRUE(same) << n;
  }
  EXPECT_GT(equal, 4);
  EXPECT_GT(different, 20);
}

// The best weights are an average; what is trained from there on begins with them.
TEST(Averaging, BeginsAnewFromTheBestWeights) {
  Session session(parse_config(settings(R"("averaging":{"name":"ema","decay":0.9})")), text());
  for (int n = 0; n < 30; ++n) {
    session.trainer().step();
    if (session.trainer().evaluation_due()) session.trainer().evaluate();
  }
  session.trainer().best().present = false;
  ASSERT_TRUE(session.trainer().restore_best());
  Session resumed(session.save(true), text());
  for (Session* s : {&session, &resumed}) s->trainer().step();
  EXPECT_EQ(session.trainer().average().count, 1);
  EXPECT_TRUE(same_bytes(session.save(true), resumed.save(true)));
}

}  // namespace
}  // namespace unfold::test
