// Validation: every prediction once, no traces in training.
#include "networks.h"
#include "support.h"

namespace unfold::test {
namespace {

std::string config(int window, int batch, const std::string& more = "") {
  return R"({"layers":[{"cell":"gru","units":7},{"cell":"rnn","units":5,"clock":[1,3]}],"validationSplit":0.3,"sequenceLength":)" +
         std::to_string(window) + ",\"batchSize\":" + std::to_string(batch) + more + "}";
}

/// The mean loss of all predictions within `tokens`, as one sequence.
double loss_of(Network& network, const std::vector<Token>& tokens) {
  const auto T = Index(tokens.size()) - 1;
  Workspace workspace(network, T, 1, false);
  run(network, workspace, {tokens.begin(), tokens.end() - 1});
  std::vector<double> losses(static_cast<std::size_t>(T));
  softmax_cross_entropy(workspace.logits(), network.symbols(), T, tokens.data() + 1, 0, losses.data());
  double sum = 0;
  for (const double x : losses) sum += x;
  return sum / double(T);
}

TEST(Evaluation, OfBatch1IsOneLongSequence) {
  for (const int window : {1, 7, 13, 64}) {
    const std::string text = letters(400, 6);
    Session session(parse_config(config(window, 1)), text);
    session.trainer().step();
    const std::vector<Token> tokens = session.vocabulary().encode(text);
    const Evaluation e = session.trainer().evaluate();
    EXPECT_EQ(e.predictions, session.trainer().validation_tokens() - 1);
    EXPECT_NEAR(e.loss, loss_of(session.network(), {tokens.begin() + session.trainer().train_tokens(), tokens.end()}),
                1e-12)
        << window;
  }
}

TEST(Evaluation, CountsEveryPredictionOnceForAnyBatch) {
  for (const int batch : {1, 2, 3, 5, 8})
    for (const int window : {3, 10}) {
      Session session(parse_config(config(window, batch)), letters(401, 6));
      EXPECT_EQ(session.trainer().evaluate().predictions, session.trainer().validation_tokens() - 1);
    }
}

TEST(Evaluation, OfManyStreamsIsTheirMean) {
  const std::string text = letters(400, 6);
  Session session(parse_config(config(10, 3)), text);
  const std::vector<Token> all = session.vocabulary().encode(text);
  const std::vector<Token> tokens(all.begin() + session.trainer().train_tokens(), all.end());
  const auto predictions = Index(tokens.size()) - 1, length = (predictions + 2) / 3;
  double sum = 0;
  for (Index from = 0; from < predictions; from += length) {
    const Index to = std::min(predictions, from + length);
    sum += double(to - from) * loss_of(session.network(), {tokens.begin() + from, tokens.begin() + to + 1});
  }
  EXPECT_NEAR(session.trainer().evaluate().loss, sum / double(predictions), 1e-12);
}

TEST(Evaluation, IsOfTheWholeSplitWhateverWasBegun) {
  Session session(parse_config(config(5, 2)), letters(400, 6));
  const Evaluation whole = session.trainer().evaluate();
  EXPECT_TRUE(whole.done);
  EXPECT_EQ(whole.fraction, 1);
  EXPECT_EQ(whole.predictions, session.trainer().validation_tokens() - 1);
  EXPECT_FALSE(evaluate_window(session.trainer()).done);
  const Evaluation ended = session.trainer().evaluate();
  EXPECT_EQ(ended.predictions, whole.predictions);
  EXPECT_EQ(ended.loss, whole.loss);
}

TEST(Evaluation, TellsHowFarItIs) {
  Session session(parse_config(config(5, 2)), letters(400, 6));
  double before = 0;
  Evaluation e;
  do {
    e = evaluate_window(session.trainer());
    EXPECT_GT(e.fraction, before);
    EXPECT_LE(e.fraction, 1);
    EXPECT_GT(e.loss, 0);
    before = e.fraction;
  } while (!e.done);
  EXPECT_EQ(e.fraction, 1);
  EXPECT_EQ(session.trainer().progress().validation_loss, e.loss);
  EXPECT_FALSE(evaluate_window(session.trainer()).done) << "the next pass starts anew";
}

TEST(Evaluation, GivesTheSameTwiceAndDropsNothing) {
  Session plain(parse_config(config(6, 2)), letters(400, 6));
  Session dropping(parse_config(config(6, 2, R"(,"dropout":0.5)")), letters(400, 6));
  const double loss = plain.trainer().evaluate().loss;
  EXPECT_EQ(plain.trainer().evaluate().loss, loss);
  EXPECT_EQ(dropping.trainer().evaluate().loss, loss);
}

TEST(Evaluation, FallsDueEveryFewSteps) {
  Session session(parse_config(config(6, 2, R"(,"evaluateEvery":4)")), letters(400, 6));
  Trainer& trainer = session.trainer();
  EXPECT_FALSE(trainer.evaluation_due()) << "not before the first step";
  for (int step = 1; step <= 12; ++step) {
    trainer.step();
    EXPECT_EQ(trainer.evaluation_due(), step % 4 == 0);
    if (!trainer.evaluation_due()) continue;
    trainer.evaluate();
    EXPECT_FALSE(trainer.evaluation_due()) << "done for this step";
  }
  Session never(parse_config(config(6, 2, R"(,"evaluateEvery":0)")), letters(400, 6));
  for (int step = 0; step < 5; ++step) never.trainer().step();
  EXPECT_FALSE(never.trainer().evaluation_due());
}

TEST(Evaluation, NeedsAValidationText) {
  Session session(
      parse_config(R"({"layers":[{"cell":"rnn","units":3}],"sequenceLength":5,"batchSize":2,"validationSplit":0})"),
      letters(100, 3));
  EXPECT_FALSE(session.trainer().evaluation_due());
  EXPECT_TRUE(refuses(ErrorCode::invalid_state, "validationSplit", [&] { session.trainer().evaluate(); }));
}

class Undisturbed : public testing::TestWithParam<NetworkCase> {};

TEST_P(Undisturbed, TrainingIsTheSameWithEvaluationsInBetween) {
  const std::string json = config_of(GetParam(), R"("sequenceLength":6,"batchSize":2,"evaluateEvery":0)");
  Session alone(parse_config(json), letters(300, 8)), evaluated(parse_config(json), letters(300, 8));
  for (int step = 0; step < 25; ++step) {
    EXPECT_EQ(evaluated.trainer().step().loss, alone.trainer().step().loss) << step;
    if (step % 2) evaluated.trainer().evaluate();
    if (step % 3) evaluate_window(evaluated.trainer());  // begun, then dropped by the next step
  }
  EXPECT_TRUE(same_bits(all_parameters(evaluated.network()), all_parameters(alone.network())));
}

INSTANTIATE_TEST_SUITE_P(All, Undisturbed, testing::ValuesIn(networks()),
                         [](const auto& info) { return info.param.name; });

// A text that is twice the same has two splits that are the same.
TEST(Evaluation, OfTheTrainingSplitOfATextMeasuresAllOfIt) {
  const std::string half = letters(203, 6);
  Session session(parse_config(R"({"layers":[{"units":5}],"sequenceLength":6,"batchSize":4,"validationSplit":0.5})"),
                  half + half);
  const Evaluation train = session.trainer().evaluate(Split::train), held_out = session.trainer().evaluate();
  EXPECT_EQ(train.predictions, 202);
  EXPECT_EQ(train.predictions, held_out.predictions);
  EXPECT_EQ(train.loss, held_out.loss);
}

// The numbers before a sequence are 0: none of another sequence, or of an evaluation, is read late.
TEST(Evaluation, LeavesNoNumbersThatAreReadLate) {
  const std::string json =
      R"({"task":"regress","layers":[{"units":4,"edges":[{"from":"input"},{"from":"input","delay":2},{"from":"self"}]}],
          "batchSize":4,"evaluateEvery":0})";
  std::string series;
  for (int t = 0; t < 60; ++t) series += std::to_string(t % 7) + "\n";
  Session alone(parse_config(json), series), evaluated(parse_config(json), series);
  const double loss = evaluated.trainer().evaluate().loss;
  EXPECT_EQ(evaluated.trainer().evaluate().loss, loss);
  for (int step = 0; step < 4; ++step) {
    EXPECT_EQ(evaluated.trainer().step().loss, alone.trainer().step().loss) << step;
    evaluated.trainer().evaluate();
  }
}

// Weights so large that the loss is not finite must not spoil what is saved.
TEST(Evaluation, ANonFiniteResultIsReportedAndDoesNotSpoilTheCheckpoint) {
  const std::string text = letters(400, 6);
  Session session(parse_config(config(6, 2)), text);
  session.trainer().step();
  const std::vector<Real> kept(all_parameters(session.network()).begin(), all_parameters(session.network()).end());
  std::ranges::fill(tensor(session.network(), "readout.weight"), Real(3e38));
  session.network().touch();
  const auto error = error_of([&] {
    const Evaluation e = session.trainer().evaluate();
    EXPECT_FALSE(std::isfinite(e.loss));
  });
  if (error) EXPECT_EQ(error->code, ErrorCode::non_finite) << error->what();
  std::ranges::copy(kept, all_parameters(session.network()).begin());
  session.network().touch();
  EXPECT_NO_THROW(Session(session.save(true), text));
}

}  // namespace
}  // namespace unfold::test
