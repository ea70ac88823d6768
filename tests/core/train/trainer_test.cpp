// The training loop: what it refuses, what it leaves alone, what it counts.
#include "unfold/train/trainer.h"
#include "unfold/model/scan.h"

#include "networks.h"
#include "support.h"

namespace unfold::test {
namespace {

std::string small(const std::string& more = "") {
  return R"({"layers":[{"cell":"lstm","units":9}],"sequenceLength":8,"batchSize":3)" +
         (more.empty() ? "" : "," + more) + "}";
}

std::vector<Real> copy_of(Network& network) {
  const std::span<Real> p = all_parameters(network);
  return {p.begin(), p.end()};
}

// Length ------------------------------------------------------------------------------------------------------------

TEST(TrainerText, TooShortIsRefusedWithTheNumberNeeded) {
  const Config config = parse_config(small(R"("validationSplit":0)"));
  const auto with = [&](Index n) { return Session(config, letters(n, 3)); };
  for (const Index n : {1, 2, 9, 27}) {
    EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [&] { with(n); })) << n;
    const auto error = error_of([&] { with(n); });
    EXPECT_NE(error->expected.find("28"), std::string::npos) << error->what();  // 3·(8+1) + 1
    EXPECT_EQ(error->actual, std::to_string(n));
  }
  EXPECT_NO_THROW(with(28).trainer().step());
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [&] { with(0); }));
}

TEST(TrainerText, SplitsOffTheEnd) {
  for (const double validation : {0.0, 0.05, 0.1, 0.5})
    for (const Index count : {100, 101, 12345}) {
      const Index train = training_share(count, validation);
      EXPECT_NEAR(double(train), double(count) * (1 - validation), 2);
      if (validation > 0) EXPECT_GE(count - train, 2);
    }
}

// Steps -------------------------------------------------------------------------------------------------------------

TEST(Trainer, ReportsWhatItDid) {
  Session session(parse_config(small(R"("clip":0.5,"optimizer":{"learningRate":0.01})")), letters(400, 5));
  Trainer& trainer = session.trainer();
  for (int i = 1; i <= 40; ++i) {
    const StepReport r = trainer.step();
    EXPECT_EQ(r.step, i);
    EXPECT_EQ(r.learning_rate, 0.01);
    EXPECT_EQ(r.epoch, (i - 1) / 14) << "119 steps of 8 in a stream: 14 windows an epoch";
    EXPECT_GT(r.gradient_norm, 0);
    EXPECT_EQ(r.clipped, r.gradient_norm > 0.5);
    EXPECT_TRUE(r.loss > 0 && r.loss < 3) << r.loss;
  }
  EXPECT_EQ(trainer.train_tokens() + trainer.validation_tokens(), 400);
}

// The first step by hand: forward, loss, backward.
TEST(Trainer, FirstLossIsForwardsLoss) {
  const Config config = parse_config(small(R"("validationSplit":0)"));
  const std::string text = letters(200, 4);
  Session session(config, text), other(config, text);
  const std::vector<Token> tokens = session.vocabulary().encode(text);
  Workspace workspace(other.network(), 8, 3, false);
  const Streams streams(tokens.data(), 200, 3);
  std::vector<Token> inputs(24), targets(24);
  streams.window(0, 8, inputs.data(), targets.data());
  run(other.network(), workspace, inputs);
  std::vector<double> losses(24);
  softmax_cross_entropy(workspace.logits(), 4, 24, targets.data(), 0, losses.data());
  double sum = 0;
  for (const double x : losses) sum += x;
  EXPECT_EQ(session.trainer().step().loss, sum / 24);
}

TEST(Trainer, OneSymbolHasLossExactly0) {
  for (const char* cell : {"rnn", "lstm", "gru"}) {
    Session session(parse_config(std::string(R"({"layers":[{"cell":")") + cell +
                                 R"(","units":4}],"sequenceLength":5,"batchSize":2})"),
                    std::string(100, 'x'));
    for (int i = 0; i < 5; ++i) {
      const StepReport r = session.trainer().step();
      EXPECT_EQ(r.loss, 0);
      EXPECT_EQ(r.gradient_norm, 0);
    }
    EXPECT_EQ(session.trainer().evaluate().loss, 0);
    session.sample_start("x", {}, 5);
    std::string text;
    session.sample_next(5, text);
    EXPECT_EQ(text, "xxxxx");
  }
}

