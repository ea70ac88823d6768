// Words and merged bytes as tokens: what cuts a text, what is kept of it, and that nothing is lost.
#include <map>
#include <numeric>

#include "io/forged.h"
#include "support.h"
#include "unfold/base/rng.h"
#include "unfold/base/utf8.h"
#include "unfold/data/pieces.h"
#include "unfold/data/tokens.h"

namespace unfold::test {
namespace {

using Texts = std::vector<std::string>;

Texts pieces_of(std::string_view text, Unit unit) {
  Texts all;
  for (Pieces pieces(text, unit); pieces.next();) all.push_back(std::string(pieces.piece));
  return all;
}

std::string decoded(const Vocabulary& v, const std::vector<Token>& tokens) {
  std::string text;
  for (const Token t : tokens) v.decode(t, text);
  return text;
}

/// Texts of bytes or code points that the rules tell apart.
std::string mixture(std::uint64_t seed, bool bytes) {
  Rng rng(seed, Stream::sampling);
  const Texts parts{"a", "Bc",  "9",    " ", "  ", "'", "\n", "\t", "\r\n", ".",
                    "-", "the", " the", "é", "Ω",  "’", "„",  "字", "😀",   "한"};
  std::string text;
  for (int i = 0; i < 400; ++i)
    if (bytes && rng.uniform() < 0.2)
      text.push_back(char(int(rng.uniform() * 256)));
    else
      text += parts[std::size_t(rng.uniform() * double(parts.size()))];
  return text;
}

// Pieces ------------------------------------------------------------------------------------------------------------

TEST(WordPieces, OfWordsAreWordsWithTheirBlanksAndMarks) {
  EXPECT_EQ(pieces_of("O Romeo, wherefore\nart  thou?", Unit::word),
            (Texts{"O", " Romeo", ",", " wherefore", "\n", "art", " ", " thou", "?"}));
  EXPECT_EQ(pieces_of("don't 'tis fly' a''b l’été “naïve” 3.5 字字", Unit::word),
            (Texts{"don't", " '", "tis", " fly", "'", " a", "'", "'", "b", " l’été", " “", "naïve", "”", " 3", ".", "5",
                   " 字", "字"}));
  EXPECT_EQ(pieces_of(" \t\r\n a ", Unit::word), (Texts{" ", "\t", "\r", "\n", " a", " "}));
}

TEST(WordPieces, OfBytesTakeEveryHighByteForALetter) {
  EXPECT_EQ(pieces_of("l’été\xFF, don't", Unit::bpe), (Texts{"l’été\xFF", ",", " don't"}));
}

TEST(WordPieces, OfAFileThatIsSplitAreItsFields) {
  EXPECT_EQ(pieces_of(" no it was n't \n <unk> mr.\tN \n", Unit::whitespace),
            (Texts{"no", "it", "was", "n't", "\n", "<unk>", "mr.", "N", "\n"}));
}

TEST(WordPieces, AreOfBoundedLength) {
  EXPECT_EQ(pieces_of(" " + std::string(130, 'x'), Unit::word),
            (Texts{" " + std::string(64, 'x'), std::string(64, 'x'), "xx"}));
  EXPECT_EQ(pieces_of(std::string(65, '#'), Unit::whitespace), (Texts{std::string(64, '#'), "#"}));
}

TEST(WordPieces, AreEachOnePieceAndTogetherTheText) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed)
    for (const Unit unit : {Unit::word, Unit::bpe}) {
      const std::string text =
          mixture(seed, unit == Unit::bpe) + std::string(seed % 70, 'y') + "'" + std::string(80, 'z');
      std::string whole;
      for (const std::string& piece : pieces_of(text, unit)) {
        whole += piece;
        EXPECT_EQ(pieces_of(piece, unit), Texts{piece});
      }
      ASSERT_EQ(whole, text);
    }
}

// Words -------------------------------------------------------------------------------------------------------------

TEST(Words, RoundTripIsExact) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const std::string text = mixture(seed, false);
    const Vocabulary v = Vocabulary::of(text, Unit::word, 65535);
    ASSERT_EQ(decoded(v, v.encode(text)), text);
    EXPECT_FALSE(v.has_unknown());
  }
}

