// That networks learn, and that one seed gives one curve on every build.
#include "parallel.h"
#include "support.h"

namespace unfold::test {
namespace {

double mean_of_last(Trainer& trainer, int steps, int last) {
  double sum = 0;
  for (int i = 1; i <= steps; ++i) {
    const double loss = trainer.step().loss;
    if (i > steps - last) sum += loss;
  }
  return sum / last;
}

class Memorise : public testing::TestWithParam<const char*> {};

TEST_P(Memorise, ASentence) {
  std::string text;
  for (int i = 0; i < 12; ++i) text += "the quick brown fox jumps over the lazy dog. ";
  Session session(parse_config(std::string(R"({"layers":[{"cell":")") + GetParam() +
                               R"(","hidden":32}],"window":15,"batch":4,"validation":0,
                                   "optimizer":{"learningRate":0.01}})"),
                  text);
  EXPECT_LT(mean_of_last(session.trainer(), 400, 10), 0.05);
  session.sample_start("the q", {.greedy = true}, 45);
  std::string written;
  session.sample_next(45, written);
  EXPECT_EQ(written, "uick brown fox jumps over the lazy dog. the q");
}

INSTANTIATE_TEST_SUITE_P(Cells, Memorise, testing::Values("rnn", "lstm", "peephole-lstm", "gru"),
                         [](const auto& info) { return test_name(info.param); });

// Every other letter is random, the one behind it repeats, in capitals, the random letter of `lag` pairs before:
// who remembers that far reaches ln 4 / 2 = 0.693, who does not stays at ln 4 = 1.386.
double copy_at_a_lag(const std::string& cell) {
  constexpr int lag = 3;
  const std::vector<Token> random = random_tokens(10000, 4);
  std::string text;
  for (std::size_t i = lag; i < random.size(); ++i) {
    text.push_back("abcd"[random[i]]);
    text.push_back("ABCD"[random[i - lag]]);
  }
  Session session(parse_config(R"({"layers":[{"cell":")" + cell + R"(","hidden":32}],"window":32,"batch":16,
                                   "optimizer":{"learningRate":0.01}})"),
                  text);
  for (int i = 0; i < 300; ++i) session.trainer().step();
  return evaluate_all(session.trainer()).loss;
}

TEST(Learning, TheLstmCopiesAtALagWhereTheVanillaNetworkFails) {
  EXPECT_LT(copy_at_a_lag("lstm"), 0.8);
  EXPECT_GT(copy_at_a_lag("rnn"), 1.3);
}

// The curve of a seed -----------------------------------------------------------------------------------------------

struct Curve {
  const char* name;
  const char* fields;
  std::vector<double> losses;
};
void PrintTo(const Curve& c, std::ostream* out) { *out << c.name; }

class FixedSeed : public testing::TestWithParam<Curve> {};

TEST_P(FixedSeed, GivesTheRecordedLosses) {
  Session session(parse_config(std::string("{") + GetParam().fields + R"(,"window":16,"batch":6,"seed":42})"),
                  letters(2000, 11, 6));
  std::vector<double> losses;
  for (int i = 0; i < 20; ++i) losses.push_back(session.trainer().step().loss);
  std::ostringstream now;  // to be recorded anew when the arithmetic is changed on purpose
  now << std::hexfloat;
  for (const double loss : losses) now << loss << ", ";
  EXPECT_EQ(losses, GetParam().losses) << now.str();
}

const Curve curves[]{
    {"lstm", R"("layers":[{"cell":"lstm","hidden":24},{"cell":"lstm","hidden":16}],"dropout":0.1)", {}},
    {"gru",
     R"("layers":[{"cell":"gru","hidden":20},{"cell":"gru","hidden":12,"reset":"before"}],"optimizer":"rmsprop",
        "schedule":{"name":"cosine","steps":20,"warmup":3})",
     {}},
    {"deep",
     R"("layers":[{"cell":"rnn","hidden":18,"edges":[{"from":"input"},{"from":"self","hidden":[14],"shortcut":true,
          "join":"all"}],"leak":0.2},{"cell":"peephole-lstm","hidden":10}],"skipOutputs":true,
        "optimizer":{"name":"momentum","learningRate":0.05},"clip":0.5)",
     {}},
};

INSTANTIATE_TEST_SUITE_P(Curves, FixedSeed, testing::ValuesIn(curves),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace unfold::test