TEST(Trainer, SmallestAndLongestWindowsWork) {
  Session tiny(parse_config(R"({"layers":[{"cell":"lstm","units":1}],"sequenceLength":1,"batchSize":1})"),
               letters(50, 2));
  Session longest(parse_config(R"({"layers":[{"cell":"gru","units":1}],"sequenceLength":1000,"batchSize":1})"),
                  letters(3000, 3));
  for (int i = 0; i < 60; ++i) EXPECT_TRUE(std::isfinite(tiny.trainer().step().loss));
  EXPECT_GT(tiny.trainer().progress().epoch, 0);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(std::isfinite(longest.trainer().step().loss));
}

// It refers to members of its own.
TEST(TextLoader, CannotBeMoved) {
  EXPECT_FALSE(std::is_move_constructible_v<TextLoader>);
  EXPECT_FALSE(std::is_move_assignable_v<TextLoader>);
}

class RateOf0 : public testing::TestWithParam<const char*> {};

TEST_P(RateOf0, LeavesTheWeights) {
  Session session(parse_config(small(std::string(R"("optimizer":{"name":")") + GetParam() +
                                     R"(","learningRate":0,"weightDecay":0.1})")),
                  letters(400, 5));
  const std::vector<Real> before = copy_of(session.network());
  for (int i = 0; i < 10; ++i) session.trainer().step();
  EXPECT_TRUE(same_bits(copy_of(session.network()), before));
}

INSTANTIATE_TEST_SUITE_P(Optimizers, RateOf0, testing::ValuesIn(optimizer_names),
                         [](const auto& info) { return info.param; });

// Non-finite --------------------------------------------------------------------------------------------------------

TEST(TrainerNonFinite, StopsBeforeAnythingChangedAndGoesOnAfterwards) {
  for (const Real bad : {std::numeric_limits<Real>::quiet_NaN(), std::numeric_limits<Real>::infinity()}) {
    Session first(parse_config(small(R"("dropout":0.2)")), letters(400, 5));
    Session undisturbed(parse_config(small(R"("dropout":0.2)")), letters(400, 5));
    for (int i = 0; i < 14; ++i) first.trainer().step(), undisturbed.trainer().step();  // next: a new epoch
    Session session(first.save(true), letters(400, 5));  // just opened: no update to take back
    Trainer& trainer = session.trainer();
    Real& weight = tensor(session.network(), "layers.0.weight_hh")[5];
    const Real kept = weight;
    weight = bad;
    session.network().touch();
    const std::vector<Real> before = copy_of(session.network());
    const std::int64_t updates = trainer.optimizer().updates;
    std::vector<Real> moment(trainer.optimizer().moments()[0].data(),
                             trainer.optimizer().moments()[0].data() + before.size());
    for (int again = 0; again < 3; ++again) {
      EXPECT_TRUE(refuses(ErrorCode::non_finite, "step 15", [&] { trainer.step(); }));
      EXPECT_TRUE(same_bits(copy_of(session.network()), before));
      EXPECT_TRUE(same_bits({trainer.optimizer().moments()[0].data(), before.size()}, moment));
      EXPECT_EQ(trainer.optimizer().updates, updates);
      EXPECT_EQ(trainer.progress().step, 14);
    }
    weight = kept;
    session.network().touch();
    for (int i = 0; i < 5; ++i) EXPECT_EQ(trainer.step().loss, undisturbed.trainer().step().loss);
    EXPECT_TRUE(same_bytes(session.save(true), undisturbed.save(true)));
  }
}

// A loss that is not finite is the fault of the previous update, which is rolled back; training goes on from there.
TEST(TrainerNonFinite, RollsBackTheUpdateThatSpoiledTheLoss) {
  Session session(parse_config(small()), letters(400, 5));
  Trainer& trainer = session.trainer();
  for (int i = 0; i < 3; ++i) trainer.step();
  const std::vector<Real> good = copy_of(session.network());
  const double loss = trainer.step().loss;
  EXPECT_FALSE(same_bits(copy_of(session.network()), good));
  for (Real& w : tensor(session.network(), "readout.weight")) w = std::numeric_limits<Real>::infinity();
  session.network().touch();
  try {
    trainer.step();
    FAIL() << "went on";
  } catch (const NonFinite& e) {
    EXPECT_TRUE(e.overflow.rolled_back);
    EXPECT_EQ(e.overflow.step, 5);
    EXPECT_FALSE(std::isfinite(e.overflow.loss));
    EXPECT_NE(std::string(e.what()).find("rolled back"), std::string::npos) << e.what();
  }
  EXPECT_TRUE(same_bits(copy_of(session.network()), good));
  EXPECT_EQ(trainer.progress().step, 4);
  session.update(R"({"optimizer":{"learningRate":1e-4},"clip":1})");
  for (int i = 0; i < 5; ++i) EXPECT_LT(trainer.step().loss, 2 * loss);
  EXPECT_NO_THROW(Session(session.save(true), letters(400, 5)));
}

