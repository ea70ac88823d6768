// Labelled texts and tagged words as people have them: what is recognised, what is refused and why.
#include <fstream>
#include <map>
#include <sstream>

#include "support.h"
#include "unfold/data/dataset.h"
#include "unfold/data/unknown.h"

namespace unfold::test {
namespace {

using Names = std::vector<std::string>;

Config asking(TaskKind task) {
  Config config;
  config.task.kind = task;
  config.task.pooling = task == TaskKind::classify ? Pooling::last : Pooling::none;
  config.validation_split = 0;
  return config;
}

std::string text_of(const Names& names, const std::vector<Token>& tokens, const char* between = "") {
  std::string text;
  for (const Token t : tokens) text += (text.empty() ? "" : between) + names.at(t);
  return text;
}

/// "input>target" of each example, in order.
std::multiset<std::string> bag(const Dataset& d) {
  std::multiset<std::string> all;
  const char* between = d.words ? " " : "";
  for (const auto* part : {&d.train, &d.validation, &d.test})
    for (const Example& e : *part)
      all.insert(text_of(d.inputs, e.input, between) + ">" + text_of(d.targets, e.target, between));
  return all;
}

std::map<std::string, int> label_counts(const Dataset& d) {
  std::map<std::string, int> counts;
  for (const Example& e : d.train) ++counts[d.targets.at(e.target.at(0))];
  return counts;
}

testing::AssertionResult refused(const std::string& text, const Config& config, const std::string& field) {
  return refuses(ErrorCode::invalid_text, field, [&] { read_dataset(text, config); });
}

const std::multiset<std::string> four{"fine>good", "no, no>bad", "ok>good", "poor>bad"};

TEST(Labelled, APreviewCountsLinesWithoutALabel) {
  const Config config = asking(TaskKind::classify);
  for (const char* text : {"good\tfine\nlost\nbad\tpoor\n\tempty\ngood\tok\n",
                           "text,label\nfine,good\nlost\npoor,bad\nempty,\nok,good\n"}) {
    const Json shown = preview(text, config);
    EXPECT_EQ(shown["rows"], 3) << text;
    const bool header = shown["header"];
    EXPECT_EQ(shown["notes"].back(), std::string("2 rows without a label or a text, and a training refuses them: the "
                                                 "first is line ") +
                                         (header ? "3." : "2."));
  }
  EXPECT_TRUE(refused("good\tfine\nlost\nbad\tpoor\n", config, "text line 2"));
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [&] { preview("lost\nlost too\n", config); }));
}

TEST(Labelled, EverySideAndSeparator) {
  for (const char* text :
       {"good\tfine\nbad\tno, no\ngood\tok\nbad\tpoor\n",                         // as ever
        "text,label\nfine,good\n\"no, no\",bad\nok,good\npoor,bad\n",             // CSV, label last
        "label,text\ngood,fine\nbad,\"no, no\"\ngood,ok\nbad,poor\n",             // CSV, label first
        "fine,good\nno, no,bad\nok,good\npoor,bad\n",                             // no quotes
        "good,fine\nbad,no, no\ngood,ok\nbad,poor\n",                             // the same, first
        "good;fine\r\nbad;no, no\r\ngood;ok\r\nbad;poor\r\n",                     // semicolons
        "label\ttext\ngood\tfine\nbad\tno, no\ngood\tok\nbad\tpoor",              // a header
        "id,text,label\n1,fine,good\n2,\"no, no\",bad\n3,ok,good\n4,poor,bad\n",  // a third column
        "\xEF\xBB\xBF{\"text\":\"fine\",\"label\":\"good\"}\n{\"text\":\"no, no\",\"label\":\"bad\"}\n"
        "{\"label\":\"good\",\"text\":\"ok\"}\n\n{\"text\":\"poor\",\"label\":\"bad\",\"id\":7}\n"})
    EXPECT_EQ(bag(read_dataset(text, asking(TaskKind::classify))), four) << text;
}

