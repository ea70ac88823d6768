// Numbers of files in all units: scales of the training part alone, the division in time, and simple forecasts.
#include "unfold/data/scaling.h"

#include <algorithm>
#include <cmath>

#include "support.h"
#include "unfold/data/forecast_baseline.h"

namespace unfold::test {
namespace {

using Numbers = std::vector<Real>;

Config regress(const std::string& more = "") {
  return parse_config(R"({"task": "regress", "layers": [{"units": 4}])" + more + "}");
}

std::string rows(Index count, const std::function<double(Index)>& row) {
  std::string text;
  for (Index t = 0; t < count; ++t) text += std::to_string(row(t)) + "\n";
  return text;
}

TEST(Scaling, ComesFromTheTrainingPartAlone) {
  // The last tenth is far away: statistics of all rows would show it.
  const std::string text = rows(101, [](Index t) { return t <= 80 ? 100 + 10.0 * double(t % 2) : 1e6; });
  const Dataset d = read_dataset(text, regress());
  ASSERT_EQ(d.columns.size(), 1u);
  EXPECT_EQ(d.columns[0].name, "column 1");
  EXPECT_EQ(d.columns[0].mean, 105);
  EXPECT_EQ(d.columns[0].scale, 5);
  EXPECT_EQ(d.train[0].numbers[1], 110) << "examples stay in the file's units";
}

TEST(Scaling, Kinds) {
  const std::string text = "-1\n0\n3\n-1\n0\n";
  const auto fitted = [&](const char* kind) {
    const Config c = regress(std::string(R"(, "validationSplit": 0, "dataset": {"scaling": ")") + kind + "\"}");
    return read_dataset(text, c).columns[0];
  };
  EXPECT_EQ(fitted("none").scale, 1);
  EXPECT_EQ(fitted("none").mean, 0);
  EXPECT_EQ(fitted("minmax").mean, -1);
  EXPECT_EQ(fitted("minmax").scale, 4);
  EXPECT_EQ(fitted("standard").mean, 0.25);
  EXPECT_NEAR(fitted("standard").scale, std::sqrt((1.25 * 1.25 * 2 + 0.25 * 0.25 + 2.75 * 2.75) / 4), 1e-12);
  const Column log = fitted("log");
  EXPECT_TRUE(log.log);
  EXPECT_NEAR(log.mean, (std::log(4) - 2 * std::log(2)) / 4, 1e-12);
  const Scales scales({log}, &Column::input);
  for (const double v : {-1e6, -1.0, 0.0, 0.5, 3.0, 1e9})
    EXPECT_NEAR(double(scales.restored(0, scales.scaled(0, Real(v)))), v, 1e-5 * (1 + std::fabs(v))) << v;
}

TEST(Scaling, ConstantColumnsDivideByOne) {
  const Dataset d =
      read_dataset("7,1\n7,2\n7,4\n", regress(R"(, "validationSplit": 0, "dataset": {"scaling": "minmax"})"));
  EXPECT_EQ(d.columns[0].scale, 1);
  EXPECT_EQ(d.columns[0].mean, 7);
  EXPECT_EQ(d.columns[1].scale, 1);
}

TEST(Scaling, PooledAnswersHaveTheirOwn) {
  const Dataset d = read_dataset("1,3\t100\n1,3\t300\n",
                                 parse_config(R"({"task": {"name": "regress", "pooling": "last"}, "validationSplit": 0,
                                                  "layers": [{"units": 4}]})"));
  ASSERT_EQ(d.columns.size(), 2u);
  EXPECT_TRUE(d.columns[0].input && !d.columns[0].target);
  EXPECT_TRUE(!d.columns[1].input && d.columns[1].target);
  EXPECT_EQ(d.columns[0].mean, 2);
  EXPECT_EQ(d.columns[1].mean, 200);
  EXPECT_EQ(d.columns[1].scale, 100);
}

TEST(Scaling, GeneratedNumbersStayAsTheyAre) {
  Session session(parse_config(R"({"dataset": {"name": "sine", "count": 20}, "layers": [{"units": 4}]})"), "");
  EXPECT_TRUE(session.names().columns.empty());
  EXPECT_FALSE(session.graph().contains("scaling"));
}

TEST(Series, AreDividedInTime) {
  Config c = regress(R"(, "validationSplit": 0.2)");
  c.task.max_length = 6;
  const Dataset d = read_dataset(rows(21, [](Index t) { return double(t); }), c);  // 20 rows to predict
  ASSERT_EQ(d.train.size(), 2u);
  EXPECT_EQ(d.train[0].values, (Numbers{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(d.train[1].values, (Numbers{7, 8, 9, 10, 11, 12}));
  ASSERT_EQ(d.validation.size(), 2u) << "three new rows at a time, three before them";
  EXPECT_EQ(d.validation[0].values, (Numbers{10, 11, 12, 13, 14, 15}));
  EXPECT_EQ(d.validation[0].skip, 3);
  EXPECT_EQ(d.validation[1].values, (Numbers{11, 12, 13, 14, 15, 16}));
  EXPECT_EQ(d.validation[1].skip, 5);
  EXPECT_EQ(d.test.back().values.back(), 20);
  Index measured = 0;
  for (const Example& e : d.test) measured += Index(e.values.size()) - e.skip;
  EXPECT_EQ(measured, 4);
}

TEST(Series, SkippedStepsDoNotCount) {
  const std::string text = rows(40, [](Index t) { return double(t % 5); });
  Session session(regress(R"(, "validationSplit": 0.25)"), text);
  EXPECT_EQ(session.trainer().evaluate().predictions, 9);
  EXPECT_EQ(session.trainer().evaluate(Split::test).predictions, 9);
}

/// Twelve months with a shape of their own on a line, around 900 000.
double sales(Index t) {
  constexpr double shape[]{-9, -3, 0, 2, 4, 8, 9, 7, 1, -4, -6, -9};
  return 900000 + 1500 * double(t) + 12000 * shape[t % 12] + double((t * 7919) % 13) * 300;
}

TEST(Scaling, LargeNumbersAreLearned) {
  Session session(parse_config(R"({"task": "regress", "layers": [{"units": 16}], "batchSize": 1, "seed": 3,
                                   "optimizer": {"learningRate": 0.01}})"),
                  rows(150, sales));
  for (int step = 0; step < 300; ++step) session.trainer().step();
  const Evaluation e = session.trainer().evaluate();
  const double trivial = session.info()["data"]["trivialLoss"];
  EXPECT_LT(e.loss, 0.3 * trivial);
  EXPECT_GT(e.loss, 1e6) << "in the file's unit squared";
  ASSERT_EQ(e.rmse.size(), 1u);
  EXPECT_NEAR(e.rmse[0] * e.rmse[0], e.loss, 1e-3 * e.loss);
  EXPECT_LE(e.mae[0], e.rmse[0]);
}

TEST(Scaling, PredictsInTheUnitsOfTheFileAndSurvivesAFile) {
  Session session(regress(R"(, "batchSize": 1)"), rows(60, sales));
  for (int step = 0; step < 20; ++step) session.trainer().step();
  const Json request{{"input", {{900000}, {950000}}}, {"steps", 3}};
  const Json answer = session.predict(request);
  for (const char* field : {"values", "forecast"})
    for (const Json& row : answer[field]) {
      EXPECT_GT(row[0].get<double>(), 700000);
      EXPECT_LT(row[0].get<double>(), 1200000);
    }
  EXPECT_EQ(answer["forecast"][0], answer["values"][1]);
  const Json scaling = session.graph()["scaling"];
  ASSERT_EQ(scaling["inputs"].size(), 1u);
  EXPECT_EQ(scaling["inputs"], scaling["outputs"]);
  const std::vector<std::byte> file = session.save(true);
  Session opened(file, "");
  EXPECT_EQ(opened.predict(request), answer);
  EXPECT_EQ(opened.graph()["scaling"], scaling);
  Session other(file, "");  // measured with the scale of its training, not its own
  EXPECT_EQ(other.names().columns[0].mean, session.names().columns[0].mean);
  Session resumed(file, rows(60, sales));
  EXPECT_EQ(resumed.trainer().step().loss, session.trainer().step().loss);
}

TEST(Scaling, AnotherFileIsMeasuredInTheScaleOfTheFirst) {
  Session session(regress(R"(, "validationSplit": 0)"), rows(40, sales));
  const std::vector<std::byte> weights = session.save(false);
  Session other(weights, rows(40, [](Index t) { return 5e6 + double(t); }));
  EXPECT_EQ(other.names().columns[0].mean, session.names().columns[0].mean);
  EXPECT_EQ(other.names().columns[0].scale, session.names().columns[0].scale);
}

// Simple forecasts --------------------------------------------------------------------------------------------------

TEST(ForecastBaselines, FindTheSeasonAndContinueIt) {
  const Dataset d = read_dataset(rows(150, sales), regress());
  const ForecastBaselines simple(d);
  EXPECT_EQ(simple.season(), 12);
  EXPECT_EQ(simple.order(), 13);
  const std::vector<double> y{1, 2, 4};
  EXPECT_EQ(simple.forecast(SimpleForecast::naive, 0, y, 3, 2), (std::vector<double>{4, 4}));
  EXPECT_EQ(simple.forecast(SimpleForecast::drift, 0, y, 3, 2), (std::vector<double>{5.5, 7}));
  std::vector<double> long_past;
  for (Index t = 0; t < 100; ++t) long_past.push_back(sales(t));
  const auto seasonal = simple.forecast(SimpleForecast::seasonal_naive, 0, long_past, 100, 14);
  for (Index k = 0; k < 12; ++k) EXPECT_EQ(seasonal[std::size_t(k)], sales(88 + k));
  EXPECT_EQ(seasonal[12], sales(88)) << "a second season repeats the forecast";
}

TEST(ForecastBaselines, FindNoSeasonInALineOrASlowWave) {
  EXPECT_EQ(ForecastBaselines(read_dataset(rows(80, [](Index t) { return double(t); }), regress())).season(), 0);
  const auto wave = [](Index t) { return std::sin(0.1 * double(t)); };  // 62.8 steps: the training part has one of them
  EXPECT_NE(ForecastBaselines(read_dataset(rows(80, wave), regress())).season(), 2);
}

TEST(ForecastBaselines, LeastSquaresFindARecurrence) {
  // y_t = 1.6·y_{t−1} − 0.9·y_{t−2}: exactly linear.
  std::vector<double> y{1, 1.2};
  while (y.size() < 60) y.push_back(1.6 * y[y.size() - 1] - 0.9 * y[y.size() - 2]);
  std::string text;
  for (const double v : y) text += std::to_string(v) + "\n";
  const ForecastBaselines simple(read_dataset(text, regress()));
  const auto next = simple.forecast(SimpleForecast::linear, 0, y, 40, 3);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(next[k], y[40 + k], 1e-3);
}

TEST(Backtest, ComparesTheModelOnTheSameRows) {
  Session session(parse_config(R"({"task": "regress", "layers": [{"units": 4}], "batchSize": 1})"), rows(150, sales));
  const Json b = session.backtest(Split::test, 6);
  EXPECT_EQ(b["season"], 12);
  const Json& one = b["oneStep"];
  EXPECT_EQ(one["predictions"], 14);
  const Evaluation e = session.trainer().evaluate(Split::test);
  EXPECT_NEAR(one["model"]["loss"].get<double>(), e.loss, 1e-5 * e.loss);
  EXPECT_NEAR(one["model"]["rmse"][0].get<double>(), e.rmse[0], 1e-5 * e.rmse[0]);
  double naive = 0;
  for (Index t = 136; t < 150; ++t) naive += (sales(t) - sales(t - 1)) * (sales(t) - sales(t - 1)) / 14;
  EXPECT_NEAR(one["naive"]["loss"].get<double>(), naive, 1e-4 * naive);
  EXPECT_LT(one["seasonalNaive"]["loss"].get<double>(), naive);
  EXPECT_LT(one["linear"]["loss"].get<double>(), one["seasonalNaive"]["loss"].get<double>());
  const Json& several = b["multiStep"];
  EXPECT_EQ(several["origins"], 9);
  EXPECT_GT(several["naive"]["rmse"][0].get<double>(), several["seasonalNaive"]["rmse"][0].get<double>());
  EXPECT_FALSE(session.backtest(Split::test, 15).contains("multiStep")) << "no 15 rows in a row";
}

TEST(Backtest, IsOfTheNextRowAlone) {
  Session text(parse_config(R"({"layers": [{"units": 4}], "batchSize": 1})"), letters(400, 5));
  EXPECT_TRUE(refuses(ErrorCode::invalid_state, "text", [&] { text.backtest(Split::test, 3); }));
  Session once(parse_config(R"({"task": {"name": "regress", "pooling": "last"}, "layers": [{"units": 4}]})"),
               "1,2\t3\n2,3\t4\n3,4\t5\n");
  EXPECT_TRUE(refuses(ErrorCode::invalid_state, "task", [&] { once.backtest(Split::test, 3); }));
  Session all(regress(R"(, "validationSplit": 0)"), rows(9, sales));
  EXPECT_TRUE(refuses(ErrorCode::invalid_state, "split", [&] { all.backtest(Split::test, 3); }));
}

}  // namespace
}  // namespace unfold::test