// Finite loss and gradient, but an update that overflows: found in the update, which leaves no trace.
TEST(TrainerNonFinite, AnUpdateThatOverflowsLeavesTheWeights) {
  for (const char* optimizer : {"sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adadelta", "adam", "adamw"})
    for (const char* decay : {"1000", "0"}) {
      Session session(parse_config(small(std::string(R"("clip":0,"optimizer":{"name":")") + optimizer +
                                         R"(","learningRate":1e6,"weightDecay":)" + decay + "}")),
                      letters(400, 5));
      Trainer& trainer = session.trainer();
      for (int round = 0; round < 60; ++round) {
        const std::vector<Real> before = copy_of(session.network());
        const auto error = error_of([&] { trainer.step(); });
        if (error && error->actual.find("rolled back") == std::string::npos)
          EXPECT_TRUE(same_bits(copy_of(session.network()), before)) << error->what();
        for (const Real x : all_parameters(session.network())) ASSERT_LE(std::fabs(x), Optimizer::largest_weight);
        ASSERT_NO_THROW(session.save(true)) << optimizer << ", round " << round;
      }
    }
}

/// What an update changes: weights, moments, and how many updates there were.
std::vector<std::vector<Real>> updated(Session& session) {
  std::vector<std::vector<Real>> all{copy_of(session.network())};
  for (const Buffer& m : session.trainer().optimizer().moments()) all.emplace_back(m.data(), m.data() + all[0].size());
  all.push_back({Real(session.trainer().optimizer().updates)});
  return all;
}

class OverflowOf : public testing::TestWithParam<std::tuple<const char*, const char*>> {};

// An update, a gradient or a loss that overflows: weights and moments are bit for bit those before the step, and at the
// previous rate training learns as if nothing had been.
TEST_P(OverflowOf, LeavesEverythingAndLearnsOn) {
  const auto [name, clip] = GetParam();
  // Dividing by the root of its own square, a method's updates are as large as its rate, whatever the gradient.
  const std::string rate = std::string(name) == "adadelta"      ? "1"
                           : std::string(name).find("ada") == 0 ? "0.01"
                                                                : "0.001";
  const Config config = parse_config(small(std::string(R"("clip":)") + clip + R"(,"optimizer":{"name":")" + name +
                                           R"(","learningRate":)" + rate + "}"));
  const std::string text = letters(400, 5);
  Session session(config, text), calm(config, text);
  Trainer& trainer = session.trainer();
  for (int i = 0; i < 5; ++i) trainer.step(), calm.trainer().step();
  const auto good = updated(session);
  const auto fails = [&] {
    const auto error = error_of([&] { trainer.step(); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::non_finite) << error->what();
    EXPECT_EQ(error->field, "step 6");
    EXPECT_NE(error->actual.find(" in "), std::string::npos) << error->actual;
  };
  // The others divide by the gradient's size: at the largest rate there is, no update of theirs overflows.
  const std::string method = name;
  if (method == "sgd" || method == "momentum" || method == "nesterov" || method == "adamw") {
    for (Real& w : tensor(session.network(), "readout.weight")) w = std::copysign(Optimizer::largest_weight, w);
    session.network().touch();
    const auto large = updated(session);
    session.update(R"({"optimizer":{"learningRate":1e6,"weightDecay":1000}})");
    for (int again = 0; again < 2; ++again) {
      fails();
      EXPECT_EQ(updated(session), large);
    }
  }
  for (const Real bad : {std::numeric_limits<Real>::infinity(), std::numeric_limits<Real>::quiet_NaN()}) {
    std::copy(good[0].begin(), good[0].end(), session.network().parameters());
    tensor(session.network(), "layers.0.weight_hh")[2] = bad;
    session.network().touch();
    session.update(R"({"optimizer":{"learningRate":1e6}})");
    fails();
    auto now = updated(session);
    now[0] = good[0];
    EXPECT_EQ(now, good) << "moments";
  }
  std::copy(good[0].begin(), good[0].end(), session.network().parameters());
  session.network().touch();
  session.update(std::string(R"({"optimizer":{"learningRate":)") + rate + R"(,"weightDecay":0}})");
  const double first = trainer.step().loss;
  EXPECT_EQ(first, calm.trainer().step().loss);
  double last = 0;
  for (int i = 0; i < 300; ++i) {
    last = trainer.step().loss;
    EXPECT_EQ(last, calm.trainer().step().loss) << i;
  }
  EXPECT_EQ(updated(session), updated(calm));
  EXPECT_LT(last, first);
}

