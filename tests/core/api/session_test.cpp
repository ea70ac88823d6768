// What the command line and the bindings see.
#include <cfloat>
#include <cmath>

#include "unfold/api/session.h"

#include "support.h"

namespace unfold::test {
namespace {

Config small() { return parse_config(R"({"layers":[{"cell":"gru","units":6}],"sequenceLength":5,"batchSize":2})"); }

TEST(Session, InfoTellsTheModel) {
  Session session(small(), "naïve café, naïve café, naïve café, naïve café");
  const Json info = session.info();
  EXPECT_EQ(info["config"], to_json(small()));
  EXPECT_EQ(info["parameters"], session.network().table().size());
  EXPECT_GT(info["memoryBytes"].get<double>(), 4 * session.network().table().size());
  EXPECT_EQ(info["vocabulary"]["symbols"], Json::parse(R"([" ",",","a","c","e","f","n","v","é","ï"])"));
  EXPECT_EQ(info["vocabulary"]["size"], 10);
  EXPECT_EQ(info["vocabulary"]["unknown"], 0);
  EXPECT_EQ(info["vocabulary"]["unit"], "character");
  EXPECT_EQ(info["tokens"]["train"].get<int>() + info["tokens"]["validation"].get<int>(), 46);
  EXPECT_EQ(info["step"], 0);
  EXPECT_TRUE(info["validationLoss"].is_null());
  EXPECT_EQ(info["math"], "reproducible");
  EXPECT_TRUE(info["canTrain"].get<bool>());
  session.trainer().step();
  EXPECT_EQ(session.info()["step"], 1);
  session.trainer().evaluate();
  EXPECT_GT(session.info()["validationLoss"].get<double>(), 0);
}

TEST(Session, InfoIsJsonWhateverTheText) {
  constexpr char raw[] = "<script>\xF0\x9F\x98\x80\0\x7F\xE2\x80\xAE\"\\</script>\xEF\xBF\xBF";
  std::string text(raw, sizeof raw - 1);
  while (text.size() < 200) text += text;
  EXPECT_TRUE(Json::accept(Session(small(), text).info().dump()));
  Config bytes = small();
  bytes.unit = Unit::byte;
  std::string all;
  for (int i = 0; i < 512; ++i) all.push_back(char(i));
  const Session session(bytes, all);
  EXPECT_EQ(Json::parse(session.info().dump())["vocabulary"]["size"], 256);
}

TEST(Session, CountsReplacedCharacters) {
  const Config capped =
      parse_config(R"({"layers":[{"cell":"rnn","units":4}],"sequenceLength":4,"batchSize":1,"vocabulary":3})");
  const Session session(capped, "aaaaaaaaabbbbbbbbbxyzaaaa");
  EXPECT_EQ(session.info()["vocabulary"]["size"], 3);
  EXPECT_EQ(session.info()["vocabulary"]["unknown"], 3);
}

TEST(Session, NeedsText) {
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [] { Session(small(), ""); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [] { Session(small(), "\xFF\xFE" + letters(100, 3)); }));
}

TEST(Session, ATensorNetworkIsNone) {
  const Config tensor = parse_config(R"({"task":{"name":"tensor","inputs":2}})");
  for (const char* text : {"", "1,2\n3,4\n"})
    EXPECT_TRUE(refuses(ErrorCode::invalid_config, "task.name", [&] { Session(tensor, text); }));
}

TEST(Session, InfoOfATaskHasTheSymbolsOfItsExamples) {
  const auto vocabulary = [](const char* config, const char* text) {
    return Session(parse_config(config), text).info()["vocabulary"];
  };
  const Json tagged = vocabulary(R"({"task":"tag","batchSize":1})", "abc\txyx\nba\tyx\ncc\tyy\n");
  EXPECT_EQ(tagged["size"], 3);
  EXPECT_EQ(tagged["symbols"], Json::parse(R"(["a","b","c"])"));
  EXPECT_EQ(vocabulary(R"({"task":"generate","batchSize":1})", "ab\nba\na\n")["size"], 2)
      << "the end is not among them";
  EXPECT_EQ(vocabulary(R"({"task":"regress","batchSize":1})", "1,2\n3,4\n5,6\n7,8\n")["size"], 0);
}

// Sampling ----------------------------------------------------------------------------------------------------------

TEST(SessionSample, ReportsUnknownSymbolsOnce) {
  Session session(small(), letters(100, 4));
  EXPECT_EQ(session.sample_start("aXbéXé😀", {}, 5), (std::vector<std::string>{"X", "é", "😀"}));
  EXPECT_EQ(session.sample_start("abc", {}, 5), std::vector<std::string>{});
  EXPECT_EQ(session.sample_start("", {}, 5), std::vector<std::string>{});
  EXPECT_EQ(session.sample_start("XYZ", {}, 5).size(), 3u) << "nothing known: still starts";
  std::string text;
  session.sample_next(5, text);
  EXPECT_EQ(text.size(), 5u);
}

TEST(SessionSample, IgnoresWhatItReports) {
  Session session(small(), letters(100, 4));
  const auto sample = [&](const std::string& prompt) {
    std::string text;
    session.sample_start(prompt, {.seed = 9}, 40);
    session.sample_next(40, text);
    return text;
  };
  EXPECT_EQ(sample("aXb"), sample("ab"));
}

TEST(SessionSample, GivesTheSameInPiecesAndStopsAtTheLength) {
  Session session(small(), letters(100, 4));
  std::string whole, pieces;
  session.sample_start("ab", {.seed = 9}, 17);
  EXPECT_FALSE(session.sample_next(1000, whole));
  EXPECT_EQ(whole.size(), 17u);
  session.sample_start("ab", {.seed = 9}, 17);
  EXPECT_TRUE(session.sample_next(0, pieces));
  for (const int count : {1, 5, 10}) EXPECT_TRUE(session.sample_next(count, pieces));
  EXPECT_FALSE(session.sample_next(1, pieces));
  EXPECT_FALSE(session.sample_next(1, pieces));
  EXPECT_EQ(pieces, whole);
  session.sample_start("ab", {}, 0);
  EXPECT_FALSE(session.sample_next(5, pieces));
  EXPECT_EQ(pieces, whole);
}

TEST(SessionSample, HasToBeStarted) {
  Session session(small(), letters(100, 4));
  std::string text;
  EXPECT_TRUE(refuses(ErrorCode::invalid_state, "sample", [&] { session.sample_next(5, text); }));
  EXPECT_TRUE(
      refuses(ErrorCode::invalid_argument, "temperature", [&] { session.sample_start("a", {.temperature = -1}, 5); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [&] { session.sample_start("\xC3", {}, 5); }));
  EXPECT_NO_THROW(session.trainer().step()) << "a refusal harms nothing";
}

TEST(SessionSample, EveryWrittenTextIsUtf8) {
  std::string text;
  while (text.size() < 300) text += "日本語 ± 😀\n";
  Session session(small(), text);
  std::string written;
  session.sample_start("", {.temperature = 5}, 200);
  session.sample_next(200, written);
  EXPECT_NO_THROW(Vocabulary::of(written, Unit::character, 100));
}

TEST(Shortly, GivesFourDigitsOfAnyNumber) {
  const std::pair<double, const char*> cases[]{{2.402e28, "2.402e+28"},
                                               {2.4019e28, "2.402e+28"},
                                               {-9.99996e29, "-1e+30"},
                                               {0, "0"},
                                               {-0.0, "-0"},
                                               {5, "5"},
                                               {0.1 + 0.2, "0.3"},
                                               {1e6, "1000000"},
                                               {65536, "65540"},
                                               {99999, "100000"},
                                               {1.23456e-5, "1.235e-05"},
                                               {7.77777e-30, "7.778e-30"},
                                               {DBL_MAX, "1.798e+308"},
                                               {DBL_MIN, "2.225e-308"},
                                               {5e-324, "4.941e-324"},
                                               {INFINITY, "inf"},
                                               {-INFINITY, "-inf"},
                                               {NAN, "nan"}};
  for (const auto& [x, expected] : cases) EXPECT_EQ(shortly(x), expected);
  // Right to four digits wherever it is, and never longer than "-1.234e-308".
  for (int power = -307; power < 308; ++power)
    for (const double digits : {1.0, 1.9999, 2.402, 9.9991}) {
      const double x = digits * std::pow(10.0, power);
      const std::string text = shortly(x);
      EXPECT_NEAR(std::stod(text) / x, 1, 6e-4) << text;
      EXPECT_LE(text.size(), std::abs(power) < 16 ? 17u : 10u) << text;
    }
}

TEST(ErrorCodes, AreSpelledAsInThePackage) {
  const std::pair<ErrorCode, const char*> names[]{
      {ErrorCode::invalid_config, "INVALID_CONFIG"},         {ErrorCode::invalid_text, "INVALID_TEXT"},
      {ErrorCode::invalid_checkpoint, "INVALID_CHECKPOINT"}, {ErrorCode::invalid_argument, "INVALID_ARGUMENT"},
      {ErrorCode::invalid_state, "INVALID_STATE"},           {ErrorCode::non_finite, "NON_FINITE"},
      {ErrorCode::out_of_memory, "OUT_OF_MEMORY"},           {ErrorCode::internal, "INTERNAL"}};
  for (const auto& [code, name] : names) EXPECT_STREQ(to_string(code), name);
  const Error error(ErrorCode::invalid_text, "text", "more", "less");
  EXPECT_STREQ(error.what(), "text: expected more, got less");
}

}  // namespace
}  // namespace unfold::test
