// Forecasts of several steps: their bands carry on how uncertain the answers are that they go on from.
#include "unfold/generate/forecast.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "support.h"

namespace unfold::test {
namespace {

/// A network that says of every row: the same again, with these outputs beside it.
struct Walk {
  Walk(const char* loss, Index numbers, const std::vector<double>& beside)
      : config(parse_config(Json{{"task", {{"name", "regress"}, {"loss", loss}}},
                                 {"layers", {{{"cell", "rnn"}, {"units", 2}}}},
                                 {"readout", {{{"from", "input"}}}}})),
        network(config, {.numbers = numbers, .outputs = numbers * config.task.loss.outputs()}) {
    names.numbers = names.outputs = numbers;
    std::fill_n(network.parameters(), network.table().size(), Real(0));
    const std::span<Real> weight = tensor(network, "readout.weight_x"), bias = tensor(network, "readout.bias");
    const Index R = config.task.loss.outputs();
    for (Index k = 0; k < numbers; ++k)
      for (Index r = 0; r < R; ++r) {
        const bool place = config.task.loss.kind == Loss::quantile || r == 0;
        if (place) weight[std::size_t((k * R + r) * numbers + k)] = 1;
        bias[std::size_t(k * R + r)] = Real(beside[std::size_t(r)]);
      }
    network.touch();
  }
  std::vector<Real> forecast(Index steps, std::uint64_t seed) {
    Example e;
    for (Index k = 0; k < 3 * names.numbers; ++k) e.numbers.push_back(Real(k));
    return forecast_band(network, config.task.loss, names, {e, steps, seed, {}});
  }
  Config config;
  Network network;
  Dataset names;
};

TEST(ForecastBand, OfAGaussianWalkGrowsWithTheRoot) {
  Walk walk("gaussian", 2, {0, std::log(0.25)});
  const std::vector<Real> rows = walk.forecast(25, 1);
  ASSERT_EQ(rows.size(), 25u * 4);
  for (Index k = 0; k < 2; ++k)
    for (Index t = 0; t < 25; ++t) {
      const double deviation = std::exp(double(rows[std::size_t(t * 4 + 2 * k + 1)]) / 2);
      EXPECT_EQ(rows[std::size_t(t * 4 + 2 * k)], Real(4 + k)) << "the answer is the network's own";
      EXPECT_NEAR(deviation, 0.5 * std::sqrt(double(t + 1)), t == 0 ? 1e-6 : 0.25 * 0.5 * std::sqrt(double(t + 1)));
    }
  EXPECT_EQ(rows, walk.forecast(25, 1));
  EXPECT_NE(rows, walk.forecast(25, 2));
  EXPECT_TRUE(same_bits(std::span(rows).first(4), walk.forecast(1, 2))) << "one step needs no draws";
}

TEST(ForecastBand, OfQuantilesWidensAroundTheAnswer) {
  Walk walk("quantile", 1, {-1, 0, 1});
  const std::vector<Real> rows = walk.forecast(25, 1);
  for (std::size_t t = 0; t < 25; ++t) {
    EXPECT_EQ(rows[3 * t + 1], 2);
    EXPECT_LE(rows[3 * t], rows[3 * t + 1]);
    EXPECT_GE(rows[3 * t + 2], rows[3 * t + 1]);
  }
  EXPECT_EQ(rows[2] - rows[0], 2);
  // Between quantiles at −1, 0 and 1 of a tenth, a half and nine tenths a draw is uniform in ±1.25: its deviation is
  // 1.25/√3, and 1.28 times √25 of these hold four fifths.
  const double wide = 2 * 1.2816 * 5 * 1.25 / std::sqrt(3.0);
  EXPECT_NEAR(double(rows[3 * 24 + 2] - rows[3 * 24]), wide, 0.25 * wide);
}

/// Ten years of months whose numbers say the season, and a model that reads the month.
Session seasonal(const Json& dataset) {
  std::string text = "month,promo,v\n";
  for (int t = 0; t < 120; ++t)
    text += std::to_string(2000 + t / 12) + (t % 12 < 9 ? "-0" : "-") + std::to_string(t % 12 + 1) + "," +
            std::to_string(t * t % 7) + "," + std::to_string(100 + 10 * (t % 12)) + "\n";
  return Session(parse_config({{"task", "regress"},
                               {"dataset", dataset},
                               {"layers", {{{"units", 4}}}},
                               {"batchSize", 2},
                               {"sequenceLength", 8},
                               {"seed", 3}}),
                 text);
}

Json request(Index rows, Index columns) {
  Json input = Json::array();
  for (Index t = 0; t < rows; ++t) input.emplace_back(std::vector<double>(std::size_t(columns), 0.1 * double(t)));
  return {{"input", input}, {"steps", 4}};
}

TEST(KnownInputs, AreReadAsTheyAreGiven) {
  Session session = seasonal({{"inputs", {"v", "month"}}, {"targets", {"v"}}});
  ASSERT_EQ(session.info()["data"]["columns"][1]["date"], true);
  Json asked = request(3, 3);
  asked["future"] = Json::parse("[[0.5,0.6],[0.7,0.8],[0.9,1]]");
  const Json forecast = session.predict(asked)["forecast"];
  ASSERT_EQ(forecast.size(), 4u);
  // One step after the other, the answers and what is known in the rows that are read.
  Json step = request(3, 3);
  step["steps"] = 1;
  for (std::size_t t = 0; t < 4; ++t) {
    const double next = session.predict(step)["forecast"][0][0].get<double>();
    EXPECT_NEAR(next, forecast[t][0].get<double>(), 1e-3) << t;
    if (t < 3) step["input"].push_back({next, asked["future"][t][0], asked["future"][t][1]});
  }
  EXPECT_TRUE(session.backtest(Split::test, 4).contains("multiStep")) << "dates are known beforehand";
}

TEST(KnownInputs, AreRefusedWhereTheyAreMissing) {
  Session session = seasonal({{"inputs", {"v", "promo"}}, {"targets", {"v"}}});
  EXPECT_FALSE(session.info()["data"]["columns"][1].contains("date"));
  Json asked = request(3, 2);
  EXPECT_TRUE(refuses(ErrorCode::invalid_state, "steps", [&] { session.predict(asked); }));
  const std::optional<Error> error = error_of([&] { session.predict(asked); });
  EXPECT_EQ(error->actual, "\"promo\" is only read");
  asked["future"] = Json::parse("[[1],[2]]");
  EXPECT_TRUE(refuses(ErrorCode::invalid_argument, "future", [&] { session.predict(asked); })) << "too few";
  asked["future"] = Json::parse("[[1],[2],[3]]");
  EXPECT_EQ(session.predict(asked)["forecast"].size(), 4u);
  EXPECT_FALSE(session.backtest(Split::test, 4).contains("multiStep")) << "nobody knows it beforehand";
  Session all = seasonal({{"inputs", {"v"}}, {"targets", {"v"}}});
  asked = request(3, 1);
  asked["future"] = Json::parse("[[1],[2],[3]]");
  EXPECT_TRUE(refuses(ErrorCode::invalid_argument, "future", [&] { all.predict(asked); })) << "nothing is only read";
}

}  // namespace
}  // namespace unfold::test