TEST(Labelled, FormatIsTold) {
  const Dataset d = read_dataset("id;text;label\n1;ab;x\n2;ba;x\n3;aa;y\n", asking(TaskKind::classify));
  EXPECT_EQ(d.file.format, "lines");
  EXPECT_EQ(d.file.separator, "semicolon");
  EXPECT_TRUE(d.file.header);
  EXPECT_EQ(d.file.columns, (Names{"id", "text", "label"}));
  EXPECT_EQ(d.file.uses, (Names{"none", "input", "target"}));
}

TEST(Labelled, NamesOfTheirOwnAndColumnsWithoutText) {
  std::string text = "v1\tv2\t\t\n";
  for (int i = 0; i < 12; ++i) text += (i % 3 ? "ham\tsee you at " : "spam\twin now ") + std::to_string(i) + "\t\t\n";
  const Dataset d = read_dataset(text, asking(TaskKind::classify));
  EXPECT_EQ(d.targets, (Names{"ham", "spam"}));
  EXPECT_TRUE(d.file.header);
  EXPECT_EQ(d.train.size(), 12u);
  text.replace(0, 5, "eggs\tcome at nine");
  EXPECT_EQ(read_dataset(text, asking(TaskKind::classify)).targets, (Names{"eggs", "ham", "spam"}))
      << "a text of words";
}

TEST(Labelled, QuotesOfCsv) {
  const Dataset d =
      read_dataset("text,label\n\"say \"\"no\"\"\",x\n\"two\nlines\",x\nplain \"q\",y\n", asking(TaskKind::classify));
  EXPECT_EQ(bag(d), (std::multiset<std::string>{"say \"no\">x", "two\nlines>x", "plain \"q\">y"}));
  EXPECT_TRUE(refused("text,label\na,x\n\"open,x\n", asking(TaskKind::classify), "text line 3"));
  // Behind a tab they are characters like others.
  EXPECT_EQ(bag(read_dataset("x\t\"a\"\nx\tb\n", asking(TaskKind::classify))),
            (std::multiset<std::string>{"\"a\">x", "b>x"}));
}

// What separates tables of numbers, or is a comment there, belongs to a text.
TEST(Labelled, TextsKeepTheirCharacters) {
  const Config config = asking(TaskKind::classify);
  EXPECT_EQ(bag(read_dataset("text,label\n#a,x\n\"b\" c \"d\",x\ne\rf,y\r\n\"\"g,y\n\"h \"\"i\"\"\" j,y", config)),
            (std::multiset<std::string>{"#a>x", "b c \"d\">x", "e\rf>y", "g>y", "h \"i\" j>y"}));
  EXPECT_EQ(bag(read_dataset("x\t#a\nx\tb\rc\n\"y\tz\n", config)),
            (std::multiset<std::string>{"#a>x", "b\rc>x", "z>\"y"}));
}

std::string swapped(int rows) {
  std::string text;
  for (int i = 0; i < rows; ++i) text += "text " + std::to_string(i) + "\tother " + std::to_string(i) + "\n";
  return text;
}

TEST(Labelled, LabelsThatOccurOnceAreRefused) {
  Config config = asking(TaskKind::classify);
  const std::optional<Error> error = error_of([&] { read_dataset(swapped(12), config); });
  ASSERT_TRUE(error);
  EXPECT_NE(error->expected.find("swapped"), std::string::npos) << error->what();
  EXPECT_EQ(read_dataset(swapped(3), config).train.size(), 3u) << "too few lines to say";
  config.dataset.label = LabelSide::last;
  const Dataset d = read_dataset(swapped(12), config);
  EXPECT_EQ(d.targets.size(), 12u);
  EXPECT_TRUE(d.targets[0].starts_with("other"));
}

TEST(Labelled, SettingsOverrule) {
  Config config = asking(TaskKind::classify);
  const std::string text = "label\ttext\na\tb\na\tc\n";
  EXPECT_EQ(read_dataset(text, config).train.size(), 2u);
  config.dataset.header = Header::no;
  EXPECT_EQ(read_dataset(text, config).train.size(), 3u);
  config.dataset = {.label = LabelSide::last, .header = Header::yes};
  EXPECT_EQ(bag(read_dataset(text, config)), (std::multiset<std::string>{"a>b", "a>c"}));
}