INSTANTIATE_TEST_SUITE_P(Optimizers, OverflowOf,
                         testing::Combine(testing::ValuesIn(optimizer_names), testing::Values("0", "5")),
                         [](const auto& info) {
                           return std::string(std::get<0>(info.param)) +
                                  (std::get<1>(info.param)[0] == '0' ? "" : "Clipped");
                         });

// A finite gradient whose square is none: without a bound Adam's second moment would be infinite for ever.
TEST(TrainerNonFinite, AGradientTooLargeToSquareIsRefusedUnlessClipped) {
  const std::string linear =
      R"({"layers":[{"cell":"rnn","activation":"identity","units":9}],"sequenceLength":8,"batchSize":3,"clip":)";
  for (const char* clip : {"0", "5"}) {
    Session session(parse_config(linear + clip + "}"), letters(400, 5));
    for (Real& w : tensor(session.network(), "layers.0.weight_hh")) w *= Real(1e4);
    session.network().touch();
    const std::vector<Real> before = copy_of(session.network());
    const auto error = error_of([&] { session.trainer().step(); });
    EXPECT_EQ(error.has_value(), std::string(clip) == "0") << (error ? error->what() : "accepted");
    if (!error) continue;
    EXPECT_EQ(error->code, ErrorCode::non_finite);
    EXPECT_NE(error->actual.find("e+"), std::string::npos) << error->actual;
    EXPECT_TRUE(same_bits(copy_of(session.network()), before));
    EXPECT_NO_THROW(session.save(true));
  }
}

TEST(TrainerNonFinite, NamesTheTensor) {
  Session session(parse_config(small()), letters(400, 5));
  tensor(session.network(), "readout.weight")[3] = std::numeric_limits<Real>::quiet_NaN();
  session.network().touch();
  const auto error = error_of([&] { session.trainer().step(); });
  ASSERT_TRUE(error);
  EXPECT_NE(error->actual.find(" in layers.0."), std::string::npos) << error->actual;
}

// A rate that ruins everything: training stops with an error, and what is saved can be opened and sampled.
TEST(TrainerNonFinite, AnAbsurdRateNeverLeavesNonFiniteWeights) {
  for (const char* optimizer : {"sgd", "momentum", "adam", "rmsprop"})
    for (const char* clip : {"0", "5"}) {
      Session session(parse_config(small(std::string(R"("clip":)") + clip + R"(,"optimizer":{"name":")" + optimizer +
                                         R"(","learningRate":1e6})")),
                      letters(400, 5));
      const auto error = error_of([&] {
        for (int i = 0; i < 200; ++i) session.trainer().step();
      });
      if (error) EXPECT_EQ(error->code, ErrorCode::non_finite) << error->what();
      for (const Real x : all_parameters(session.network())) ASSERT_TRUE(std::isfinite(x)) << optimizer << clip;
      EXPECT_NO_THROW(Session(session.save(true), letters(400, 5))) << optimizer << clip;
    }
}

