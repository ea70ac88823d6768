// Text to tokens and back; the streams that training and validation read.
#include "unfold/data/tokens.h"

#include <map>

#include "support.h"
#include "unfold/base/utf8.h"

namespace unfold::test {
namespace {

using Symbols = std::vector<std::uint32_t>;

std::string decoded(const Vocabulary& v, const std::vector<Token>& tokens) {
  std::string text;
  for (const Token t : tokens) v.decode(t, text);
  return text;
}

// Unicode -----------------------------------------------------------------------------------------------------------

TEST(Vocabulary, RoundTripIsExact) {
  for (const std::string& text :
       {std::string("plain"), std::string("\xEF\xBB\xBF with a byte order mark"), std::string("a\0b\0", 4),
        std::string("👩‍👩‍👧‍👦 é é ﷽ 𝔘𝔫𝔣𝔬𝔩𝔡 \r\n\t"),
        std::string("\xF4\x8F\xBF\xBF\xED\x9F\xBF\xEE\x80\x80"),
        std::string("\u202Eright to left\u202C <script>alert(1)</script>")})
    for (const bool bytes : {false, true}) {
      const Vocabulary v = Vocabulary::of(text, bytes ? Unit::byte : Unit::character, 65535);
      EXPECT_EQ(decoded(v, v.encode(text)), text);
      EXPECT_FALSE(v.has_unknown());
    }
}

TEST(Vocabulary, HoldsCodePointsInOrder) {
  const Vocabulary v = Vocabulary::of("€aé𝄞\nba", Unit::character, 1024);
  EXPECT_EQ(v.symbols(), (Symbols{'\n', 'a', 'b', 0xE9, 0x20AC, 0x1D11E}));
  EXPECT_EQ(v.size(), 6);
  EXPECT_EQ(v.encode("bé"), (std::vector<Token>{2, 3}));
  EXPECT_EQ(v.token('a'), 1);
  EXPECT_EQ(v.token('z'), no_token);
}

TEST(Vocabulary, EveryByte) {
  std::string text;
  for (int b = 255; b >= 0; --b) text.push_back(char(b));
  const Vocabulary v = Vocabulary::of(text, Unit::byte, 256);
  EXPECT_EQ(v.size(), 256);
  for (int b = 0; b < 256; ++b) EXPECT_EQ(v.symbols()[std::size_t(b)], std::uint32_t(b));
  EXPECT_EQ(decoded(v, v.encode(text)), text);
}

TEST(Vocabulary, InvalidUtf8IsRefusedWithItsPlace) {
  const std::map<std::string, std::string> bad{
      {"lone continuation", "\x80"},      {"lone lead", "\xC3"},
      {"lead before ASCII", "\xC3z"},     {"overlong /", "\xC0\xAF"},
      {"overlong C1", "\xC1\xBF"},        {"overlong 3", "\xE0\x9F\xBF"},
      {"overlong 4", "\xF0\x8F\xBF\xBF"}, {"surrogate", "\xED\xA0\x80"},
      {"last surrogate", "\xED\xBF\xBF"}, {"beyond U+10FFFF", "\xF4\x90\x80\x80"},
      {"F5", "\xF5\x80\x80\x80"},         {"FE", "\xFE"},
      {"UTF-16 mark", "\xFF\xFE"},        {"cut in 3", "\xE2\x82"},
      {"cut in 4", "\xF0\x9D\x84"}};
  for (const auto& [name, sequence] : bad)
    for (const std::string& after : {std::string(), std::string(" and more")}) {
      const std::string text = "ok " + sequence + after;
      EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [&] { Vocabulary::of(text, Unit::character, 99); })) << name;
      const auto error = error_of([&] { Vocabulary::of(text, Unit::character, 99); });
      EXPECT_NE(error->actual.find("offset 3"), std::string::npos) << name << ": " << error->what();
      EXPECT_NO_THROW(Vocabulary::of(text, Unit::byte, 99)) << name;
    }
}

// Caps --------------------------------------------------------------------------------------------------------------