TEST(Labelled, BadJsonIsRefusedByLine) {
  const Config config = asking(TaskKind::classify);
  const std::string good = "{\"text\":\"a\",\"label\":\"x\"}\n";
  for (const char* bad :
       {"{\"text\":\"a\"}", "{\"label\":\"x\"}", "[1]", "{\"text\":\"a\",", "{\"text\":1,\"label\":\"x\"}",
        "{\"text\":\"a\",\"label\":[]}", "{\"text\":\"\",\"label\":\"x\"}"})
    EXPECT_TRUE(refused(good + bad, config, "text line 2")) << bad;
  EXPECT_EQ(label_counts(read_dataset("{\"text\":\"a\",\"label\":1}\n{\"text\":\"b\",\"label\":true}", config)),
            (std::map<std::string, int>{{"1", 1}, {"true", 1}}));
}

// Words -----------------------------------------------------------------------------------------------------------

TEST(Tagged, Conll) {
  for (const char* text : {"the\tDET\nmill\tNOUN\n\na\tDET\nfox\tNOUN\n", "the DET\nmill NOUN\n\n\na DET\nfox NOUN",
                           "-DOCSTART- -X- O O\n\nthe X Y DET\nmill X Y NOUN\n\na X Y DET\nfox X Y NOUN\n",
                           "{\"tokens\":[\"the\",\"mill\"],\"tags\":[\"DET\",\"NOUN\"]}\n"
                           "{\"tokens\":[\"a\",\"fox\"],\"tags\":[\"DET\",\"NOUN\"]}\n"}) {
    const Dataset d = read_dataset(text, asking(TaskKind::tag));
    EXPECT_TRUE(d.words);
    EXPECT_EQ(d.inputs, (Names{"a", "fox", "mill", "the"})) << text;
    EXPECT_EQ(bag(d), (std::multiset<std::string>{"the mill>DET NOUN", "a fox>DET NOUN"})) << text;
  }
}

TEST(Tagged, ConllU) {
  const Dataset d = read_dataset(
      "# text = zum "
      "Haus\n1-2\tzum\t_\t_\t_\t_\t_\t_\t_\t_\n1\tzu\tzu\tADP\tA\t_\t2\tx\t_\t_\n2\tdem\td\tDET\tA\t_\t3\tx\t_\t_\n",
      asking(TaskKind::tag));
  EXPECT_EQ(bag(d), (std::multiset<std::string>{"zu dem>ADP DET"}));
}

TEST(Tagged, OldFormatStays) {
  const Dataset d = read_dataset("né!\tVV.\n\nab\tVV\n", asking(TaskKind::tag));
  EXPECT_FALSE(d.words);
  EXPECT_EQ(bag(d), (std::multiset<std::string>{"né!>VV.", "ab>VV"}));
}

TEST(Tagged, BadLines) {
  const Config config = asking(TaskKind::tag);
  EXPECT_TRUE(refused("the\tDET\nmill\tNOUN\n\na\tDET\tX\n", config, "text line 4"));
  EXPECT_TRUE(refused("the\tDET\nmill\tNOUN\n\na\t\n", config, "text line 4"));
  EXPECT_TRUE(refused("the\tDET\nmi\xFFll\tNOUN\n\na\tX\n", config, "text line 1"));
  EXPECT_TRUE(refused("{\"tokens\":[\"a\"],\"tags\":[]}", config, "text line 1"));
  EXPECT_TRUE(refused("{\"tokens\":[\"a b\"],\"tags\":[\"x\"]}", config, "text line 1"));
  EXPECT_TRUE(refused("{\"tokens\":[\"a\"],\"tags\":[\"x\"]}\n{\"text\":\"a\",\"tags\":\"x\"}", config, "text line 2"));
}

// Lengths ---------------------------------------------------------------------------------------------------------