TEST(TrainerNonFinite, AnEpsilonOf0IsRefusedOrHarmless) {
  for (const char* name : {"adam", "adamw", "rmsprop", "adagrad", "adadelta"}) {
    const std::string json = small(std::string(R"("optimizer":{"name":")") + name + R"(","epsilon":0})");
    const auto refused = error_of([&] { parse_config(json); });
    if (refused) continue;
    Session session(parse_config(json), letters(400, 26));  // a letter that a window lacks has a gradient of 0
    for (int i = 0; i < 3; ++i) session.trainer().step();
    for (const Real x : all_parameters(session.network())) ASSERT_TRUE(std::isfinite(x)) << name;
  }
}

// Settings ----------------------------------------------------------------------------------------------------------

// Pieces ------------------------------------------------------------------------------------------------------------

/// Cut as finely as can be: two streams of 128 steps, four pieces a pass.
class Pieces : public testing::Test {
 protected:
  Pieces() { slice_work = 1; }
  ~Pieces() override { slice_work = usual_; }
  static std::string text() { return letters(3000, 7); }
  static Config config() {
    return parse_config(R"({"layers":[{"cell":"gru","units":6}],"sequenceLength":128,"batchSize":2,"dropout":0.2})");
  }
  const double usual_ = slice_work;
};

TEST_F(Pieces, AStepGivesWayManyTimesAndIsTheSame) {
  Session one(config(), text()), other(config(), text());
  for (int step = 1; step <= 5; ++step) {
    int pieces = 1;
    std::optional<StepReport> report;
    while (!(report = other.trainer().advance())) {
      ++pieces;
      EXPECT_TRUE(other.trainer().under_way());
      std::string written;  // reading the network in the middle of a step changes nothing
      if (pieces % 3 == 0) other.sample_start("", {.seed = 3}, 4);
      if (pieces % 3 == 0) other.sample_next(4, written);
    }
    EXPECT_FALSE(other.trainer().under_way());
    EXPECT_GE(pieces, 12) << "two layers forward and backward, and the gradients";
    const StepReport whole = one.trainer().step();
    EXPECT_EQ(report->step, step);
    EXPECT_EQ(report->loss, whole.loss);
    EXPECT_EQ(report->gradient_norm, whole.gradient_norm);
  }
  EXPECT_TRUE(same_bits(copy_of(one.network()), copy_of(other.network())));
}

TEST_F(Pieces, AStepThatIsDroppedLeavesNoTrace) {
  Session one(config(), text()), other(config(), text());
  for (int step = 0; step < 14; ++step) {  // over the end of the text, too
    for (int piece = 0; piece <= step; ++piece)
      if (other.trainer().advance()) FAIL() << "a step of " << piece << " pieces";
    other.trainer().drop_step();
    EXPECT_EQ(other.trainer().progress().step, step);
    EXPECT_EQ(other.trainer().step().loss, one.trainer().step().loss);
  }
  EXPECT_TRUE(same_bits(copy_of(one.network()), copy_of(other.network())));
}

// Between any two pieces: text is written, the window is dropped, or a training step goes first.
TEST_F(Pieces, OfAnEvaluationAreTheSameAndLeaveNoTrace) {
  Session one(config(), text()), other(config(), text());
  Trainer &whole = one.trainer(), &cut = other.trainer();
  for (Session* session : {&one, &other}) session->trainer().step(), session->trainer().step();
  const Evaluation expected = whole.evaluate();
  std::optional<Evaluation> e;
  int pieces = 0, dropped = 0;
  while (!e || !e->done) {
    e = cut.advance_evaluation(Split::validation);
    ++pieces;
    EXPECT_EQ(cut.evaluating(), !e);
    EXPECT_EQ(cut.under_way(), !e);
    std::string written;
    if (pieces % 2 == 0) other.sample_start("", {.seed = 3}, 4);
    if (pieces % 2 == 0) other.sample_next(4, written);
    if (pieces == 4 || pieces == 9) cut.drop_step(), ++dropped;
    if (pieces == 9) EXPECT_FALSE(cut.evaluating());
  }
  EXPECT_GE(pieces, 15);
  EXPECT_EQ(dropped, 2);
  EXPECT_EQ(e->loss, expected.loss);
  EXPECT_EQ(e->predictions, expected.predictions);
  EXPECT_EQ(cut.progress().validation_loss, whole.progress().validation_loss);

  for (int piece = 0; piece < 3; ++piece) cut.advance_evaluation(Split::validation);
  for (int step = 0; step < 3; ++step) EXPECT_EQ(cut.step().loss, whole.step().loss) << "the state of training is back";
  for (int piece = 0; piece < 3; ++piece) cut.advance_evaluation(Split::validation);
  cut.cancel_evaluation();
  EXPECT_FALSE(cut.under_way());
  EXPECT_EQ(cut.workspace().state().values, whole.workspace().state().values);
  EXPECT_TRUE(same_bits(copy_of(one.network()), copy_of(other.network())));
}

TEST_F(Pieces, AnErrorBeginsTheStepAnew) {
  const Config config = parse_config(R"({"preset":"irnn","units":9,"sequenceLength":64,"batchSize":3,"clip":0,
                                         "optimizer":{"name":"sgd","learningRate":1e6}})");
  Session session(config, letters(400, 5));
  Trainer& trainer = session.trainer();
  int errors = 0;
  for (int i = 0; i < 200 && errors == 0; ++i) try {
      while (!trainer.advance()) {
      }
    } catch (const NonFinite&) {
      ++errors;
      EXPECT_FALSE(trainer.under_way());
    }
  EXPECT_EQ(errors, 1);
}

