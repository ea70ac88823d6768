// Models of numbers with losses other than squares: what they answer, in whose units, and how files keep them.
#include <algorithm>

#include "support.h"

namespace unfold::test {
namespace {

Config with_loss(const std::string& loss, const std::string& more = "") {
  return parse_config(R"({"task": {"name": "regress", "loss": )" + loss +
                      R"(}, "layers": [{"units": 4}], "batchSize": 1)" + more + "}");
}

const std::string quantiles = R"("quantile", "quantiles": [0.1, 0.5, 0.9])", gaussian = R"("gaussian")";

/// Rows around 5000 ± 300, at random.
std::string noise(Index count, Index columns = 1) {
  Rng rng(17, Stream::test);
  std::string text;
  for (Index t = 0; t < count; ++t)
    for (Index k = 0; k < columns; ++k)
      text += std::to_string(5000 + 1000 * (rng.uniform() - 0.5)) + (k + 1 < columns ? "," : "\n");
  return text;
}

struct Trained : Session {
  Trained(const Config& config, const std::string& text, int steps) : Session(config, text) {
    for (int i = 0; i < steps; ++i) trainer().step();
  }
};

TEST(NumberLosses, AreReadAndWritten) {
  EXPECT_FALSE(to_json(with_loss(R"("squared")"))["task"].contains("loss")) << "the default says nothing";
  const Json huber = to_json(with_loss(R"("huber", "delta": 0.25)"))["task"];
  EXPECT_EQ(huber["loss"], "huber");
  EXPECT_EQ(huber["delta"], 0.25);
  EXPECT_EQ(to_json(with_loss(R"("quantile")"))["task"]["quantiles"], (Json{0.1, 0.5, 0.9}));
  EXPECT_EQ(to_json(parse_config(to_json(with_loss(gaussian)))), to_json(with_loss(gaussian)));
}

TEST(NumberLosses, RefuseWhatTheyCannotHave) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {R"({"task":{"name":"regress","loss":"loud"}})", "task.loss"},
      {R"({"task":{"name":"tag","loss":"absolute"}})", "task.loss"},
      {R"({"task":{"name":"regress","delta":1}})", "task.delta"},
      {R"({"task":{"name":"regress","loss":"huber","delta":0}})", "task.delta"},
      {R"({"task":{"name":"regress","loss":"absolute","quantiles":[0.5]}})", "task.quantiles"},
      {R"({"task":{"name":"regress","loss":"quantile","quantiles":[]}})", "task.quantiles"},
      {R"({"task":{"name":"regress","loss":"quantile","quantiles":[0.1,0.9]}})", "task.quantiles"},
      {R"({"task":{"name":"regress","loss":"quantile","quantiles":[0.5,0.4,0.9]}})", "task.quantiles[1]"},
      {R"({"task":{"name":"regress","loss":"quantile","quantiles":[1]}})", "task.quantiles[0]"},
      {R"({"task":{"name":"regress","loss":"quantile","quantiles":["a"]}})", "task.quantiles[0]"},
      {R"({"task":{"name":"regress","loss":"gaussian"},"dataset":{"scaling":"log"}})", "dataset.scaling"},
  };
  for (const auto& [json, field] : cases)
    EXPECT_TRUE(refuses(ErrorCode::invalid_config, field, [&] { parse_config(std::string(json)); })) << json;
}

TEST(NumberLosses, MeasureInTheUnitsOfTheFile) {
  const Trained untrained(with_loss(R"("absolute")"), noise(200), 0);
  Trained session(with_loss(R"("absolute")"), noise(200), 30);
  const Evaluation e = session.trainer().evaluate();
  EXPECT_NEAR(e.loss, e.mae[0], 1e-4 * e.loss);
  EXPECT_GT(e.loss, 50);
  EXPECT_LT(untrained.info()["data"]["trivialLoss"].get<double>(), 400);
  Trained huber(with_loss(R"("huber", "delta": 1000)"), noise(200), 30);  // never linear
  const Evaluation h = huber.trainer().evaluate();
  EXPECT_NEAR(h.loss, h.rmse[0] * h.rmse[0] / 2, 1e-4 * h.loss);
}

TEST(NumberLosses, QuantilesAreABandAroundTheAnswer) {
  Trained session(with_loss(quantiles, R"(, "optimizer": {"learningRate": 0.02})"), noise(4000, 2), 500);
  Json input = Json::array();
  for (int t = 0; t < 20; ++t) input.push_back({4700 + 30 * ((7 * t) % 20), 4700 + 30 * ((3 * t) % 20)});
  const Json answer = session.predict({{"input", input}, {"steps", 3}});
  ASSERT_EQ(answer["values"].size(), 20u);
  ASSERT_EQ(answer["forecastQuantiles"].size(), 3u);
  for (std::size_t t = 15; t < 20; ++t)  // where the beginning is forgotten
    for (std::size_t k = 0; k < 2; ++k) {
      const Json& all = answer["quantiles"][t][k];
      ASSERT_EQ(all.size(), 3u);
      EXPECT_EQ(answer["values"][t][k], all[1]);
      EXPECT_NEAR(all[0].get<double>(), 4600, 120);
      EXPECT_NEAR(all[1].get<double>(), 5000, 120);
      EXPECT_NEAR(all[2].get<double>(), 5400, 120);
    }
  EXPECT_EQ(answer["forecast"][0], answer["values"][19]);
  EXPECT_EQ(answer["forecastQuantiles"][0], answer["quantiles"][19]);
  EXPECT_EQ(session.info()["data"]["outputs"], 2);
  const Json scaling = session.graph()["scaling"];
  EXPECT_EQ(scaling["inputs"].size(), 2u);
  EXPECT_EQ(scaling["outputs"].size(), 6u);
  const Json b = session.backtest(Split::test, 5);
  EXPECT_NEAR(b["band"].get<double>(), 0.8, 1e-12);
  for (const char* part : {"oneStep", "multiStep"})
    for (const Json& share : b[part]["model"]["coverage"]) EXPECT_NEAR(share.get<double>(), 0.8, 0.12) << part;
  EXPECT_FALSE(b["oneStep"]["naive"].contains("coverage"));
  EXPECT_GT(b["oneStep"]["naive"]["loss"].get<double>(), b["oneStep"]["trivial"]["loss"].get<double>());
  EXPECT_NEAR(b["oneStep"]["model"]["loss"].get<double>(), session.trainer().evaluate(Split::test).loss, 1e-5);
}