TEST(Words, TheRarestBecomeTheUnknownOne) {
  const std::string text = "b b a a c d\n";
  const Vocabulary v = Vocabulary::of(text, Unit::word, 4);
  EXPECT_EQ(v.words(), (Texts{"\n", " a", " b"}));  // of "\n", "b", " c" and " d", once each, the first
  EXPECT_TRUE(v.has_unknown());
  std::vector<std::uint32_t> lost;
  std::vector<std::uint8_t> lengths;
  const std::vector<Token> tokens = v.encode(text, &lost, &lengths);
  EXPECT_EQ(tokens, (std::vector<Token>{3, 2, 1, 1, 3, 3, 0}));
  EXPECT_EQ(lengths, (std::vector<std::uint8_t>{1, 2, 2, 2, 2, 2, 1}));
  EXPECT_EQ(v.names_of(lost, text), (Texts{"b", " c", " d"}));
  EXPECT_EQ(decoded(v, tokens), " \uFFFD b a a \uFFFD \uFFFD\n");
}

TEST(Words, OfTheTreebankHaveItsUnknownWordAndLineEnds) {
  const std::string text = " the <unk> ran \n the end \n";
  const Vocabulary v = Vocabulary::of(text, Unit::whitespace, 100);
  EXPECT_EQ(v.words(), (Texts{"\n", "end", "ran", "the"}));
  EXPECT_TRUE(v.has_unknown());
  std::vector<std::uint32_t> lost;
  std::vector<std::uint8_t> lengths;
  EXPECT_EQ(v.encode(text, &lost, &lengths), (std::vector<Token>{3, 4, 2, 0, 3, 1, 0}));
  EXPECT_EQ(lengths, (std::vector<std::uint8_t>{4, 6, 4, 2, 4, 4, 2}));  // with the blanks before them
  EXPECT_TRUE(lost.empty());
  EXPECT_EQ(decoded(v, v.encode("the cat")), " the <unk>");
  EXPECT_EQ(Vocabulary::of(text, Unit::whitespace, 3).words(), (Texts{"\n", "the"}));
}

TEST(Words, OfATextWithoutAnyAreRefused) {
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [] { Vocabulary::of(" \t ", Unit::whitespace, 9); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [] { Vocabulary::of("a \xFF", Unit::word, 9); }));
}

// Merges ------------------------------------------------------------------------------------------------------------

/// What learn_merges() is to give, by counting everything anew for each merge.
std::vector<Merge> merges_the_slow_way(const std::string& text, std::size_t count) {
  std::vector<std::vector<Token>> words;
  for (const std::string& piece : pieces_of(text, Unit::bpe)) {
    words.emplace_back();
    for (const char c : piece) words.back().push_back(static_cast<unsigned char>(c));
  }
  std::vector<Merge> merges;
  while (merges.size() < count) {
    std::map<std::pair<Token, Token>, int> pairs;
    for (const auto& word : words)
      for (std::size_t i = 1; i < word.size(); ++i) ++pairs[{word[i - 1], word[i]}];
    auto best = pairs.begin();
    for (auto at = pairs.begin(); at != pairs.end(); ++at)
      if (at->second > best->second) best = at;
    if (best == pairs.end() || best->second < 2) break;
    const auto [left, right] = best->first;
    for (auto& word : words)
      for (std::size_t i = 1; i < word.size(); ++i)
        if (word[i - 1] == left && word[i] == right) {
          word[i - 1] = Token(256 + merges.size());
          word.erase(word.begin() + Index(i));
        }
    merges.push_back({left, right});
  }
  return merges;
}

std::vector<std::pair<int, int>> pairs_of(const std::vector<Merge>& merges) {
  std::vector<std::pair<int, int>> pairs;
  for (const auto& [left, right] : merges) pairs.push_back({left, right});
  return pairs;
}

TEST(Bpe, LearnsTheMostFrequentPairFirst) {
  EXPECT_EQ(pairs_of(learn_merges("abab abab cd", 3)),
            (std::vector<std::pair<int, int>>{{'a', 'b'}, {256, 256}}));  // and no pair but these occurs twice
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const std::string text = mixture(seed, true) + mixture(seed + 1, true) + "aaaaa aaaa aaa";
    EXPECT_EQ(pairs_of(learn_merges(text, 60)), pairs_of(merges_the_slow_way(text, 60))) << seed;
  }
}