TEST(Trainer, NewSettingsActFromTheNextStep) {
  Session session(parse_config(small()), letters(400, 5));
  session.trainer().step();
  session.update(R"({"optimizer":{"learningRate":0.25},"clip":{"norm":1e-3}})");
  const StepReport r = session.trainer().step();
  EXPECT_EQ(r.learning_rate, 0.25);
  EXPECT_TRUE(r.clipped);
  EXPECT_TRUE(refuses(ErrorCode::invalid_config, "optimizer.learningRate",
                      [&] { session.update(R"({"optimizer":{"learningRate":-1}})"); }));
  EXPECT_EQ(session.trainer().step().learning_rate, 0.25);
}

TEST(Trainer, DropoutCanBeSwitchedOnAndOff) {
  Session on(parse_config(small(R"("dropout":0.5)")), letters(400, 5)), off(parse_config(small()), letters(400, 5));
  EXPECT_NE(on.trainer().step().loss, off.trainer().step().loss);
  Session toggled(parse_config(small()), letters(400, 5)), plain(parse_config(small()), letters(400, 5));
  for (int i = 0; i < 3; ++i) toggled.trainer().step(), plain.trainer().step();
  toggled.update(R"({"dropout":0.5})");
  toggled.update(R"({"dropout":0})");
  EXPECT_EQ(toggled.trainer().step().loss, plain.trainer().step().loss) << "the state was kept";
  toggled.update(R"({"dropout":0.5})");
  EXPECT_NE(toggled.trainer().step().loss, plain.trainer().step().loss);
}

// char-rnn ended a run of four days at a loss of three times the first one. A spike is no reason to stop.
TEST(Trainer, ASpikeOfTheLossIsSurvived) {
  Session session(parse_config(small()), letters(400, 5));
  Trainer& trainer = session.trainer();
  const double first = trainer.step().loss;
  const auto scale = [&](Real by) {
    for (Real& w : tensor(session.network(), "readout.weight")) w *= by;
    session.network().touch();
  };
  scale(Real(1e4));
  EXPECT_GT(trainer.step().loss, 17 * first);
  scale(Real(1e-4));
  double last = 0;
  for (int i = 0; i < 100; ++i) last = trainer.step().loss;
  EXPECT_LT(last, first);
}

// Gates at 0 or 1 to the last bit: no gradient reaches them, what lies behind still learns, nothing overflows.
TEST(Trainer, SaturatedGatesAreRight) {
  for (const Real bias : {Real(-1e4), Real(1e4), Real(1e11)}) {
    Session session(parse_config(R"({"layers":[{"cell":"lstm","units":4}],"sequenceLength":6,"batchSize":2})"),
                    letters(400, 5));
    for (Real& b : tensor(session.network(), "layers.0.bias_ih")) b = bias;
    session.network().touch();
    const std::vector<Real> before = copy_of(session.network());
    const double first = session.trainer().step().loss;
    EXPECT_TRUE(std::isfinite(first));
    Index at = 0;
    for (const Parameter& p : session.network().table()) {
      const bool readout = p.name.starts_with("readout.");
      if (!readout && p.name != "layers.0.bias_ih")
        for (Index i = p.offset; i < p.offset + p.size(); ++i)
          EXPECT_EQ(session.network().parameters()[i], before[std::size_t(i)]) << p.name;
      at += p.size();
    }
    EXPECT_EQ(at, session.network().table().size());
    for (int i = 0; i < 30; ++i) EXPECT_TRUE(std::isfinite(session.trainer().step().loss));
  }
}

// All weights 0: nothing can reach the recurrent layer, only the readout's bias learns. Not an error.
TEST(Trainer, ADeadStartIsSurvived) {
  Session session(parse_config(small(R"("initialization":{"input":"zero","recurrent":"zero","readout":"zero"})")),
                  letters(400, 5));
  for (int i = 0; i < 5; ++i) EXPECT_LE(session.trainer().step().loss, std::log(5.0) + 0.01);
  for (const Real x : tensor(session.network(), "layers.0.weight_hh")) EXPECT_EQ(x, 0);
}

}  // namespace
}  // namespace unfold::test
