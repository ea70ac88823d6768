// The weights of the best validation: which they are, when a run ends, and that a file keeps both.
#include "unfold/train/best_weights.h"

#include "io/forged.h"
#include "networks.h"
#include "support.h"

namespace unfold::test {
namespace {

const std::string& text() {
  static const std::string t = letters(900, 9);
  return t;
}

/// A network that learns its few characters by heart, so that the validation soon gets worse.
std::string settings(const std::string& more = "") {
  return R"({"layers":[{"cell":"lstm","units":24}],"sequenceLength":6,"batchSize":3,"validationSplit":0.2,
             "evaluateEvery":4,"optimizer":{"name":"adam","learningRate":0.02})" +
         (more.empty() ? "" : "," + more) + "}";
}

std::vector<Real> copy_of(Network& network) {
  const std::span<Real> p = all_parameters(network);
  return {p.begin(), p.end()};
}

/// As a user's loop does it: until the run ends by itself, or has taken `most` steps. Returns whether it ended.
bool run(Trainer& trainer, int most) {
  for (int i = 0; i < most; ++i) {
    if (trainer.stops_early(true)) return true;
    trainer.step();
    if (trainer.evaluation_due()) trainer.evaluate();
  }
  return trainer.stops_early(true);
}

TEST(BestWeights, LowerByMoreThanMinDeltaIsBetter) {
  BestWeights best;
  best.values = Buffer(2);
  const auto observe = [&](std::int64_t step, double loss, Real weight) {
    const Real weights[]{weight, -weight};
    best.observe(step, loss, 0.5, weights);
  };
  EXPECT_FALSE(best.known());
  observe(4, 10, 1);
  EXPECT_EQ(best.step, 4);
  best.present = false;
  for (const double loss : {10.0, 9.6, 9.5}) observe(8, loss, 2);
  EXPECT_EQ(best.step, 4);
  EXPECT_EQ(best.bad, 3);
  EXPECT_FALSE(best.present);
  EXPECT_EQ(best.values.data()[1], Real(-1));
  observe(12, 9.25, 3);
  EXPECT_EQ(best.step, 12);
  EXPECT_EQ(best.loss, 9.25);
  EXPECT_EQ(best.bad, 0);
  EXPECT_TRUE(best.present);
  EXPECT_EQ(best.values.data()[0], Real(3));
}

// Against a record of every validation and of the weights that it measured.
TEST(EarlyStopping, EndsAfterItsPatienceAndRestoresTheBest) {
  for (const int patience : {1, 3, 7}) {
    Session session(parse_config(settings(R"("earlyStopping":)" + std::to_string(patience))), text());
    Trainer& trainer = session.trainer();
    std::vector<double> losses;
    std::vector<std::vector<Real>> weights;
    std::size_t best = 0;
    while (!trainer.stops_early(false)) {
      ASSERT_LT(losses.size(), 400u) << "the validation never got worse";
      trainer.step();
      if (!trainer.evaluation_due()) continue;
      losses.push_back(trainer.evaluate().loss);
      weights.push_back(copy_of(session.network()));
      if (losses.back() < losses[best]) best = losses.size() - 1;
    }
    EXPECT_EQ(losses.size(), best + 1 + std::size_t(patience));
    EXPECT_EQ(trainer.best().step, std::int64_t(4 * (best + 1)));
    EXPECT_FALSE(same_bits(weights[best], weights.back()));
    const std::int64_t step = trainer.progress().step;
    ASSERT_TRUE(trainer.restore_best());
    EXPECT_TRUE(same_bits(copy_of(session.network()), weights[best]));
    EXPECT_EQ(trainer.progress().step, step);
    EXPECT_EQ(trainer.progress().validation_loss, losses[best]);
    EXPECT_EQ(trainer.evaluate().loss, losses[best]);
    EXPECT_FALSE(trainer.stops_early(false)) << "what goes on from the best weights has its patience again";
    trainer.step();
    EXPECT_FALSE(trainer.best().present);
  }
}

// Killed after any step and opened again, a run ends where it would have ended, with the same best weights.
TEST(EarlyStopping, AsIfNeverKilled) {
  const Config config = parse_config(settings(R"("earlyStopping":{"patience":3})"));
  Session whole(config, text());
  ASSERT_TRUE(run(whole.trainer(), 2000));
  const std::int64_t end = whole.trainer().progress().step, best = whole.trainer().best().step;
  ASSERT_TRUE(whole.trainer().restore_best());
  const std::vector<std::byte> expected = whole.save(true);
  for (std::int64_t kill = std::max<std::int64_t>(1, best - 6); kill <= end; ++kill) {
    auto session = std::make_unique<Session>(config, text());
    run(session->trainer(), int(kill));
    session = std::make_unique<Session>(session->save(true), text());
    ASSERT_TRUE(run(session->trainer(), 2000)) << kill;
    EXPECT_EQ(session->trainer().progress().step, end) << kill;
    ASSERT_TRUE(session->trainer().restore_best());
    EXPECT_TRUE(same_bytes(session->save(true), expected)) << kill;
  }
}

// Once the best weights are back, the file has them once; what goes on has them beside the present ones.
TEST(EarlyStopping, AFileKeepsThemWhereTheyAreOthers) {
  const auto kept = [](const Session& session) {
    const std::vector<std::byte> bytes = session.save(true);
    CheckpointHeader header;
    return read_checkpoint(bytes, header).find("state.best") != nullptr;
  };
  Session session(parse_config(settings()), text());
  Trainer& trainer = session.trainer();
  EXPECT_FALSE(kept(session));
  EXPECT_FALSE(trainer.restore_best()) << "nothing was validated yet";
  for (int i = 0; i < 4; ++i) trainer.step();
  trainer.evaluate();
  EXPECT_FALSE(kept(session)) << "the present weights are the best";
  trainer.step();
  EXPECT_TRUE(kept(session));
  trainer.restore_best();
  EXPECT_FALSE(kept(session));
  Session opened(session.save(true), text());
  EXPECT_TRUE(opened.trainer().best().present);
  EXPECT_EQ(opened.trainer().best().step, 4);
  opened.trainer().step();
  opened.trainer().restore_best();
  EXPECT_TRUE(same_bits(all_parameters(opened.network()), all_parameters(session.network())));
}

// An update that overflows is undone: the weights are those of before, whatever was validated in between.
TEST(EarlyStopping, WeightsThatWereRolledBackAreOthers) {
  Session session(parse_config(settings(R"("clip":0)")), text());
  Trainer& trainer = session.trainer();
  for (int i = 0; i < 4; ++i) trainer.step();
  trainer.evaluate();
  session.network().parameters()[0] = std::numeric_limits<Real>::quiet_NaN();
  session.network().touch();
  ASSERT_TRUE(trainer.best().present);
  EXPECT_THROW(trainer.step(), NonFinite);
  EXPECT_FALSE(trainer.best().present);
}

TEST(EarlyStopping, WhoHasWhichPatience) {
  const auto patience = [](const std::string& json, bool endless) {
    Session session(parse_config(json), json.find("dataset") != std::string::npos ? "" : text());
    return session.trainer().patience(endless);
  };
  const std::string made = R"({"dataset":{"name":"reversal","count":100},"layers":[{"units":4}],
                               "encoder":[{"units":4}])";
  EXPECT_EQ(patience(settings(), true), usual_patience);
  EXPECT_EQ(patience(settings(), false), 0);
  EXPECT_EQ(patience(made + "}", true), 0) << "a long plateau often comes before what a generated dataset asks for";
  EXPECT_EQ(patience(made + R"(,"earlyStopping":2})", true), 2);
  EXPECT_EQ(patience(settings(R"("earlyStopping":2)"), true), 2);
  EXPECT_EQ(patience(settings(R"("earlyStopping":2)"), false), 2);
  EXPECT_EQ(patience(settings(R"("earlyStopping":0)"), true), 0);
  EXPECT_EQ(patience(settings(R"("earlyStopping":"auto")"), true), usual_patience);
  EXPECT_EQ(patience(settings(R"("earlyStopping":{"minDelta":0.5})"), true), usual_patience);
}