TEST(Bpe, RoundTripIsExactForEveryText) {
  const Vocabulary v = Vocabulary::of(letters(3000, 20) + mixture(1, true), Unit::bpe, 400);
  EXPECT_GT(v.size(), 300);
  for (std::uint64_t seed = 2; seed <= 50; ++seed) {
    const std::string text = mixture(seed, true);
    std::vector<std::uint32_t> lost;
    std::vector<std::uint8_t> lengths;
    const std::vector<Token> tokens = v.encode(text, &lost, &lengths);
    ASSERT_EQ(decoded(v, tokens), text);
    EXPECT_TRUE(lost.empty());
    EXPECT_EQ(std::accumulate(lengths.begin(), lengths.end(), std::size_t(0)), code_points_in(text));
    EXPECT_EQ(lengths.size(), tokens.size());
  }
}

TEST(Bpe, MergesFewerTokensThanBytes) {
  const std::string text = "the theme of the thesis is the thing";
  const Vocabulary v = Vocabulary::of(text + text + text, Unit::bpe, 300);
  EXPECT_LT(v.encode(text).size(), text.size() / 2);
  EXPECT_EQ(Vocabulary::of(text, Unit::bpe, 256).encode(text).size(), text.size());
}

TEST(Bpe, LearnsFromTheTrainingPartAlone) {
  const std::string train(900, 'a'), held(100, 'b');
  EXPECT_EQ(pairs_of(Vocabulary::of(train + held, Unit::bpe, 65535, 0.1).merges()),
            pairs_of(Vocabulary::of(train, Unit::bpe, 65535).merges()));
}

// Sessions ----------------------------------------------------------------------------------------------------------

std::string prose() {
  std::string text;
  Rng rng(5, Stream::sampling);
  const Texts words{"the", "sea", "sings", "étude", "don't", "softly", "and", "night", "Ωμέγα", "falls"};
  while (text.size() < 6000) {
    text += words[std::size_t(rng.uniform() * rng.uniform() * double(words.size()))];
    text += rng.uniform() < 0.2 ? ".\n" : " ";
  }
  return text;
}

Config config_of(const std::string& unit, int vocabulary) {
  return parse_config(R"({"layers":[{"cell":"gru","units":12}],"sequenceLength":8,"batchSize":4,"unit":")" + unit +
                      R"(","vocabulary":)" + std::to_string(vocabulary) + "}");
}

const std::pair<const char*, int> units[]{{"word", 12}, {"whitespace", 9}, {"bpe", 290}};

TEST(WordSession, GoesOnAsIfNeverStopped) {
  for (const auto& [unit, cap] : units) {
    Session session(config_of(unit, cap), prose());
    EXPECT_EQ(session.info()["vocabulary"]["unit"], unit);
    for (int i = 0; i < 5; ++i) session.trainer().step();
    Session resumed(session.save(true), prose());
    for (int i = 0; i < 5; ++i) ASSERT_EQ(session.trainer().step().loss, resumed.trainer().step().loss) << unit;
    EXPECT_TRUE(same_bytes(session.save(true), resumed.save(true))) << unit;
  }
}

TEST(WordSession, LossesOfAllUnitsAreComparable) {
  for (const char* unit : {"character", "byte", "word", "whitespace", "bpe"}) {
    Session session(config_of(unit, 290), prose());
    const Evaluation e = session.trainer().evaluate();
    const Index all = session.characters(Split::train) + session.characters(Split::validation);
    const Index left = Index(code_points_in(prose())) - all;  // the first token of each part, and blanks at the end
    EXPECT_GE(left, 2) << unit;
    EXPECT_LE(left, 20) << unit;
    EXPECT_NEAR(session.bits_per_character(Split::validation, e.loss, e.predictions),
                e.loss * double(e.predictions) / std::log(2.0) / double(session.characters(Split::validation)), 1e-12);
    const Json info = session.info();
    EXPECT_EQ(info["characters"]["validation"], session.characters(Split::validation));
  }
  Session session(config_of("character", 290), prose());
  EXPECT_EQ(session.characters(Split::validation), session.trainer().evaluate().predictions);
}

