// Errors are short, whatever they quote.
#include "unfold/base/error.h"

#include "support.h"
#include "unfold/api/tensor.h"
#include "unfold/base/json_reader.h"
#include "unfold/generate/sampler.h"

namespace unfold::test {
namespace {

void expect_short(const Error& e) {
  EXPECT_LE(e.field.size(), Error::most_quoted);
  EXPECT_LE(e.actual.size(), Error::most_quoted);
  EXPECT_LE(e.expected.size(), Error::most_expected);
  EXPECT_EQ(std::string(e.what()), e.field + ": expected " + e.expected + ", got " + e.actual);
}

TEST(Error, CutsWhatIsLong) {
  const std::string fits(Error::most_quoted, 'x');
  const Error whole(ErrorCode::invalid_text, fits, fits, fits);
  EXPECT_EQ(whole.field, fits);
  EXPECT_EQ(whole.actual, fits);
  const Error cut(ErrorCode::invalid_text, fits + "x", std::string(500000, 'e'), fits + "x");
  expect_short(cut);
  EXPECT_EQ(cut.actual, std::string(Error::most_quoted - 3, 'x') + "…");
  EXPECT_EQ(cut.field, cut.actual);
}

TEST(Error, NeverCutsACodePointInTwo) {
  for (std::size_t before = 0; before < 4; ++before) {
    std::string text(before, 'x');
    for (int i = 0; i < 40; ++i) text += "𝄞";
    const Error e(ErrorCode::invalid_text, "text", "less", text);
    expect_short(e);
    EXPECT_NO_THROW(Vocabulary::of(e.actual, Unit::character, 100)) << e.actual;
    EXPECT_TRUE(e.actual.ends_with("𝄞…"));
  }
}

TEST(Error, OfANetworkThatOverflowsKeepsItsFigures) {
  const NonFinite e({.step = 1, .parameter = std::string(70, 'p'), .rolled_back = true});
  EXPECT_GT(e.actual.size(), Error::most_quoted);
  EXPECT_EQ(e.actual.find("…"), std::string::npos);
}

// What strangers write comes back in no message at length.
TEST(Error, QuotesLittleOfWhatCame) {
  const std::string long_text(500000, 'x');
  const std::string quoted = "\"" + long_text + "\"";
  std::string layers, edges;
  for (int d = 1; d <= 16; ++d)
    edges += (d > 1 ? "," : "") + std::string(R"({"from":"self","delay":)") + std::to_string(d) +
             R"(,"hidden":[1,1,1,1,1,1,1,1]})";
  for (int l = 0; l < 32; ++l) layers += (l > 0 ? "," : "") + (R"({"cell":"rnn","units":1,"edges":[)" + edges + "]}");
  const std::function<void()> calls[]{
      [&] { parse_config("{" + quoted + ":1}"); },
      [&] { parse_config("{\"preset\":" + quoted + "}"); },
      [&] { parse_config("{\"dataset\":" + quoted + "}"); },
      [&] { parse_config("{\"task\":" + quoted + "}"); },
      [&] { parse_json("{" + quoted + ":1," + quoted + ":2}", ErrorCode::invalid_argument, "request"); },
      [&] { parse_sample_request(object({{long_text.c_str(), 1}}), 1); },
      [&] { parse_sample_request(object({{"temperature", long_text}}), 1); },
      [&] { parse_tensor_optimizer(object({{"optimizer", long_text}})); },
      [&] { parse_tensor_optimizer(object({{"optimizer", "adam"}, {long_text.c_str(), 1}})); },
      [&] { Session(parse_config(R"({"task":"classify"})"), long_text); },
      [&] { Session(parse_config("{\"task\":\"notes\"}"), "{\"train\":[" + quoted + "]}"); },
      [&] {
        TensorNetwork network(parse_config(R"({"task":{"name":"tensor","inputs":1},"layers":[)" + layers + "]}"));
        network.parameter(long_text);  // has some thousand others
      },
  };
  for (std::size_t i = 0; i < std::size(calls); ++i) {
    const auto e = error_of(calls[i]);
    ASSERT_TRUE(e) << i;
    expect_short(*e);
  }
}

// The one reader of options ------------------------------------------------------------------------------------------

TEST(Reader, ReadsARequestToWrite) {
  const SampleRequest usual = parse_sample_request(Json::object(), 7);
  EXPECT_EQ(usual.prompt, "");
  EXPECT_EQ(usual.length, 500);
  EXPECT_EQ(usual.options.seed, 7u);
  EXPECT_EQ(usual.options.temperature, 1);
  EXPECT_EQ(usual.options.top_k, 0);
  EXPECT_EQ(usual.options.top_p, 1);
  EXPECT_FALSE(usual.options.greedy);
  const SampleRequest given = parse_sample_request(
      parse_json(R"({"prompt":"ab","temperature":0.5,"topK":3,"topP":0.25,"greedy":true,"seed":9007199254740991,
                     "length":0})",
                 ErrorCode::invalid_argument, "options"),
      7);
  EXPECT_EQ(given.prompt, "ab");
  EXPECT_EQ(given.length, 0);
  EXPECT_EQ(given.options.seed, 9007199254740991u);
  EXPECT_EQ(given.options.temperature, 0.5);
  EXPECT_EQ(given.options.top_k, 3);
  EXPECT_EQ(given.options.top_p, 0.25);
  EXPECT_TRUE(given.options.greedy);
}

TEST(Reader, RefusesWithTheCodeOfItsObject) {
  const std::pair<const char*, const char*> wrong[]{{R"({"temperature":-1})", "temperature"},
                                                    {R"({"temperature":"warm"})", "temperature"},
                                                    {R"({"topK":1.5})", "topK"},
                                                    {R"({"topK":65536})", "topK"},
                                                    {R"({"topP":0})", "topP"},
                                                    {R"({"topP":1.01})", "topP"},
                                                    {R"({"greedy":1})", "greedy"},
                                                    {R"({"seed":-1})", "seed"},
                                                    {R"({"length":9007199254740992})", "length"},
                                                    {R"({"prompt":["a"]})", "prompt"},
                                                    {R"({"beamWidth":2})", "beamWidth"},
                                                    {R"([])", "options"}};
  for (const auto& [text, field] : wrong)
    EXPECT_TRUE(refuses(ErrorCode::invalid_argument, field, [&] {
      parse_sample_request(parse_json(text, ErrorCode::internal, ""), 1);
    })) << text;
  EXPECT_NO_THROW(parse_sample_request(parse_json(R"({"topK":null,"prompt":null})", ErrorCode::internal, ""), 1));
}

}  // namespace
}  // namespace unfold::test
