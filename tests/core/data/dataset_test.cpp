// Examples from strangers' texts: what is read, what is held back, what is refused and where.
#include "unfold/data/dataset.h"

#include <fstream>
#include <set>
#include <sstream>

#include "support.h"
#include "unfold/base/utf8.h"
#include "unfold/model/loss.h"

namespace unfold::test {
namespace {

Config asking(TaskKind task, Pooling pooling = Pooling::none) {
  Config config;
  config.task.kind = task;
  config.task.pooling = pooling;
  config.validation_split = 0;
  return config;
}

Config playing(Keys keys) {
  Config config = asking(TaskKind::notes);
  config.dataset.keys = keys;
  return config;
}

std::string text_of(const std::vector<std::string>& names, const std::vector<Token>& tokens) {
  std::string text;
  for (const Token t : tokens) text += names.at(t);
  return text;
}

using Numbers = std::vector<Real>;
using Names = std::vector<std::string>;

testing::AssertionResult refused(const std::string& text, const Config& config, const std::string& field) {
  return refuses(ErrorCode::invalid_text, field, [&] { read_dataset(text, config); });
}

/// "input>target" of all three parts, in their order.
std::vector<std::string> all_of(const Dataset& d) {
  std::vector<std::string> lines;
  for (const auto* part : {&d.train, &d.validation, &d.test})
    for (const Example& e : *part) lines.push_back(text_of(d.inputs, e.input) + ">" + text_of(d.targets, e.target));
  return lines;
}

std::multiset<std::string> bag(const Dataset& d) {
  const auto lines = all_of(d);
  return {lines.begin(), lines.end()};
}

// Sequences ---------------------------------------------------------------------------------------------------------

TEST(ReadDataset, Generate) {
  const Dataset d = read_dataset("ba\nab𝄞\n", asking(TaskKind::generate));
  EXPECT_EQ(d.targets, (Names{"a", "b", "𝄞"}));
  EXPECT_EQ(d.inputs, d.targets);
  EXPECT_EQ(bag(d), (std::multiset<std::string>{">ab𝄞", ">ba"}));
  EXPECT_EQ(d.context, 0);
  std::multiset<Index> steps;
  for (const Example& e : d.train) steps.insert(d.steps(e));
  EXPECT_EQ(steps, (std::multiset<Index>{2, 3}));
}

TEST(ReadDataset, GenerateFromAContext) {
  Config config = asking(TaskKind::generate);
  config.task.context = 2;
  const Dataset d = read_dataset("0.5,-1e2\tab", config);
  ASSERT_EQ(d.train.size(), 1u);
  EXPECT_EQ(d.context, 2);
  EXPECT_EQ(d.train[0].context, (Numbers{0.5, -100}));
  EXPECT_EQ(d.train[0].target, (std::vector<Token>{0, 1}));
  EXPECT_TRUE(refused("0.5,1\ta\n0.5\tb", config, "text line 2"));
  EXPECT_TRUE(refused("0.5,x\ta", config, "text line 1"));
  EXPECT_TRUE(refused("ab", config, "text line 1"));
  EXPECT_TRUE(refused("\tab", config, "text line 1"));
  EXPECT_TRUE(refused("1,2\t", config, "text line 1"));
}

TEST(ReadDataset, Classify) {
  const Dataset d = read_dataset("good\tyes\nbad\tno\ngood\tye\n", asking(TaskKind::classify));
  EXPECT_EQ(d.inputs, (Names{"e", "n", "o", "s", "y"}));
  EXPECT_EQ(d.targets, (Names{"bad", "good"}));
  EXPECT_EQ(bag(d), (std::multiset<std::string>{"no>bad", "ye>good", "yes>good"}));
}

TEST(ReadDataset, Tag) {
  const Dataset d = read_dataset("né!\tVV.\n", asking(TaskKind::tag));
  EXPECT_EQ(d.inputs, (Names{"!", "n", "é"}));
  EXPECT_EQ(d.targets, (Names{".", "V"}));
  EXPECT_EQ(all_of(d), (std::vector<std::string>{"né!>VV."}));
  EXPECT_TRUE(refused("ab\tVV\nab\tV", asking(TaskKind::tag), "text line 2"));
}

TEST(ReadDataset, Translate) {
  const Dataset d = read_dataset("1+1\t2", asking(TaskKind::translate));
  EXPECT_EQ(d.inputs, (Names{"+", "1", "2"}));
  EXPECT_EQ(d.targets, d.inputs);
  EXPECT_EQ(all_of(d), (std::vector<std::string>{"1+1>2"}));
}

TEST(ReadDataset, EndsOfLinesAndMarksDoNotMatter) {
  const auto plain = bag(read_dataset("a\tb\nc\td\n", asking(TaskKind::translate)));
  for (const char* text : {"a\tb\nc\td", "a\tb\r\nc\td\r\n",
                           "\xEF\xBB\xBF"
                           "a\tb\nc\td",
                           "\n\na\tb\n\r\nc\td\n\n"})
    EXPECT_EQ(bag(read_dataset(text, asking(TaskKind::translate))), plain) << text;
}

TEST(ReadDataset, BadLinesAreRefusedByNumber) {
  for (const TaskKind task : {TaskKind::classify, TaskKind::tag, TaskKind::translate}) {
    EXPECT_TRUE(refused("a\tb\n\nab", asking(task), "text line 3")) << "no tab";
    EXPECT_TRUE(refused("a\tb\na\tb\tc", asking(task), "text line 2")) << "two tabs";
    EXPECT_TRUE(refused("a\tb\na\t", asking(task), "text line 2"));
    EXPECT_TRUE(refused("a\tb\n\tb", asking(task), "text line 2"));
    EXPECT_TRUE(refused("a\tb\na\t\xC3", asking(task), "text line 2")) << "UTF-8, right";
    EXPECT_TRUE(refused("a\tb\n\xED\xA0\x80\tb", asking(task), "text line 2")) << "UTF-8, left";
  }
  EXPECT_TRUE(refused("ok\n\xFF", asking(TaskKind::generate), "text line 2"));
  for (const TaskKind task :
       {TaskKind::generate, TaskKind::classify, TaskKind::tag, TaskKind::translate, TaskKind::regress})
    for (const char* text : {"", "\n", "\r\n\n", "\xEF\xBB\xBF"}) EXPECT_TRUE(refused(text, asking(task), "text"));
}

TEST(ReadDataset, SequencesAreAsLongAsTheTaskAllows) {
  Config config = asking(TaskKind::translate);
  config.task.max_length = 3;
  EXPECT_EQ(read_dataset("äöü\tabc", config).train.size(), 1u);
  EXPECT_TRUE(refused("abcd\ta", config, "text line 1"));
  EXPECT_TRUE(refused("a\ta\na\tabcd", config, "text line 2"));
  config.task.kind = TaskKind::classify;
  EXPECT_EQ(read_dataset("a long label\tabc", config).train.size(), 1u);
}

TEST(ReadDataset, TooManySymbolsOrLabels) {
  std::string symbols, labels;
  for (std::uint32_t code = 0x10000; code < 0x10000 + 65001; ++code) {
    append_utf8(code, symbols);
    symbols += '\n';
    labels += std::to_string(code) + "\ta\n";
  }
  EXPECT_TRUE(refused(symbols, asking(TaskKind::generate), "text"));
  Config first = asking(TaskKind::classify);
  first.dataset.label = LabelSide::first;
  EXPECT_TRUE(refused(labels, first, "text"));
  symbols.resize(symbols.size() - 5);
  labels.resize(labels.size() - 9);
  EXPECT_EQ(read_dataset(symbols, asking(TaskKind::generate)).targets.size(), 65000u);
  EXPECT_EQ(read_dataset(labels, first).targets.size(), 65000u);
}

TEST(ReadDataset, RefusesWhatHasNoExamples) {
  for (const TaskKind task : {TaskKind::next, TaskKind::tensor})
    EXPECT_TRUE(refuses(ErrorCode::invalid_argument, "task.name", [&] { read_dataset("a\tb", asking(task)); }));
}

// Numbers -----------------------------------------------------------------------------------------------------------

TEST(ReadDataset, RegressForetellsTheNextRow) {
  for (const char* text :
       {"a,b\n1,2\n3,4\n5,6\n", "1;2\n3;4\n5;6", "1\t2\r\n3\t4\r\n5\t6\r\n", "x,y\n 1 , 2\n3,4 \n5,6\n\n"}) {
    const Dataset d = read_dataset(text, asking(TaskKind::regress));
    ASSERT_EQ(d.train.size(), 1u) << text;
    EXPECT_EQ(d.numbers, 2);
    EXPECT_EQ(d.outputs, 2);
    EXPECT_EQ(d.train[0].numbers, (Numbers{1, 2, 3, 4}));
    EXPECT_EQ(d.train[0].values, (Numbers{3, 4, 5, 6}));
    EXPECT_EQ(d.steps(d.train[0]), 2);
  }
}

TEST(ReadDataset, RegressPieces) {
  Config config = asking(TaskKind::regress);
  EXPECT_EQ(read_dataset("1\n2\n\n\n3\n4\n", config).train.size(), 2u);
  config.task.max_length = 2;
  const Dataset d = read_dataset("1\n2\n3\n4\n5\n6\n", config);  // 1,2→2,3; 3,4→4,5; 5→6
  std::set<std::pair<Numbers, Numbers>> pieces;
  for (const Example& e : d.train) pieces.insert({e.numbers, e.values});
  EXPECT_EQ(pieces, (std::set<std::pair<Numbers, Numbers>>{{{1, 2}, {2, 3}}, {{3, 4}, {4, 5}}, {{5}, {6}}}));
  EXPECT_EQ(read_dataset("1\n2\n3\n", config).train.size(), 1u) << "no piece of one row";
  config.task.max_length = 256;
  config.validation_split = 0.1;
  std::string rows;
  for (int i = 0; i <= 100; ++i) rows += std::to_string(i) + "\n";
  const Dataset held = read_dataset(rows, config);
  ASSERT_EQ(held.train.size(), 1u) << "one series is divided in time";
  EXPECT_EQ(held.train[0].values.back(), 80);
  EXPECT_EQ(held.validation[0].values.back(), 90);
  EXPECT_EQ(held.test[0].values.back(), 100);
  const Dataset two = read_dataset("0\n1\n2\n3\n4\n5\n\n" + rows, config);
  EXPECT_EQ(two.train.size() + two.validation.size() + two.test.size(), 11u) << "ten steps each, and what is left";
}

TEST(ReadDataset, RegressOnce) {
  const Config config = asking(TaskKind::regress, Pooling::last);
  const Dataset d = read_dataset("0.1,0.2,0.3\t0.5,1\n1;2,3", config);
  EXPECT_EQ(d.numbers, 1);
  EXPECT_EQ(d.outputs, 2);
  std::set<std::pair<Numbers, Numbers>> lines;
  for (const Example& e : d.train) lines.insert({e.numbers, e.values});
  EXPECT_EQ(lines,
            (std::set<std::pair<Numbers, Numbers>>{{{Real(0.1), Real(0.2), Real(0.3)}, {0.5, 1}}, {{1}, {2, 3}}}));
  const Dataset pairs = read_dataset("0.1 1, 0.2 0\t0.1", config);
  EXPECT_EQ(pairs.numbers, 2);
  EXPECT_EQ(pairs.steps(pairs.train[0]), 2);
  EXPECT_TRUE(refused("1,2\t3\n1,2", config, "text line 2"));
  EXPECT_TRUE(refused("1,2\t3\n1,2\t3,4", config, "text line 2"));
  EXPECT_TRUE(refused("1,2\t3\n1 1,2 2\t3", config, "text line 2"));
  EXPECT_TRUE(refused("1 2,3\t3", config, "text line 1"));
  EXPECT_TRUE(refused("1,,2\t3", config, "text line 1"));
  EXPECT_TRUE(refused("\t3", config, "text line 1"));
  EXPECT_TRUE(refused("1\t", config, "text line 1"));
}

TEST(ReadDataset, Numbers) {
  const auto read = [](const std::string& number) {
    return read_dataset("0\n" + number, asking(TaskKind::regress)).train[0].values[0];
  };
  for (const char* good : {"0",
                           "-0",
                           "1",
                           "+1",
                           "-1.5",
                           ".5",
                           "5.",
                           "1e3",
                           "1E-3",
                           "1.25e+2",
                           "0.1",
                           "3.14159265358979",
                           "123456789012345",
                           "1e-30",
                           "0.000000000000000000000000123",
                           "1000000000000000",
                           "1e-400",
                           "0e999",
                           "99999999999999999999e-10",
                           "0.30000000000000000000000000001"})
    EXPECT_EQ(read(good), Real(std::strtod(good, nullptr))) << good;
  EXPECT_EQ(read(std::string(100000, '0') + "7"), 7);
  EXPECT_EQ(read("0." + std::string(100000, '0') + "7"), 0);
  for (const char* bad : {"nan", "NaN", "inf", "-Infinity", "1e16", "-1e16", "1e999999999999", "0x10", "1e", "1e+", ".",
                          "-", "+-1", "1.2.3", "1 2", "\"1", "1f", "e5", "١"}) {
    EXPECT_TRUE(refused("0\n" + std::string(bad), asking(TaskKind::regress), "text line 2")) << bad;
    EXPECT_TRUE(refused("0,0\n0," + std::string(bad), asking(TaskKind::regress), "text line 2")) << bad;
  }
}

TEST(ReadDataset, RaggedTables) {
  for (const char* text : {"1,2\n1\n", "1,2\n1,2,3\n", "1,2\n,\n3,4\n", "1,2\n1,\n", "1\n \n"})
    EXPECT_TRUE(refused(text, asking(TaskKind::regress), "text line 2")) << text;
  EXPECT_TRUE(refused("a,b\n1,2\nc,d\n", asking(TaskKind::regress), "text line 3")) << "a second header";
  EXPECT_TRUE(refused("a,1\n1,2\n", asking(TaskKind::regress), "text line 1")) << "half a header";
  EXPECT_TRUE(refused("1\n", asking(TaskKind::regress), "text line 1")) << "nothing to predict";
  EXPECT_TRUE(refused("1\n2\n\n3\n\n4\n5\n", asking(TaskKind::regress), "text line 4"));
  EXPECT_TRUE(refused("a,b\n", asking(TaskKind::regress), "text"));
  std::string wide = "1";
  for (int i = 0; i < 4096; ++i) wide += ",1";
  EXPECT_TRUE(refused(wide, asking(TaskKind::regress), "text line 1"));
}

// Music -------------------------------------------------------------------------------------------------------------

std::set<Index> keys_at(const Numbers& roll, Index step) {
  std::set<Index> keys;
  for (Index k = 0; k < 88; ++k)
    if (roll[std::size_t(step * 88 + k)] == 1) keys.insert(k);
  return keys;
}

TEST(ReadMusic, Pieces) {
  const std::string parts =
      R"({"train": [[[60, 0, 60], [], [87]]], "valid": [[[1],[2]]], "test": [[[3],[4]], [[5],[6]]]})";
  for (const std::string& text :
       {parts, std::string(R"({"format": "roll", "more": {"train": [{"a": []}, null, 1.5]}, "splits": )") + parts + "}",
        "\xEF\xBB\xBF" + parts,
        std::string(
            R"({"train": [[[60, 0, 60], [], [87]]], "validation": [[[1],[2]]], "test": [[[3],[4]], [[5],[6]]]})")}) {
    const Dataset d = read_dataset(text, playing(Keys::piano));
    ASSERT_EQ(d.train.size(), 1u);
    EXPECT_EQ(d.validation.size(), 1u);
    EXPECT_EQ(d.test.size(), 2u);
    EXPECT_EQ(d.numbers, 88);
    EXPECT_EQ(d.outputs, 88);
    const Example& e = d.train[0];
    EXPECT_EQ(d.steps(e), 2);
    EXPECT_EQ(keys_at(e.numbers, 0), (std::set<Index>{0, 60}));
    EXPECT_EQ(keys_at(e.numbers, 1), (std::set<Index>{}));
    EXPECT_EQ(keys_at(e.values, 0), (std::set<Index>{}));
    EXPECT_EQ(keys_at(e.values, 1), (std::set<Index>{87}));
  }
}

TEST(ReadMusic, HoldsBackWhereTheTextDoesNot) {
  Config config = playing(Keys::piano);
  config.validation_split = 0.3;
  const Dataset d = read_dataset(R"({"train": [[[1],[2]], [[3],[4]], [[5],[6]], [[7],[8]]]})", config);
  EXPECT_EQ(d.train.size(), 2u);
  EXPECT_EQ(d.validation.size(), 1u);
  EXPECT_EQ(d.test.size(), 1u);
}

TEST(ReadMusic, WrongShapes) {
  const Config config = playing(Keys::piano);
  const std::pair<const char*, const char*> bad[]{
      {"", "text line 1"},
      {"{\n\"train\": [[[1],\n[2]]", "text line 3"},
      {R"({"train": [[[1],[2]]]} x)", "text line 1"},
      {"\"\xFF\"", "text line 1"},
      {"5", "text"},
      {"[[[1],[2]]]", "text"},
      {"{}", "text"},
      {R"({"splits": {}})", "text"},
      {R"({"splits": 1})", "text"},
      {R"({"splits": [[[1],[2]]]})", "text"},
      {R"({"train": []})", "text"},
      {R"({"valid": [[[1],[2]]]})", "text"},
      {R"({"train": 1})", "text train"},
      {R"({"train": {"a": 1}})", "text train"},
      {R"({"train": [[[1],[2]]], "train": [[[1],[2]]]})", "text"},
      {R"({"train": [[[1],[2]]], "valid": [], "validation": []})", "text"},
      {R"({"train": [1]})", "text train[0]"},
      {R"({"train": [[[1],[2]], null]})", "text train[1]"},
      {R"({"train": [[[1]]]})", "text train[0][1]"},
      {R"({"train": [[[1],[2]], []]})", "text train[1][0]"},
      {R"({"train": [[[1], 2]]})", "text train[0][1]"},
      {R"({"train": [[[1], {}]]})", "text train[0][1]"},
      {R"({"train": [[[1], [2]]], "test": [[[1], [2]], [[1], [88]]]})", "text test[1][1]"},
      {R"({"train": [[[1], [128]]]})", "text train[0][1]"},
      {R"({"keys": 1, "train": [[[1],[2]]]})", "text keys"},
      {R"({"keys": ["midi"], "train": [[[1],[2]]]})", "text keys"},
      {R"({"keys": {}, "train": [[[1],[2]]]})", "text keys"},
      {R"({"keys": "organ", "train": [[[1],[2]]]})", "text keys"},
      {R"({"keys": "midi", "train": [[[1],[2]]]})", "text keys"},
      {R"({"train": [[[-1], [8]]]})", "text train[0][0]"},
      {R"({"train": [[[1.0], [8]]]})", "text train[0][0]"},
      {R"({"train": [[[1e999], [8]]]})", "text line 1"},
      {R"({"train": [[["1"], [8]]]})", "text train[0][0]"},
      {R"({"train": [[[true], [8]]]})", "text train[0][0]"},
      {R"({"train": [[[[1]], [8]]]})", "text train[0][0]"},
      {R"({"train": [[[99999999999999999999], [8]]]})", "text train[0][0]"},
  };
  for (const auto& [text, field] : bad) EXPECT_TRUE(refused(text, config, field)) << text;
}

TEST(ReadMusic, Limits) {
  Config config = playing(Keys::piano);
  config.task.max_length = 3;
  EXPECT_EQ(read_dataset(R"({"train": [[[1],[2],[3],[4]]]})", config).train.size(), 1u);
  EXPECT_TRUE(refused(R"({"train": [[[1],[2],[3],[4],[5]]]})", config, "text train[0][4]"));
  for (const char* open : {"[", "{\"a\":"}) {
    std::string deep = "{\"a\":";
    for (int i = 0; i < 100000; ++i) deep += open;
    EXPECT_TRUE(refused(deep, playing(Keys::piano), "text"));
  }
  // A step of three letters is 704 bytes as numbers: what it may grow to is bounded.
  std::string many = "{\"train\":[";
  for (int piece = 0; piece < 2100; ++piece) {
    many += "[[]";
    for (int step = 0; step < 249; ++step) many += ",[]";
    many += "],";
  }
  EXPECT_TRUE(refused(many + "[]]}", playing(Keys::piano), "text train[2097][38]"));
}

TEST(ReadMusic, Chorales) {
  std::ifstream file(GOLDEN_FOLDER "/../../../shared/data/JSB_Chorales.json");
  if (!file) GTEST_SKIP() << "the chorales do not lie beside the project";
  std::stringstream text;
  text << file.rdbuf();
  const Dataset d = read_dataset(text.str(), playing(Keys::piano));
  EXPECT_EQ(d.train.size(), 229u);
  EXPECT_EQ(d.validation.size(), 76u);
  EXPECT_EQ(d.test.size(), 77u);
  Index chords = 0;
  for (const Example& e : d.train) chords += d.steps(e) + 1;
  EXPECT_EQ(chords, 13807);
  const double loss = trivial_loss(d, playing(Keys::piano).task);
  EXPECT_GT(loss, 10);
  EXPECT_LT(loss, 13);
}

/// The keys of each step of a piece that is read to its end.
std::vector<std::set<Index>> heard(const Example& e) {
  std::vector<std::set<Index>> steps{keys_at(e.numbers, 0)};
  for (Index t = 0; t < Index(e.values.size()) / 88; ++t) steps.push_back(keys_at(e.values, t));
  return steps;
}

TEST(ReadMusic, NumbersAreDeclared) {
  const std::string c_major = R"("train": [[[60, 64, 67], [60]]]})";
  const std::vector<std::set<Index>> notes{{39, 43, 46}, {39}}, keys{{60, 64, 67}, {60}};
  for (const auto& [text, config, expected] :
       {std::tuple("{" + c_major, playing(Keys::midi), notes),
        {"{" + c_major, playing(Keys::piano), keys},
        {"{\"keys\": \"midi\"," + c_major, playing(Keys::undeclared), notes},
        {"{\"keys\": \"midi\"," + c_major, playing(Keys::midi), notes},
        {R"({"train": [[[60, 64, 67], [60]]], "keys": "piano"})", playing(Keys::undeclared), keys}})
    EXPECT_EQ(heard(read_dataset(text, config).train[0]), expected) << text;
  EXPECT_TRUE(refused("{" + c_major, playing(Keys::undeclared), "dataset.keys"));
  EXPECT_EQ(heard(read_dataset(R"({"train": [[[21], [108]]]})", playing(Keys::midi)).train[0]),
            (std::vector<std::set<Index>>{{0}, {87}}));
  for (const char* beyond : {R"({"train": [[[60], [20]]]})", R"({"train": [[[60], [109]]]})"})
    EXPECT_TRUE(refused(beyond, playing(Keys::midi), "text train[0][1]")) << beyond;
}

/// Two steps of as many zeros and ones: the given columns sound in the first, none in the second.
std::string roll_text(int columns, const std::set<int>& ones) {
  std::string steps[2];
  for (int t = 0; t < 2; ++t)
    for (int c = 0; c < columns; ++c) steps[t] += (c > 0 ? "," : "") + std::to_string(t == 0 && ones.contains(c));
  return "{\"train\":[[[" + steps[0] + "],[" + steps[1] + "]]]}";
}

TEST(ReadMusic, Rolls) {
  const std::vector<std::set<Index>> expected{{0, 39}, {}};
  EXPECT_EQ(heard(read_dataset(roll_text(88, {0, 39}), playing(Keys::undeclared)).train[0]), expected);
  EXPECT_EQ(heard(read_dataset(roll_text(128, {21, 60}), playing(Keys::undeclared)).train[0]), expected);
  EXPECT_TRUE(refused(roll_text(128, {20}), playing(Keys::undeclared), "text train[0][0]"));
  EXPECT_TRUE(refused(roll_text(49, {3}), playing(Keys::midi), "dataset.roll"));
  Config config = playing(Keys::undeclared);
  config.dataset.roll = 36;
  EXPECT_EQ(heard(read_dataset(roll_text(49, {3}), config).train[0]), (std::vector<std::set<Index>>{{18}, {}}));
  EXPECT_TRUE(refused(R"({"train": [[[60], [62]]]})", config, "text"));
  // Two numbers can be two keys.
  EXPECT_EQ(heard(read_dataset(R"({"train": [[[0, 1], [1, 0]]]})", playing(Keys::piano)).train[0]),
            (std::vector<std::set<Index>>{{0, 1}, {0, 1}}));
}

// Held back ---------------------------------------------------------------------------------------------------------

std::string numbered(int n) {
  std::string text;
  for (int i = 0; i < n; ++i) text += std::to_string(i) + "\n";
  return text;
}

TEST(HoldBack, TheShareAndNothingTwice) {
  Config config = asking(TaskKind::generate);
  const std::tuple<int, double, int> cases[]{{1, 0.1, 0},  {2, 0.5, 0}, {3, 0.1, 1},     {4, 0.5, 1},   {5, 0.4, 2},
                                             {10, 0.1, 1}, {10, 0, 0},  {100, 0.25, 25}, {100, 0.9, 49}};
  for (const auto& [n, share, held] : cases) {
    config.validation_split = share;
    const Dataset d = read_dataset(numbered(n), config);
    EXPECT_EQ(int(d.validation.size()), held) << n << " " << share;
    EXPECT_EQ(int(d.test.size()), held);
    const auto lines = bag(d);
    EXPECT_EQ(lines.size(), std::size_t(n));
    EXPECT_EQ(std::set<std::string>(lines.begin(), lines.end()).size(), std::size_t(n));
  }
}

TEST(HoldBack, DependsOnTheSeedAlone) {
  Config config = asking(TaskKind::generate);
  config.validation_split = 0.2;
  const auto first = all_of(read_dataset(numbered(50), config));
  config.batch_size = 3;
  EXPECT_EQ(all_of(read_dataset(numbered(50), config)), first);
  config.seed = 2;
  EXPECT_NE(all_of(read_dataset(numbered(50), config)), first);
}

// The answer without information -------------------------------------------------------------------------------------

TEST(TrivialLoss, OfLabels) {
  Dataset d;
  d.targets = {"a", "b"};
  d.train = {{.target = {0, 0, 1}}, {.target = {no_token, 0}}};  // a: 3 of 4
  d.validation = {{.target = {1, no_token}}};
  EXPECT_NEAR(trivial_loss(d, asking(TaskKind::tag).task), -std::log(1.5 / 5), 1e-12);
  d.validation.clear();
  EXPECT_NEAR(trivial_loss(d, asking(TaskKind::classify).task), -(3 * std::log(3.5 / 5) + std::log(1.5 / 5)) / 4,
              1e-12);
}

TEST(TrivialLoss, OfSequencesCountsTheEnd) {
  Dataset d;
  d.targets = {"a", "b"};
  d.train = {{.target = {0, 0, 1}}, {.target = {0}}};  // a 3, b 1, end 2
  d.validation = {{.target = {1}}};
  const double expected = -(std::log((1 + 1 / 3.0) / 7) + std::log((2 + 1 / 3.0) / 7)) / 2;
  for (const TaskKind task : {TaskKind::generate, TaskKind::translate})
    EXPECT_NEAR(trivial_loss(d, asking(task).task), expected, 1e-12);
}

TEST(TrivialLoss, OfNumbersAndNotes) {
  Dataset d;
  d.numbers = d.outputs = 2;
  d.train = {{.values = {1, 0, 0, 0}}, {.values = {1, 1}}};  // means 2/3, 1/3
  d.validation = {{.values = {1, 1}}};
  EXPECT_NEAR(trivial_loss(d, asking(TaskKind::regress).task), (1 / 9.0 + 4 / 9.0) / 2, 1e-12);
  EXPECT_NEAR(trivial_loss(d, asking(TaskKind::notes).task), -std::log(2.5 / 4) - std::log(1.5 / 4), 1e-12);
}

}  // namespace
}  // namespace unfold::test