TEST(VocabularyCap, KeepsTheMostFrequentAndTheFirstOfEquals) {
  const std::string text = "eeeee dddd cc bb az";  // 4 spaces
  const Vocabulary v = Vocabulary::of(text, Unit::character, 5);
  EXPECT_EQ(v.size(), 5);
  EXPECT_TRUE(v.has_unknown());
  EXPECT_EQ(v.symbols(), (Symbols{' ', 'b', 'd', 'e'}));  // of b and c, twice each, b
  Symbols lost;
  const std::vector<Token> tokens = v.encode(text, &lost);
  EXPECT_EQ(tokens.size(), text.size());
  EXPECT_EQ(lost, (Symbols{'c', 'c', 'a', 'z'}));
  EXPECT_EQ(tokens.back(), 4);
  EXPECT_EQ(decoded(v, tokens), "eeeee dddd \xEF\xBF\xBD\xEF\xBF\xBD bb \xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(VocabularyCap, IsNotNeededWhenAllFit) {
  const Vocabulary v = Vocabulary::of("abcde", Unit::character, 5);
  EXPECT_EQ(v.size(), 5);
  EXPECT_FALSE(v.has_unknown());
  EXPECT_EQ(Vocabulary::of("abcdef", Unit::character, 5).symbols().size(), 4u);
  EXPECT_EQ(Vocabulary::of("abcdef", Unit::character, 2).size(), 2);
}

TEST(VocabularyCap, LeavesOutWhatItDoesNotKnow) {
  const Vocabulary v = Vocabulary::of("abc", Unit::character, 10);
  Symbols lost;
  EXPECT_EQ(v.encode("xaybz", &lost), (std::vector<Token>{0, 1}));
  EXPECT_EQ(lost, (Symbols{'x', 'y', 'z'}));
}

TEST(VocabularyCap, TwentyThousandSymbols) {
  std::string text;
  for (std::uint32_t code = 0x4E00; code < 0x4E00 + 20000; ++code) append_utf8(code, text);
  const Vocabulary all = Vocabulary::of(text, Unit::character, 65535),
                   capped = Vocabulary::of(text, Unit::character, 1024);
  EXPECT_EQ(all.size(), 20000);
  EXPECT_EQ(decoded(all, all.encode(text)), text);
  EXPECT_EQ(capped.size(), 1024);
  EXPECT_EQ(capped.encode(text).size(), 20000u);
}

TEST(Vocabulary, FromStoredSymbols) {
  const Vocabulary v = Vocabulary::from_symbols({'a', 'c', 0x1F600}, false, true);
  EXPECT_EQ(v.size(), 4);
  EXPECT_EQ(v.encode("cab😀"), (std::vector<Token>{1, 0, 3, 2}));
  Symbols many(65535);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = std::uint32_t(i);
  for (const auto& [symbols, bytes] :
       std::vector<std::pair<Symbols, bool>>{{{}, false},
                                             {{'b', 'a'}, false},
                                             {{'a', 'a'}, false},
                                             {{0x110000}, false},
                                             {{1, 256}, true},
                                             {many, false},
                                             {{'a', 0xD800}, false},
                                             {{0xDFFF}, false}})  // surrogates cannot be written as UTF-8
    EXPECT_TRUE(refuses(ErrorCode::invalid_checkpoint, "vocabulary", [&] {
      Vocabulary::from_symbols(symbols, bytes, false);
    })) << (symbols.empty() ? 0 : symbols.back());
}

// Streams -----------------------------------------------------------------------------------------------------------

TEST(Streams, AreContiguousAndTargetsAreTheNext) {
  for (const Index count : {20, 50, 101})
    for (const Index N : {1, 2, 3, 7})
      for (const Index T : {1, 3, 6}) {
        const std::vector<Token> text = random_tokens(count, 60000);
        const Streams streams(text.data(), count, N);
        EXPECT_EQ(streams.length(), (count - 1) / N);
        std::vector<Token> inputs(std::size_t(T * N)), targets(inputs);
        for (Index cursor = 0; cursor + T <= streams.length(); cursor += T) {
          streams.window(cursor, T, inputs.data(), targets.data());
          for (Index t = 0; t < T; ++t)
            for (Index n = 0; n < N; ++n) {
              const auto at = std::size_t(n * streams.length() + cursor + t);
              ASSERT_EQ(inputs[std::size_t(t * N + n)], text[at]);
              ASSERT_EQ(targets[std::size_t(t * N + n)], text.at(at + 1));
            }
        }
      }
}

TEST(Streams, StepsBeyondTheEndDoNotCount) {
  const std::vector<Token> text = random_tokens(11, 100);
  std::vector<Token> inputs(8), targets(8);
  Streams(text.data(), 11, 2).window(3, 4, inputs.data(), targets.data());  // 5 steps, so 2 are left
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(targets[i] == no_token, i >= 4) << i;
}

TEST(Coverage, EveryPredictionExactlyOnce) {
  for (const Index count : {2, 3, 5, 10, 37, 100})
    for (const Index N : {1, 2, 3, 7, 40, 150})
      for (const Index T : {1, 4, 9, 200}) {
        std::vector<Token> text(static_cast<std::size_t>(count));
        for (std::size_t i = 0; i < text.size(); ++i) text[i] = Token(i);  // tokens tell their places
        const Coverage coverage(text.data(), count, N);
        std::vector<int> seen(text.size(), 0);
        std::vector<Token> inputs(std::size_t(T * N)), targets(inputs), last(std::size_t(N), no_token);
        for (Index cursor = 0; cursor < coverage.length(); cursor += T) {
          coverage.window(cursor, T, inputs.data(), targets.data());
          for (std::size_t i = 0; i < inputs.size(); ++i) {
            if (targets[i] == no_token) continue;
            ASSERT_EQ(targets[i], inputs[i] + 1);
            ++seen[targets[i]];
            Token& before = last[i % std::size_t(N)];
            if (before != no_token) EXPECT_EQ(inputs[i], before + 1) << "a stream is contiguous";
            before = inputs[i];
          }
        }
        EXPECT_EQ(seen[0], 0);
        for (std::size_t i = 1; i < seen.size(); ++i) ASSERT_EQ(seen[i], 1) << count << " " << N << " " << T;
      }
}

}  // namespace
}  // namespace unfold::test