TEST(WordSession, WritesWords) {
  Session session(config_of("word", 12), prose());
  std::string text;
  EXPECT_EQ(session.sample_start("the unheard sea", {.greedy = true}, 20), (Texts{" unheard"}));
  while (session.sample_next(1, text)) {
  }
  EXPECT_EQ(text.find("\uFFFD"), std::string::npos);  // the unknown word is never written
  const Vocabulary& v = session.vocabulary();
  EXPECT_EQ(v.encode(text).size(), 20u);
  EXPECT_EQ(decoded(v, v.encode(text)), text);
}

TEST(WordSession, WritesWholeCharactersWhateverTheBytes) {
  Session session(config_of("bpe", 290), prose());
  std::string pieces, at_once;
  session.sample_start("", {.temperature = 2, .seed = 3}, 300);
  for (bool more = true; more;) {
    std::string piece;
    more = session.sample_next(1, piece);
    for (std::size_t at = 0; at < piece.size();) ASSERT_NE(next_code_point(piece, at), no_code_point) << piece;
    pieces += piece;
  }
  session.sample_start("", {.temperature = 2, .seed = 3}, 300);
  session.sample_next(300, at_once);
  EXPECT_EQ(pieces, at_once);
}

TEST(WordSession, ReadsAnotherText) {
  Session session(config_of("word", 100), prose());
  const int before = session.vocabulary().size();
  Session extended(session.save(true), prose() + " a kraken sings", true);
  EXPECT_EQ(extended.vocabulary().size(), before + 2);
  EXPECT_EQ(extended.info()["vocabulary"]["added"], Json::parse(R"([" a"," kraken"])"));
  Session merges(config_of("bpe", 290), prose());
  EXPECT_EQ(Session(merges.save(true), prose() + " a kraken", true).vocabulary().size(), merges.vocabulary().size());
}

TEST(WordSession, ForgedVocabulariesAreRefused) {
  const auto refused = [](const char* unit, int cap, const std::string& from, const std::string& to) {
    Forge forge(Session(config_of(unit, cap), prose()).save(false));
    if (forge.metadata["vocabulary"].find(from) == std::string::npos)
      return testing::AssertionFailure() << forge.metadata["vocabulary"];
    forge.replace("vocabulary", from, to);
    return refuses(ErrorCode::invalid_checkpoint, "", [&] { Session(forge.bytes(), ""); });
  };
  for (const char* word : {"\"the,\"", "\"\"", "\"the sea\"", "7", "\"zzz\"", "\"  the\"", "\" and\""})
    EXPECT_TRUE(refused("word", 100, "\" the\"", word)) << word;
  EXPECT_TRUE(refused("whitespace", 100, "\"the\"", "\"<unk>\""));
  EXPECT_TRUE(refused("whitespace", 100, "\"the\"", "\" the\""));
  EXPECT_TRUE(refused("word", 100, "\"word\"", "\"bpe\""));
  EXPECT_TRUE(refused("bpe", 290, "\"bpe\"", "\"word\""));
  EXPECT_TRUE(refused("bpe", 290, "\"merges\":[", "\"merges\":[256,1,"));  // a token that is not there yet
  EXPECT_TRUE(refused("bpe", 290, "\"merges\":[", "\"merges\":[1,"));      // half a pair
  EXPECT_TRUE(refused("bpe", 290, "\"merges\":[", "\"merges\":[\"a\",\"b\","));
  EXPECT_TRUE(refused("bpe", 290, "\"merges\":[", "\"merges\":[1,1,1,1,"));  // a pair twice
  // Tokens of 2, 4, … 256 bytes.
  EXPECT_TRUE(refuses(ErrorCode::invalid_checkpoint, "vocabulary.merges", [&] {
    std::vector<Merge> merges{{1, 1}};
    for (int i = 0; i < 7; ++i) merges.push_back({Token(256 + i), Token(256 + i)});
    Vocabulary::from_merges(merges);
  }));
}

TEST(WordSession, SmallVocabulariesOfMergesAreRefused) {
  EXPECT_TRUE(refuses(ErrorCode::invalid_config, "vocabulary", [] { config_of("bpe", 255); }));
  EXPECT_EQ(to_json(config_of("bpe", 256))["unit"], "bpe");
}

}  // namespace
}  // namespace unfold::test
