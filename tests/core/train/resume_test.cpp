// Saving, opening and going on is the same, bit for bit, as never having stopped.
#include "networks.h"
#include "support.h"

namespace unfold::test {
namespace {

const std::string& text() {
  static const std::string t = letters(700, 9);
  return t;
}

std::unique_ptr<Session> opened(const Session& session) {
  return std::make_unique<Session>(session.save(true), text());
}

/// Steps with the evaluations that fall due, as a user's loop makes them.
void train(Session& session, int steps, std::vector<double>& losses) {
  for (int i = 0; i < steps; ++i) {
    losses.push_back(session.trainer().step().loss);
    if (session.trainer().evaluation_due()) losses.push_back(session.trainer().evaluate().loss);
  }
}

struct ResumeCase {
  const char *name, *fields;
};
void PrintTo(const ResumeCase& c, std::ostream* out) { *out << c.name; }

// An epoch is 30 windows of 7 steps (630 training characters in 3 streams): all of them wrap. The plateaus are
// so strict that the rate falls several times.
const ResumeCase cases[]{
    {"sgd", R"("optimizer":"sgd")"},
    {"momentum", R"("optimizer":{"name":"momentum","learningRate":0.02})"},
    {"nesterov", R"("optimizer":{"name":"nesterov","learningRate":0.02,"weightDecay":0.001})"},
    {"rmsprop", R"("optimizer":"rmsprop")"},
    {"rmsprop_centered", R"("optimizer":{"name":"rmsprop","centered":true,"momentum":0.5})"},
    {"adagrad", R"("optimizer":{"name":"adagrad","learningRate":0.05})"},
    {"adadelta", R"("optimizer":{"name":"adadelta","learningRate":1,"decay":0.9,"epsilon":1e-6})"},
    {"adam", R"("optimizer":"adam","dropout":0.4)"},
    {"adamw", R"("optimizer":{"name":"adamw","weightDecay":0.05})"},
    {"plateau", R"("optimizer":{"name":"momentum","learningRate":0.1},"dropout":0.2,
                   "schedule":{"name":"plateau","patience":0,"factor":0.7})"},
    {"plateau_patient", R"("optimizer":{"name":"momentum","learningRate":0.1},"dropout":0.2,
                           "schedule":{"name":"plateau","patience":2,"factor":0.5})"},
    {"cosine", R"("schedule":{"name":"cosine","steps":60,"warmup":20})"},
    {"exponential", R"("schedule":{"name":"exponential","every":13,"factor":0.8})"},
    {"bytes_with_unknown", R"("unit":"byte","vocabulary":5)"},
    {"no_validation", R"("validationSplit":0)"},
    {"weight_noise", R"("regularization":{"weightNoise":0.05,"weightDrop":0.2,"maxNorm":1.5})"},
    {"activations", R"("regularization":{"activation":1,"temporalActivation":2,"inputDropout":0.2})"},
    {"ema", R"("averaging":{"name":"ema","decay":0.9},"dropout":0.2)"},
    {"nt_asgd", R"("averaging":{"name":"nt-asgd","patience":2},"optimizer":{"name":"sgd","learningRate":1})"},
    {"accumulate", R"("accumulate":2,"averaging":"ema","regularization":{"weightDrop":0.2})"},
    {"groups", R"("optimizer":{"groups":[{"match":"readout.*","learningRate":0.5,"weightDecay":0.1}]})"},
};

std::string config(const ResumeCase& c) {
  return std::string(R"({"layers":[{"cell":"lstm","units":8},{"cell":"gru","units":6}],
                         "sequenceLength":7,"batchSize":3,"evaluateEvery":5,)") +
         c.fields + "}";
}

class Resume : public testing::TestWithParam<ResumeCase> {};

TEST_P(Resume, IsAsIfNeverStopped) {
  Session whole(parse_config(config(GetParam())), text());
  std::vector<double> expected, losses;
  train(whole, 80, expected);
  auto session = std::make_unique<Session>(parse_config(config(GetParam())), text());
  for (const int steps : {1, 24, 20, 35}) {  // stops before and after evaluations, in the middle of epochs
    train(*session, steps, losses);
    session = opened(*session);
  }
  EXPECT_GE(session->trainer().progress().epoch, 2);
  EXPECT_EQ(losses, expected);
  EXPECT_TRUE(same_bits(all_parameters(session->network()), all_parameters(whole.network())));
  EXPECT_TRUE(same_bytes(session->save(true), whole.save(true)));
}

INSTANTIATE_TEST_SUITE_P(Settings, Resume, testing::ValuesIn(cases), [](const auto& info) { return info.param.name; });

class ResumeNetwork : public testing::TestWithParam<NetworkCase> {};

TEST_P(ResumeNetwork, IsAsIfNeverStopped) {
  const std::string json = config_of(GetParam(), R"("sequenceLength":6,"batchSize":2,"evaluateEvery":8)");
  Session whole(parse_config(json), text()), first(parse_config(json), text());
  std::vector<double> expected, losses;
  train(whole, 20, expected);
  train(first, 9, losses);
  const auto second = opened(first);
  train(*second, 11, losses);
  EXPECT_EQ(losses, expected);
  EXPECT_TRUE(same_bytes(second->save(true), whole.save(true)));
}

INSTANTIATE_TEST_SUITE_P(All, ResumeNetwork, testing::ValuesIn(networks()),
                         [](const auto& info) { return info.param.name; });

// An evaluation half done is not saved; it is due again after opening and gives the same.
TEST(Resume, InTheMiddleOfAnEvaluation) {
  Session whole(parse_config(config(cases[9])), text()), first(parse_config(config(cases[9])), text());
  std::vector<double> expected, losses;
  train(whole, 20, expected);
  train(first, 14, losses);
  losses.push_back(first.trainer().step().loss);
  ASSERT_TRUE(first.trainer().evaluation_due());
  ASSERT_FALSE(evaluate_window(first.trainer()).done);
  const auto second = opened(first);
  ASSERT_TRUE(second->trainer().evaluation_due());
  losses.push_back(second->trainer().evaluate().loss);
  EXPECT_FALSE(second->trainer().evaluation_due());
  train(*second, 5, losses);
  EXPECT_EQ(losses, expected);
  EXPECT_TRUE(same_bytes(second->save(true), whole.save(true)));
}

// Settings changed on the way are part of what is saved.
TEST(Resume, AfterAChangeOfSettings) {
  const auto change = [](Session& s) {
    s.update(R"({"optimizer":{"learningRate":0.01},"clip":0.1,"dropout":0.3,"schedule":"step"})");
  };
  Session whole(parse_config(config(cases[7])), text()), first(parse_config(config(cases[7])), text());
  std::vector<double> expected, losses;
  train(whole, 10, expected);
  change(whole);
  train(whole, 10, expected);
  train(first, 10, losses);
  change(first);
  const auto second = opened(first);
  train(*second, 10, losses);
  EXPECT_EQ(losses, expected);
  EXPECT_TRUE(same_bytes(second->save(true), whole.save(true)));
}

// What only looks at the model does not change what training does.
TEST(Resume, SavingSamplingAndEvaluatingDoNotDisturbTraining) {
  const std::string json = config({"", R"("dropout":0.3,"optimizer":"momentum")"});
  Session alone(parse_config(json), text()), watched(parse_config(json), text());
  std::vector<double> expected, losses;
  train(alone, 40, expected);
  for (int i = 0; i < 40; ++i) {
    train(watched, 1, losses);
    if (watched.trainer().evaluation_due()) continue;
    if (i % 3 == 0) watched.trainer().evaluate();
    if (i % 4 == 0) evaluate_window(watched.trainer());  // left half done
    if (i % 5 == 0) watched.save(i % 2 == 0);
    watched.sample_start("abc", {.seed = 5}, 20);
    std::string written;
    watched.sample_next(7, written);
  }
  EXPECT_EQ(losses, expected);
  EXPECT_TRUE(same_bits(all_parameters(watched.network()), all_parameters(alone.network())));
}

}  // namespace
}  // namespace unfold::test