TEST(MaxLength, LongSequencesAreReadOrCut) {
  const std::string text = "x\t" + std::string(3000, 'a') + "b\ny\tab\n";
  Config config = asking(TaskKind::classify);
  EXPECT_EQ(read_dataset(text, config).truncated, 0);
  config.task.max_length = 300;
  const std::optional<Error> error = error_of([&] { read_dataset(text, config); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->field, "text line 1");
  EXPECT_NE(error->expected.find("task.maxLength"), std::string::npos) << error->what();
  config.task.truncate = true;
  const Dataset d = read_dataset(text, config);
  EXPECT_EQ(d.truncated, 1);
  Index longest = 0;
  for (const Example& e : d.train) longest = std::max(longest, d.steps(e));
  EXPECT_EQ(longest, 300);
  EXPECT_EQ(d.file.notes.size(), 1u);
}

TEST(MaxLength, EveryTaskWithExamplesHasIt) {
  for (const char* task : {"generate", "classify", "tag", "translate", "regress", "notes"}) {
    const Config config =
        parse_config(std::string(R"({"task":{"name":")") + task + R"(","maxLength":3000,"truncate":true}})");
    EXPECT_EQ(config.task.max_length, 3000) << task;
    EXPECT_EQ(parse_config(to_json(config)).task.max_length, 3000) << task;
    EXPECT_TRUE(parse_config(to_json(config)).task.truncate) << task;
  }
  EXPECT_TRUE(refuses(ErrorCode::invalid_config, "task.maxLength",
                      [] { parse_config(R"({"task":{"name":"next","maxLength":9}})"); }));
}

TEST(MaxLength, TheLongestExampleIsTheDefault) {
  const std::string text = "x\t" + std::string(700, 'a') + "b\ny\tab\n";
  const Session session(parse_config(R"({"task":"classify","layers":[{"units":4}],"batchSize":2})"), text);
  EXPECT_EQ(session.config().task.max_length, 701);
  const Session usual(parse_config(R"({"task":"classify","layers":[{"units":4}],"batchSize":2})"), "x\tab\ny\tba\n");
  EXPECT_EQ(usual.config().task.max_length, 0);
}

// Unknown symbols ---------------------------------------------------------------------------------------------------

TEST(LearnUnknown, RareSymbolsBecomeOne) {
  Dataset d;
  d.inputs = {"a", "b", "c", "d"};
  d.targets = {"x"};
  d.train = {{.input = {0, 0, 1}, .target = {0}}, {.input = {2, 2}, .target = {0}}};  // b once, d never
  d.validation = {{.input = {3, 2}, .target = {0}}};
  learn_unknown(d, false);
  EXPECT_EQ(d.inputs, (Names{"a", "c", unknown_name}));
  EXPECT_EQ(d.train[0].input, (std::vector<Token>{0, 0, 2}));
  EXPECT_EQ(d.train[1].input, (std::vector<Token>{1, 1}));
  EXPECT_EQ(d.validation[0].input, (std::vector<Token>{2, 1}));
}

TEST(LearnUnknown, IsReadInTrainingWhereNoSymbolIsRare) {
  Dataset d;
  d.inputs = {"a", "b"};
  for (int i = 0; i < 100; ++i) d.train.push_back({.input = std::vector<Token>(20, Token(i % 2))});
  learn_unknown(d, false);
  EXPECT_DOUBLE_EQ(unknown_rate(d), 0.01);
  d.train[0].input.assign(20, 2);  // 20 of 2000
  EXPECT_DOUBLE_EQ(unknown_rate(d), 0);
  std::string text;
  for (int i = 0; i < 40; ++i) text += "x\tabcabcabcabc\ny\tcbacbacbacba\n";
  Session session(
      parse_config(R"({"task":"classify","dataset":{"unknown":"symbol"},"layers":[{"units":2}],"batchSize":64})"),
      text);
  Index unknown = 0;
  for (int i = 0; i < 4; ++i) {
    session.trainer().step();
    Workspace& w = session.trainer().workspace();
    for (Index t = 0; t < w.steps(1); ++t)
      for (Index n = 0; n < 64; ++n) unknown += w.tokens(t, 1)[n] == 3;
  }
  EXPECT_GT(unknown, 10);  // of 3072 symbols, one in a hundred
  EXPECT_LT(unknown, 60);
}

TEST(LearnUnknown, WhatIsWrittenKeepsItsSymbols) {
  Dataset d;
  d.inputs = d.targets = {"a", "b", "c"};
  d.train = {{.input = {0, 1}, .target = {2}}};
  learn_unknown(d, true);
  EXPECT_EQ(d.targets, (Names{"c", unknown_name}));
  EXPECT_EQ(d.inputs, d.targets);
  EXPECT_EQ(d.train[0].input, (std::vector<Token>{1, 1}));
  EXPECT_EQ(d.train[0].target, (std::vector<Token>{0}));
}

Json predicted(Session& session, const Json& request) { return session.predict(request); }

TEST(UnknownSymbols, AsTheRequestSays) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "x\tabc\ny\tcba\n";
  Session session(parse_config(R"({"task":"classify","layers":[{"units":4}],"batchSize":4})"), text);
  const std::optional<Error> error = error_of([&] { predicted(session, {{"input", "abZé"}}); });
  ASSERT_TRUE(error);
  EXPECT_NE(error->actual.find("\"Z\" (position 2)"), std::string::npos) << error->what();
  const Json skipped = predicted(session, {{"input", "abZcé"}, {"unknown", "skip"}});
  EXPECT_EQ(skipped["probabilities"], predicted(session, {{"input", "abc"}})["probabilities"]);
  EXPECT_EQ(skipped["unknown"].dump(), R"([{"symbol":"Z","position":2},{"symbol":"é","position":4}])");
  EXPECT_TRUE(refuses(ErrorCode::invalid_argument, "unknown",
                      [&] { predicted(session, {{"input", "abc"}, {"unknown", "symbol"}}); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_argument, "input",
                      [&] { predicted(session, {{"input", "ZZ"}, {"unknown", "skip"}}); }));
}

TEST(UnknownSymbols, ALearnedSymbolOfWords) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "the DET\nmill NOUN\n\na DET\nfox" + std::to_string(i) + " NOUN\n\n";
  Session session(parse_config(R"({"task":"tag","dataset":{"unknown":"symbol"},"layers":[{"units":4}],"batchSize":4})"),
                  text);
  for (int i = 0; i < 3; ++i) session.trainer().step();
  const Json answer = predicted(session, {{"input", "  a   zebra\n"}});
  EXPECT_EQ(answer["outputs"].size(), 2u);
  EXPECT_EQ(answer["unknown"].dump(), R"([{"symbol":"zebra","position":1}])");
  EXPECT_EQ(predicted(session, {{"input", Json::array({"a", "zebra"})}})["probabilities"], answer["probabilities"]);
  Session again(session.save(true), "");
  EXPECT_EQ(predicted(again, {{"input", "a zebra"}})["probabilities"], answer["probabilities"]);
  EXPECT_TRUE(refuses(ErrorCode::invalid_argument, "input",
                      [&] { predicted(session, {{"input", "a zebra"}, {"unknown", "error"}}); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_config, "dataset.unknown",
                      [] { parse_config(R"({"task":"generate","dataset":{"unknown":"symbol"}})"); }));
}

// Another file than the model was trained on, to be measured.
TEST(UnknownSymbols, OfAnotherFile) {
  const auto made = [](const char* unknown) {
    std::string text;
    for (int i = 0; i < 20; ++i) text += "x\tabc\ny\tcba\n";
    const Session session(parse_config(std::string(R"({"task":"classify","validationSplit":0,"dataset":{"unknown":")") +
                                       unknown + R"("},"layers":[{"units":4}],"batchSize":4})"),
                          text);
    return session.save(false);
  };
  const std::string other = "x\tab\nx\taZc\nx\tZ\n";
  const std::optional<Error> error = error_of([&] { Session(made("error"), other); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->actual, "\"Z\"");
  EXPECT_EQ(Session(made("skip"), other).info()["data"]["train"], 2);
  EXPECT_EQ(Session(made("symbol"), other).info()["data"]["train"], 3);
  EXPECT_EQ(Session(made("error"), "x\tab\n").info()["data"]["train"], 1);
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [&] { Session(made("skip"), "w\tab\n"); }));
}

}  // namespace
}  // namespace unfold::test