TEST(NumberLosses, GaussianTellsItsDeviation) {
  Trained session(with_loss(gaussian, R"(, "optimizer": {"learningRate": 0.02})"), noise(800), 300);
  const Json answer = session.predict({{"input", {{5100}, {5000}}}, {"target", {{5000}, {5000}}}, {"steps", 2}});
  for (const Json& row : answer["deviations"]) EXPECT_NEAR(row[0].get<double>(), 289, 40);  // 1000/√12
  for (const Json& row : answer["values"]) EXPECT_NEAR(row[0].get<double>(), 5000, 80);
  EXPECT_EQ(answer["forecastDeviations"][0], answer["deviations"][1]);
  double log_density = 0;
  for (std::size_t t = 0; t < 2; ++t) {
    const double mean = answer["values"][t][0], sd = answer["deviations"][t][0], z = (5000 - mean) / sd;
    log_density -= std::log(sd) + z * z / 2 + std::log(2 * 3.14159265358979) / 2;
  }
  EXPECT_NEAR(answer["logProbability"].get<double>(), log_density, 1e-4);
  const Json outputs = session.graph()["scaling"]["outputs"];
  EXPECT_NEAR(outputs[1]["mean"].get<double>(), 2 * std::log(outputs[0]["scale"].get<double>()), 1e-12);
  EXPECT_EQ(outputs[1]["scale"], 1);
  const Json one = session.backtest(Split::test, 5)["oneStep"];
  EXPECT_GT(one["model"]["coverage"][0].get<double>(), 0.85);
  EXPECT_LT(one["model"]["loss"].get<double>(), one["naive"]["loss"].get<double>());
  EXPECT_LT(std::fabs(one["model"]["loss"].get<double>() - one["trivial"]["loss"].get<double>()), 0.1);
}

TEST(NumberLosses, QuantilesOfLogarithmsKeepTheirOrder) {
  Trained session(with_loss(quantiles, R"(, "dataset": {"scaling": "log"})"), noise(300), 100);
  const Json all = session.predict({{"input", {{5000}}}})["quantiles"][0][0];
  EXPECT_LT(all[0].get<double>(), all[2].get<double>());
  EXPECT_NEAR(all[1].get<double>(), 5000, 500);
}

TEST(NumberLosses, SurviveAFile) {
  for (const std::string& loss : {quantiles, gaussian}) {
    Trained session(with_loss(loss), noise(60, 2), 5);
    const Json request{{"input", {{5000, 5100}}}, {"steps", 2}}, answer = session.predict(request);
    const std::vector<std::byte> file = session.save(true);
    Session opened(file, "");
    EXPECT_EQ(opened.predict(request), answer);
    EXPECT_EQ(opened.info()["data"]["outputs"], 2);
    EXPECT_EQ(opened.graph()["scaling"], session.graph()["scaling"]);
    Session resumed(file, noise(60, 2));
    EXPECT_EQ(resumed.trainer().step().loss, session.trainer().step().loss);
    Session extended(file, noise(80, 2), true);
    EXPECT_EQ(extended.names().outputs, 2);
  }
}

TEST(NumberLosses, AnswerAWholeSeries) {
  Trained session(parse_config(R"({"task": {"name": "regress", "pooling": "last", "loss": "quantile"},
                                             "layers": [{"units": 4}]})"),
                  "1,2\t3,4\n2,3\t4,5\n3,4\t5,6\n4,5\t6,7\n", 0);
  const Json answer = session.predict({{"input", {{1}, {2}}}});
  EXPECT_EQ(answer["quantiles"].size(), 1u);
  EXPECT_EQ(answer["quantiles"][0].size(), answer["values"][0].size());
}

TEST(NumberLosses, KeepALossBelowZero) {
  // Numbers that are nearly certain: a density above 1.
  std::string text;
  for (Index t = 0; t < 200; ++t) text += std::to_string(0.001 * double(t % 2)) + "\n";
  Trained session(with_loss(gaussian), text, 100);
  EXPECT_LT(session.trainer().evaluate().loss, 0);
  session.update(R"({"evaluateEvery": 1})");
  while (session.trainer().progress().evaluated == 0) session.trainer().step(), session.trainer().evaluate();
  EXPECT_LT(session.info()["validationLoss"].get<double>(), 0);
}

}  // namespace
}  // namespace unfold::test