TEST(EarlyStopping, SettingsAreReadAndWritten) {
  EXPECT_FALSE(to_json(parse_config(settings())).contains("earlyStopping"));
  for (const char* given : {"3", R"({"patience":3,"minDelta":0.25})", R"({"minDelta":0.25})", "0"}) {
    const Config config = parse_config(settings(std::string(R"("earlyStopping":)") + given));
    const Json json = to_json(config);
    EXPECT_EQ(to_json(parse_config(json.dump())), json) << given;
  }
  Config config = parse_config(settings());
  update_config(config, R"({"earlyStopping":{"patience":5}})");
  EXPECT_EQ(config.early_stopping.patience, 5);
  update_config(config, R"({"earlyStopping":{"minDelta":1}})");
  EXPECT_EQ(config.early_stopping.patience, 5);
  update_config(config, R"({"earlyStopping":"auto"})");
  EXPECT_EQ(config.early_stopping.patience, EarlyStoppingConfig::automatic);
  for (const char* bad : {"-1", "1.5", R"("never")", "[]", "1e7"})
    EXPECT_TRUE(refuses(ErrorCode::invalid_config, "earlyStopping.patience", [&] {
      parse_config(settings(std::string(R"("earlyStopping":)") + bad));
    })) << bad;
  EXPECT_TRUE(refuses(ErrorCode::invalid_config, "earlyStopping.minDelta",
                      [&] { parse_config(settings(R"("earlyStopping":{"minDelta":-1})")); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_config, "earlyStopping.wait",
                      [&] { parse_config(settings(R"("earlyStopping":{"wait":1})")); }));
}

// A file that somebody has changed and signed anew.
TEST(EarlyStopping, ForgedFilesAreRefused) {
  Session session(parse_config(settings()), text());
  for (int i = 0; i < 6; ++i) {
    session.trainer().step();
    if (session.trainer().evaluation_due()) session.trainer().evaluate();
  }
  const Bytes good = session.save(true);
  EXPECT_NO_THROW(Session(good, text()));
  const auto refused = [&](const char* field, const std::function<void(Forge&)>& edit) {
    Forge forge(good);
    edit(forge);
    const Bytes bytes = forge.bytes();
    return refuses(ErrorCode::invalid_checkpoint, field, [&] { Session(bytes, text()); });
  };
  const auto step = [](const char* to) {
    return [to](Forge& f) { f.replace("progress", R"("bestWeights":{"step":4)", to); };
  };
  EXPECT_TRUE(refused("progress.bestWeights", step(R"("bestWeights":{"step":7)"))) << "a step to come";
  EXPECT_TRUE(refused("progress.step", step(R"("bestWeights":{"step":-1)")));
  EXPECT_TRUE(
      refused("progress.bestWeights", [](Forge& f) { f.replace("progress", R"("present":false)", R"("present":1)"); }));
  EXPECT_TRUE(refused("state.best", [](Forge& f) { f.tensor("state.best").name = "state.other"; }));
  EXPECT_TRUE(refused("state.best", [](Forge& f) {
    f.tensor("state.best").shape = {1};
    f.tensor("state.best").data.resize(4);
  }));
}

}  // namespace
}  // namespace unfold::test
