// Examples that are read in several windows with the state carried (task.carryState).
#include <nlohmann/json.hpp>

#include "support.h"
#include "unfold/api/session.h"

namespace unfold::test {
namespace {

/// Examples of 1 to 23 steps of each task that may be read so.
std::string text_of(const std::string& task) {
  std::string text = task == "notes" ? "{\"keys\":\"piano\",\"train\":[" : "";
  for (int i = 0; i < 20; ++i) {
    const int length = 1 + (i * 7) % 23;
    const std::string symbols = letters(length, 3, std::uint64_t(i) + 1);
    if (task == "tag") {
      text += symbols + "\t" + std::string(1, symbols[0]) + symbols.substr(0, std::size_t(length) - 1) + "\n";
    } else if (task == "regress") {
      for (int t = 0; t <= length; ++t) text += std::to_string((t * (i + 3)) % 11) + "," + std::to_string(t % 4) + "\n";
      text += "\n";
    } else {
      text += i > 0 ? ",[" : "[";
      for (int t = 0; t <= length; ++t) text += (t > 0 ? ",[" : "[") + std::to_string(30 + (t * (i + 2)) % 13) + "]";
      text += "]";
    }
  }
  return task == "notes" ? text + "]}" : text;
}

Json config_of(const std::string& task, bool carries) {
  const Json delayed = {{{"from", "input"}}, {{"from", "input"}, {"delay", 2}}, {{"from", "self"}, {"delay", 1}}};
  return {{"task", {{"name", task}, {"maxLength", 40}, {"carryState", carries}}},
          {"layers", {{{"cell", "lstm"}, {"units", 5}, {"edges", delayed}}, {{"cell", "gru"}, {"units", 4}}}},
          {"sequenceLength", 7},
          {"batchSize", 3},
          {"validationSplit", 0.25},
          {"evaluateEvery", 5},
          {"seed", 2}};
}

class CarriedWindows : public testing::TestWithParam<const char*> {
 protected:
  Session made(bool carries, int window = 7) const {
    Json json = config_of(GetParam(), carries);
    json["sequenceLength"] = window;
    return Session(parse_config(json), text_of(GetParam()));
  }
};

TEST_P(CarriedWindows, MeasureWhatTheWholeMeasures) {
  Session whole = made(false), cut = made(true);
  EXPECT_EQ(whole.trainer().loader().steps(), 23);
  EXPECT_EQ(cut.trainer().loader().steps(), 7);
  for (const Split split : {Split::train, Split::validation, Split::test}) {
    const Evaluation a = whole.trainer().evaluate(split), b = cut.trainer().evaluate(split);
    EXPECT_EQ(a.predictions, b.predictions);
    EXPECT_NEAR(a.loss, b.loss, 1e-5 * std::fabs(a.loss));
  }
}

TEST_P(CarriedWindows, AsLongAsTheExamplesTrainAsTheWhole) {
  Session whole = made(false), cut = made(true, 23);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(whole.trainer().step().loss, cut.trainer().step().loss) << i;
  EXPECT_TRUE(same_bits(all_parameters(whole.network()), all_parameters(cut.network())));
}

TEST_P(CarriedWindows, GoThroughEachBatchBeforeTheNext) {
  Session cut = made(true);
  std::int64_t windows = 0, before = 0;
  while (cut.trainer().progress().epoch == 0) {
    cut.trainer().step();
    const Progress& p = cut.trainer().progress();
    if (p.epoch > 0) break;
    EXPECT_EQ(p.window, p.cursor == before ? windows + 1 : 0);
    windows = p.window;
    before = p.cursor;
    EXPECT_LE(windows, 3);
  }
  EXPECT_GT(cut.trainer().progress().step, 6);
}

TEST_P(CarriedWindows, ResumeInTheMiddleOfABatch) {
  Session whole = made(true);
  const auto train = [](Session& session, int steps) {
    std::vector<double> losses;
    for (int i = 0; i < steps; ++i) {
      losses.push_back(session.trainer().step().loss);
      if (session.trainer().evaluation_due()) losses.push_back(session.trainer().evaluate().loss);
    }
    return losses;
  };
  train(whole, 24);
  bool middle = false;
  for (int steps = 1; steps < 9; ++steps) {
    Session first = made(true);
    train(first, steps);
    middle = middle || first.trainer().progress().window > 0;
    Session second(first.save(true), text_of(GetParam()));
    train(second, 24 - steps);
    EXPECT_TRUE(same_bytes(second.save(true), whole.save(true))) << steps;
  }
  EXPECT_TRUE(middle);
}

INSTANTIATE_TEST_SUITE_P(Tasks, CarriedWindows, testing::Values("tag", "regress", "notes"),
                         [](const auto& info) { return std::string(info.param); });

// One answer for a sequence ------------------------------------------------------------------------------------------

class CarriedToTheAnswer : public testing::TestWithParam<const char*> {
 protected:
  /// Sequences of 1 to 23 steps, the label of each its first symbol; or series with their mean.
  static std::string text() {
    std::string text;
    for (int i = 0; i < 20; ++i) {
      const int length = 1 + (i * 7) % 23;
      if (std::string(GetParam()) == "classify") {
        const std::string symbols = letters(length, 3, std::uint64_t(i) + 1);
        text += std::string(1, symbols[0]) + "\t" + symbols + "\n";
        continue;
      }
      for (int t = 0; t < length; ++t) text += (t > 0 ? "," : "") + std::to_string((t * (i + 3)) % 11);
      text += ";" + std::to_string(i % 5) + "\n";
    }
    return text;
  }
  static Json config(bool carries, int window = 7) {
    Json json = config_of(GetParam(), carries);
    json["task"]["pooling"] = "last";
    json["layers"][0].erase("edges");
    json["sequenceLength"] = window;
    return json;
  }
  static Session made(bool carries, int window = 7) { return Session(parse_config(config(carries, window)), text()); }
};

TEST_P(CarriedToTheAnswer, MeasuresWhatTheWholeMeasures) {
  Session whole = made(false), cut = made(true);
  EXPECT_EQ(whole.trainer().loader().encoder_steps(), 23);
  EXPECT_EQ(cut.trainer().loader().encoder_steps(), 7);
  for (const Split split : {Split::train, Split::validation, Split::test}) {
    const Evaluation a = whole.trainer().evaluate(split), b = cut.trainer().evaluate(split);
    EXPECT_EQ(a.predictions, b.predictions);
    EXPECT_NEAR(a.loss, b.loss, 1e-5 * std::fabs(a.loss));
  }
}

TEST_P(CarriedToTheAnswer, AsLongAsTheSequencesTrainsAsTheWhole) {
  Session whole = made(false), cut = made(true, 23);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(whole.trainer().step().loss, cut.trainer().step().loss) << i;
  EXPECT_TRUE(same_bits(all_parameters(whole.network()), all_parameters(cut.network())));
}

/// The loss of a step is that of the whole sequences; the gradient is that of their last steps.
TEST_P(CarriedToTheAnswer, LearnsFromTheLastWindow) {
  Session whole = made(false), cut = made(true);
  const StepReport a = whole.trainer().step(), b = cut.trainer().step();
  EXPECT_NEAR(a.loss, b.loss, 1e-5 * std::fabs(a.loss));
  EXPECT_GT(b.gradient_norm, 0);
  EXPECT_GT(std::fabs(a.gradient_norm - b.gradient_norm), 1e-4 * a.gradient_norm) << "the earlier steps are left out";
  for (int i = 1; i < 6; ++i) {
    EXPECT_EQ(cut.trainer().progress().window, 0) << "a step is a batch";
    EXPECT_EQ(cut.trainer().progress().cursor, whole.trainer().progress().cursor);
    whole.trainer().step();
    cut.trainer().step();
  }
}

TEST_P(CarriedToTheAnswer, Resumes) {
  Session whole = made(true);
  const auto train = [](Session& session, int steps) {
    for (int i = 0; i < steps; ++i) {
      session.trainer().step();
      if (session.trainer().evaluation_due()) session.trainer().evaluate();
    }
  };
  train(whole, 12);
  Session first = made(true);
  train(first, 5);
  while (!first.trainer().under_way()) first.trainer().advance();
  first.trainer().drop_step();
  Session second(first.save(true), text());
  train(second, 7);
  EXPECT_TRUE(same_bytes(second.save(true), whole.save(true)));
}

INSTANTIATE_TEST_SUITE_P(Tasks, CarriedToTheAnswer, testing::Values("classify", "regress"),
                         [](const auto& info) { return std::string(info.param); });

TEST(CarryState, FillsTheBatchWithSharesOfOneSeries) {
  std::string text;
  for (int t = 0; t < 900; ++t) text += std::to_string(t % 17) + "\n";
  const auto made = [&](int length) {
    Json json = {{"task", {{"name", "regress"}, {"carryState", true}}}, {"batchSize", 4}, {"sequenceLength", 20}};
    if (length > 0) json["task"]["maxLength"] = length;
    return Session(parse_config(json), text);
  };
  Session shares = made(0);
  EXPECT_EQ(shares.trainer().loader().size(Split::train), 4);
  EXPECT_EQ(shares.trainer().loader().steps(), 20);
  EXPECT_EQ(made(90).trainer().loader().size(Split::train), 9);
}

TEST(CarryState, IsRefusedWhereTheWholeIsNeeded) {
  const auto wrong = [](const Json& task, const char* field, const Json& layer = Json::object()) {
    return refuses(ErrorCode::invalid_config, field, [&] { parse_config({{"task", task}, {"layers", {layer}}}); });
  };
  EXPECT_TRUE(wrong({{"name", "classify"}, {"pooling", "mean"}, {"carryState", true}}, "task.carryState"));
  EXPECT_TRUE(wrong({{"name", "classify"}, {"carryState", true}}, "layers[0].clock", {{"clock", {1, 2}}}));
  const Json late = {{{"from", "input"}}, {{"from", "self"}, {"delay", 2}}};
  EXPECT_TRUE(wrong({{"name", "classify"}, {"carryState", true}}, "layers[0].edges[1].delay", {{"edges", late}}));
  EXPECT_TRUE(wrong({{"name", "regress"}, {"pooling", "mean"}, {"carryState", true}}, "task.carryState"));
  EXPECT_TRUE(wrong({{"name", "translate"}, {"carryState", true}}, "task.carryState"));
  EXPECT_TRUE(wrong({{"name", "tag"}, {"carryState", true}}, "layers[0].direction", {{"direction", "backward"}}));
  const Config config = parse_config({{"task", {{"name", "tag"}, {"carryState", true}}}});
  EXPECT_EQ(to_json(config)["task"]["carryState"], true);
}

}  // namespace
}  // namespace unfold::test
