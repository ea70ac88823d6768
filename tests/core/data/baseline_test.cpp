// Simple predictors, against direct counting and against what they cannot do.
#include "unfold/data/baseline.h"

#include "support.h"

namespace unfold::test {
namespace {

std::vector<double> losses(const std::vector<Token>& train, const std::vector<Token>& held, Index V, int highest) {
  return markov_losses(train.data(), Index(train.size()), held.data(), Index(held.size()), V, highest);
}

// With discount 0.9: p₀(v) = max(c_v − 0.9, 0)/n + 0.9·kinds/n · 1/V.
TEST(Markov, UnigramByHand) {
  const std::vector<Token> train{0, 0, 0, 1, 1, 2}, held{0, 0, 1, 3};
  const double share = 0.9 * 3 / 6 / 5, expected[]{2.1 / 6 + share, 1.1 / 6 + share, share};
  double sum = 0;
  for (const double p : expected) sum -= std::log(p);
  const std::vector<double> got = losses(train, held, 5, 0);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_NEAR(got[0], sum / 3, 1e-12) << "every prediction but of the first symbol";
}

TEST(Markov, MorePastHelpsWhereItDecides) {
  std::vector<Token> text;  // 0 0 1 2 0 0 1 2 …: after one 0 either may come, after two symbols it is certain
  for (int i = 0; i < 400; ++i) text.push_back(Token("\0\0\1\2"[i % 4]));
  const std::vector<double> got = losses(text, {text.begin(), text.begin() + 100}, 3, 3);
  EXPECT_NEAR(got[0], 1.04, 0.02);  // entropy of ½, ¼, ¼
  EXPECT_NEAR(got[1], 0.35, 0.02);  // ½ ln 2
  EXPECT_LT(got[2], 0.03);
  EXPECT_LT(got[3], 0.06);
}

TEST(Markov, RandomTextIsNotPredictable) {
  const std::vector<Token> train = random_tokens(20000, 8), held = random_tokens(2000, 8, 2);
  for (const double loss : losses(train, held, 8, 4)) EXPECT_GT(loss, std::log(8.0) - 0.01);
}

TEST(Markov, ProbabilitiesSumTo1) {
  const std::vector<Token> train = random_tokens(60, 6);
  for (const int order : {0, 1, 2, 3}) {
    const std::vector<Token> context = random_tokens(4, 6, 9);
    double mass = 0;
    for (Token next = 0; next < 9; ++next) {  // three symbols that the text lacks
      std::vector<Token> held = context, longer = context;
      longer.push_back(next);
      const double before = losses(train, held, 9, order).back() * 3;
      mass += std::exp(-(losses(train, longer, 9, order).back() * 4 - before));
    }
    EXPECT_NEAR(mass, 1, 1e-9) << order;
  }
}

TEST(Markov, InSlicesIsTheSame) {
  const std::vector<Token> train = random_tokens(3000, 8), held = random_tokens(400, 8, 2);
  MarkovPass pass(train.data(), Index(train.size()), held.data(), Index(held.size()), 8, 3);
  int slices = 1;
  while (!pass.advance(7)) ++slices;
  EXPECT_GT(slices, 1900) << "every token of four orders is counted";
  EXPECT_EQ(pass.losses(), losses(train, held, 8, 3));
}

TEST(Markov, ASessionReportsThem) {
  Session session(parse_config(R"({"layers":[{"cell":"rnn","units":3}],"sequenceLength":5,"batchSize":2})"),
                  letters(500, 7));
  const Json b = session.baselines(3);
  EXPECT_NEAR(b["uniform"].get<double>(), std::log(7.0), 1e-12);
  ASSERT_EQ(b["markov"].size(), 4u);
  EXPECT_LT(b["markov"][1].get<double>(), b["markov"][0].get<double>());
  Session none(
      parse_config(R"({"layers":[{"cell":"rnn","units":3}],"sequenceLength":5,"batchSize":2,"validationSplit":0})"),
      letters(500, 7));
  EXPECT_TRUE(none.baselines(3)["markov"].empty());
}

}  // namespace
}  // namespace unfold::test
