// The JSON parser and writer against the JSON library's own.
#include "unfold/base/json_walk.h"

#include "support.h"
#include "unfold/base/rng.h"

namespace unfold::test {
namespace {

/// What our parser makes of a text; nothing if it refuses it.
std::optional<Json> parsed(const std::string& text) {
  try {
    return parse_json(text, ErrorCode::invalid_argument, "text");
  } catch (const Error&) {
    return {};
  }
}

/// Whether both parsers make the same of it, down to the kinds of numbers. (A key twice is ours alone to refuse.)
testing::AssertionResult agrees(const std::string& text) {
  const std::optional<Json> ours = parsed(text);
  const Json theirs = Json::parse(text, nullptr, false);
  if (ours.has_value() == theirs.is_discarded())
    return testing::AssertionFailure() << (ours ? "accepted " : "refused ") << text;
  if (ours && (*ours != theirs || ours->dump() != theirs.dump() || ours->type() != theirs.type()))
    return testing::AssertionFailure() << text << " became " << ours->dump();
  return testing::AssertionSuccess();
}

TEST(JsonParser, AgreesOnWhatIsJson) {
  for (const char* text : {"0",
                           "-0",
                           "-1",
                           "12",
                           "1.5",
                           "-1.5e-3",
                           "1E+2",
                           "18446744073709551615",
                           "18446744073709551616",
                           "-9223372036854775808",
                           "-9223372036854775809",
                           "1e308",
                           "5e-324",
                           "1e-400",
                           "true",
                           "false",
                           "null",
                           "\"\"",
                           " [ ] ",
                           "{ }",
                           "[1,2 , 3]",
                           "{\"a\":{\"b\":[null,{}]},\"c\":\"d\"}",
                           "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
                           "\"\\u0041\\u00e9\\u20AC\\uD834\\uDD1E\\u0000\"",
                           "\"\u00e9\u20ac\U0001D11E\x7f\"",
                           "\xEF\xBB\xBF{}",
                           "\t\r\n1\n"}) {
    EXPECT_TRUE(parsed(text)) << text;
    EXPECT_TRUE(agrees(text));
  }
}

TEST(JsonParser, AgreesOnWhatIsNot) {
  for (const char* text : {"",
                           " ",
                           "-",
                           "+1",
                           "01",
                           "-01",
                           "1.",
                           ".5",
                           "1e",
                           "1e+",
                           "0x1",
                           "1e309",
                           "-1e309",
                           "NaN",
                           "Infinity",
                           "tru",
                           "truE",
                           "nul",
                           "[",
                           "[1",
                           "[1,",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "]",
                           "{",
                           "{\"a\"",
                           "{\"a\":",
                           "{\"a\":1",
                           "{\"a\":1,",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{1:2}",
                           "{\"a\" 1}",
                           "\"",
                           "\"a",
                           "\"\n\"",
                           "\"\x1f\"",
                           "\"\\",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\u12G4\"",
                           "\"\\uD834\"",
                           "\"\\uD834x\"",
                           "\"\\uD834\\u0041\"",
                           "\"\\uDD1E\"",
                           "\"\xC3\"",
                           "\"\xC0\x80\"",
                           "\"\xED\xA0\x80\"",
                           "\"\xF4\x90\x80\x80\"",
                           "\"\xFF\"",
                           "1 2",
                           "[] x",
                           "// c\n1",
                           "\xEF\xBB",
                           "'a'"}) {
    EXPECT_FALSE(parsed(text)) << text;
    EXPECT_TRUE(agrees(text));
  }
}

TEST(JsonParser, AgreesOnWhatHappensToAText) {
  const std::string text =
      R"({"a":[1,-2.5e3,"x\u00e9\"é"],"b":{"c":null,"d":[true,false,{}]},"e":18446744073709551615})";
  ASSERT_TRUE(agrees(text));
  const std::string bytes = "0123456789.eE+-\"\\/u{}[]:, tfn\xC3\xA9\x80\x01";
  Rng rng(1, Stream::test);
  const auto below = [&](std::size_t n) { return std::size_t(rng.uniform() * double(n)); };
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string changed = text;
    for (std::size_t k = below(3) + 1; k-- > 0;) {
      const std::size_t at = below(changed.size());
      switch (below(3)) {
        case 0: changed[at] = bytes[below(bytes.size())]; break;
        case 1: changed.erase(at, 1 + below(4)); break;
        default: changed.insert(at, 1, bytes[below(bytes.size())]);
      }
    }
    const auto refusal = error_of([&] { parse_json(changed, ErrorCode::invalid_argument, "text"); });
    if (!refusal || !refusal->actual.ends_with(" twice")) ASSERT_TRUE(agrees(changed));
    accepted += !refusal;
  }
  EXPECT_GT(accepted, 1000);
}

TEST(JsonParser, RefusesAKeyTwiceAndDeepNesting) {
  EXPECT_FALSE(parsed(R"({"a":1,"b":{"a":2},"a":3})"));
  EXPECT_TRUE(parsed(R"({"a":1,"b":{"a":2}})"));
  const auto nested = [](int depth) {
    return std::string(std::size_t(depth), '[') + std::string(std::size_t(depth), ']');
  };
  EXPECT_TRUE(parsed(nested(32)));
  EXPECT_FALSE(parsed(nested(33)));
  EXPECT_FALSE(parsed(nested(100000)));
}

// json_text() against the library's dump().

testing::AssertionResult same_text(const Json& value) {
  for (const bool ascii : {false, true}) {
    const std::string ours = json_text(value, ascii),
                      theirs = value.dump(-1, ' ', ascii, Json::error_handler_t::replace);
    if (ours != theirs) return testing::AssertionFailure() << ours << " instead of " << theirs;
  }
  return testing::AssertionSuccess();
}

TEST(JsonText, OfValues) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const Json& value :
       {Json(),
        Json(true),
        Json(false),
        Json(0),
        Json(-1),
        Json(std::numeric_limits<std::int64_t>::min()),
        Json(std::numeric_limits<std::uint64_t>::max()),
        Json(1.0),
        Json(-0.0),
        Json(0.1f),
        Json(1e15),
        Json(1e300),
        Json(5e-324),
        Json(1 / 3.0),
        Json(infinity),
        Json(std::nan("")),
        Json(""),
        Json::array(),
        Json::object(),
        Json::parse(
            R"({"a":[1,[],{},"{",[2]],"":{"[":null},"\u00e9":"\u0000\u001f\\\"/\b\f\n\r\t\u007f\ud834\udd1e"})")})
    EXPECT_TRUE(same_text(value));
}

TEST(JsonText, OfWhatIsNotUtf8) {
  const std::string bytes = "a\"\x7F\x80\x9F\xA0\xBF\xC1\xC2\xE0\xE2\xED\xEF\xF0\xF4\xF5\xFF";
  Rng rng(1, Stream::test);
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (int k = 0; k < 8; ++k) text += bytes[std::size_t(rng.uniform() * double(bytes.size()))];
    ASSERT_TRUE(same_text(text));
  }
}

}  // namespace
}  // namespace unfold::test
