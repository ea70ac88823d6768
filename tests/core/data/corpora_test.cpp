// The generated corpora: each answer is checked by other means than those that made it.
#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "support.h"
#include "unfold/config/dataset_info.h"
#include "unfold/data/dataset.h"
#include "unfold/model/loss.h"

namespace unfold::test {
namespace {

Dataset make(const std::string& name, int difficulty = 0, int count = 600, std::uint64_t seed = 1) {
  DatasetConfig config;
  config.name = name;
  config.difficulty = difficulty;
  config.count = count;
  config.seed = seed;
  return make_corpus(config);
}

std::string text_of(const std::vector<std::string>& names, const std::vector<Token>& tokens) {
  std::string text;
  for (const Token t : tokens) text += t == no_token ? "." : names.at(t);
  return text;
}

template <class F>
void each(const Dataset& d, const F& f) {
  for (const auto* part : {&d.train, &d.validation, &d.test})
    for (const Example& e : *part) f(e, part);
}

template <class F>
void each_pair(const Dataset& d, const F& f) {
  each(d, [&](const Example& e, const auto*) { f(text_of(d.inputs, e.input), text_of(d.targets, e.target)); });
}

/// Everything that tells two examples apart.
std::string key_of(const Example& e) {
  std::string key;
  const auto add = [&](const auto& v) {
    key.append(reinterpret_cast<const char*>(v.data()), v.size() * sizeof v[0]);
    key += '|';
  };
  add(e.input), add(e.numbers), add(e.target), add(e.values), add(e.context);
  return key;
}

std::uint64_t hash(const Dataset& d) {
  std::uint64_t h = 14695981039346656037u;
  const auto add = [&](std::string_view bytes) {
    for (const char c : bytes) h = (h ^ std::uint8_t(c)) * 1099511628211u;
  };
  for (const auto* names : {&d.inputs, &d.targets})
    for (const std::string& name : *names) add(name + "\n");
  each(d, [&](const Example& e, const auto*) { add(key_of(e)); });
  return h;
}

// All of them -------------------------------------------------------------------------------------------------------

class Corpora : public testing::TestWithParam<const DatasetInfo*> {};

TEST_P(Corpora, SaysWhatItIs) {
  const DatasetInfo& c = *GetParam();
  for (const std::string_view text : std::initializer_list<std::string_view>{
           c.name, c.label, c.summary, c.source, task_info(c.task).name, c.difficulty, c.optimum, c.metric, c.trivial})
    EXPECT_FALSE(text.empty());
  EXPECT_TRUE(std::set<std::string>({"accuracy", "exact", "mse", "nats"}).contains(c.metric));
  EXPECT_LE(1, c.min_difficulty);
  EXPECT_LE(c.min_difficulty, c.default_difficulty);
  EXPECT_LE(c.default_difficulty, c.max_difficulty);
  ASSERT_TRUE(find_generated_dataset(c.name));
  EXPECT_STREQ(find_generated_dataset(c.name)->label, c.label);
}

TEST_P(Corpora, GivesWhatItsTaskReads) {
  const DatasetInfo& c = *GetParam();
  TaskConfig task;
  task.kind = c.task;
  task.pooling = c.pooling;
  for (const int difficulty : {c.min_difficulty, c.default_difficulty, c.max_difficulty}) {
    const Dataset d = make(c.name, difficulty, 30);
    each(d, [&](const Example& e, const auto*) {
      const bool texts = c.task == TaskKind::generate || c.task == TaskKind::translate;
      EXPECT_TRUE(e.context.empty());
      EXPECT_EQ(e.input.empty(), d.numbers > 0 || c.task == TaskKind::generate);
      EXPECT_EQ(e.target.empty(), d.outputs > 0);
      for (const Token t : e.input) EXPECT_LT(t, d.inputs.size());
      for (const Token t : e.target) EXPECT_TRUE(t < d.targets.size() || (c.task == TaskKind::tag && t == no_token));
      if (texts) EXPECT_EQ(d.inputs, d.targets);
      if (c.task == TaskKind::tag) EXPECT_EQ(e.target.size(), e.input.size());
      if (c.task == TaskKind::classify) EXPECT_EQ(e.target.size(), 1u);
      if (d.numbers > 0) {
        EXPECT_EQ(e.numbers.size(), std::size_t(d.steps(e) * d.numbers));
        EXPECT_EQ(e.values.size(), std::size_t((task.pooled() ? 1 : d.steps(e)) * d.outputs));
      }
      EXPECT_GT(d.steps(e), 0);
      if (difficulty == c.default_difficulty) EXPECT_LE(std::max<std::size_t>(d.steps(e), e.target.size()), 256u);
    });
  }
}

TEST_P(Corpora, EverySymbolIsNamedOnceAndUsed) {
  const Dataset d = make(GetParam()->name, 0, 3000);
  std::set<std::string> used_in, used_out;
  each(d, [&](const Example& e, const auto*) {
    for (const Token t : e.input) used_in.insert(d.inputs[t]);
    for (const Token t : e.target)
      if (t != no_token) used_out.insert(d.targets[t]);
  });
  if (d.inputs == d.targets) used_in.merge(used_out), used_out = used_in;
  EXPECT_EQ(used_in, std::set<std::string>(d.inputs.begin(), d.inputs.end()));
  EXPECT_EQ(used_out, std::set<std::string>(d.targets.begin(), d.targets.end()));
  EXPECT_EQ(used_in.size(), d.inputs.size());
  EXPECT_EQ(used_out.size(), d.targets.size());
}

TEST_P(Corpora, PartsAreAsLargeAsPromisedAndShareNothing) {
  const DatasetInfo& c = *GetParam();
  for (const int count : {1, 2, 3, 9, 250}) {
    const Dataset d = make(c.name, 0, count);
    const std::size_t held = count < 3 ? 0 : std::max(count / 10, 1);
    EXPECT_EQ(d.validation.size(), held);
    EXPECT_EQ(d.test.size(), held);
    EXPECT_EQ(d.train.size(), std::size_t(count) - 2 * held);
  }
  if (std::string_view(c.name) == "anbn") return;
  for (const int difficulty : {c.min_difficulty, c.default_difficulty}) {
    const Dataset d = make(c.name, difficulty);
    std::map<std::string, const void*> part_of;
    each(d,
         [&](const Example& e, const auto* part) { EXPECT_EQ(part_of.emplace(key_of(e), part).first->second, part); });
  }
}

TEST_P(Corpora, DependsOnItsConfigurationAlone) {
  const std::string& name = GetParam()->name;
  EXPECT_EQ(hash(make(name)), hash(make(name)));
  EXPECT_EQ(hash(make(name)), hash(make(name, GetParam()->default_difficulty)));
  EXPECT_NE(hash(make(name)), hash(make(name, 0, 600, 2)));
  EXPECT_NE(hash(make(name)), hash(make(name, GetParam()->min_difficulty)));
}

/// Native and wasm, one compiler and another: the same bytes.
TEST_P(Corpora, SameBytesEverywhere) {
  static const std::map<std::string, std::uint64_t> recorded{
      {"copy", 17785814340019994160u},   {"adding", 8435480166883932023u},     {"order", 3994642170775572868u},
      {"parity", 616009365147738279u},   {"anbn", 2478838847333884891u},       {"dyck", 2781371794800797926u},
      {"elman", 15602921828762088108u},  {"addition", 755038030528554405u},    {"reversal", 17189767728444585597u},
      {"sorting", 7388008622961470765u}, {"repeating", 15459747198299402657u}, {"dates", 11793729868319869565u},
      {"sine", 6263693824531985190u},    {"melodies", 16091782365893114781u},
  };
  const std::uint64_t h = hash(make(GetParam()->name));
  EXPECT_EQ(h, recorded.at(GetParam()->name)) << "{\"" << GetParam()->name << "\", " << h << "u},";
}

TEST_P(Corpora, DifficultyHasLimits) {
  const DatasetInfo& c = *GetParam();
  for (const int difficulty : {-1, c.min_difficulty - 1, c.max_difficulty + 1, 1 << 30}) {
    if (difficulty == 0) continue;
    EXPECT_TRUE(refuses(ErrorCode::invalid_config, "dataset.difficulty", [&] { make(c.name, difficulty); }));
  }
  for (const int count : {-1, 0, 1000001})
    EXPECT_TRUE(refuses(ErrorCode::invalid_config, "dataset.count", [&] { make(c.name, 0, count); }));
}

INSTANTIATE_TEST_SUITE_P(All, Corpora, testing::ValuesIn(generated_datasets()),
                         [](const auto& info) { return info.param->name; });

TEST(MakeCorpus, UnknownNames) {
  for (const char* name : {"", "copy ", "no such"}) {
    EXPECT_EQ(find_generated_dataset(name), nullptr);
    EXPECT_TRUE(refuses(ErrorCode::invalid_config, "dataset.name", [&] { make(name); }));
  }
}

TEST(MakeCorpus, NumbersFitIntoMemory) {
  const Dataset d = make("adding", 1000, 20000);
  std::size_t numbers = 0;
  each(d, [&](const Example& e, const auto*) { numbers += e.numbers.size() + e.values.size(); });
  EXPECT_LE(numbers, std::size_t(1) << 24);
  EXPECT_GT(numbers, (std::size_t(1) << 24) * 9 / 10);
  EXPECT_NEAR(double(d.test.size()), double(d.train.size()) / 8, 2);
}

// One by one --------------------------------------------------------------------------------------------------------

TEST(CopyMemory, AsksForTheFirstTenAtTheEnd) {
  for (const int wait : {1, 20, 100})
    each_pair(make("copy", wait), [&](const std::string& in, const std::string& out) {
      ASSERT_EQ(in.size(), std::size_t(wait) + 20);
      EXPECT_EQ(in.find_first_of("_>"), 10u);
      EXPECT_EQ(in.find('>'), std::size_t(9 + wait));
      EXPECT_EQ(std::count(in.begin(), in.end(), '_'), wait + 9);
      EXPECT_EQ(out, std::string(std::size_t(wait) + 10, '.') + in.substr(0, 10));
    });
}

TEST(Adding, IsTheSumOfTheMarked) {
  for (const int T : {2, 3, 30})
    each(make("adding", T), [&](const Example& e, const auto*) {
      ASSERT_EQ(e.numbers.size(), std::size_t(2 * T));
      double sum = 0;
      std::vector<int> marks;
      for (int t = 0; t < T; ++t) {
        const Real x = e.numbers[std::size_t(2 * t)], mark = e.numbers[std::size_t(2 * t + 1)];
        EXPECT_TRUE(x >= 0 && x <= 1 && (mark == 0 || mark == 1));
        sum += double(x) * double(mark);
        if (mark == 1) marks.push_back(t);
      }
      ASSERT_EQ(marks.size(), 2u);
      EXPECT_TRUE(marks[0] < T / 2 && marks[1] >= T / 2);
      EXPECT_NEAR(double(e.values[0]), sum, 1e-6);
    });
}

TEST(TemporalOrder, TwoMarksFarApart) {
  std::map<std::string, int> classes;
  for (const int T : {10, 30, 100})
    each_pair(make("order", T), [&](const std::string& in, const std::string& out) {
      ASSERT_EQ(in.size(), std::size_t(T));
      EXPECT_TRUE(in.front() == 'E' && in.back() == 'B');
      const std::size_t a = in.find_first_of("XY"), b = in.find_last_of("XY");
      EXPECT_EQ(out, std::string({in[a], in[b]}));
      EXPECT_EQ(std::count(in.begin(), in.end(), 'X') + std::count(in.begin(), in.end(), 'Y'), 2);
      EXPECT_TRUE(a >= std::size_t(T / 10) && a < std::size_t(T / 5) && b >= std::size_t(T / 2) &&
                  b < std::size_t(T / 2 + T / 10));
      ++classes[out];
    });
  for (const auto& [name, count] : classes) EXPECT_NEAR(count, 450, 100) << name;
  EXPECT_EQ(classes.size(), 4u);
}

TEST(Parity, CountsOnes) {
  for (const int most : {4, 20, 50}) {
    std::size_t longest = 0, ones = 0;
    each_pair(make("parity", most), [&](const std::string& in, const std::string& out) {
      EXPECT_EQ(out, std::count(in.begin(), in.end(), '1') % 2 ? "odd" : "even");
      EXPECT_GE(in.size(), std::size_t(most + 1) / 2);
      longest = std::max(longest, in.size());
      ones += out == "odd";
    });
    EXPECT_EQ(longest, std::size_t(most));
    EXPECT_NEAR(double(ones), 300, 90);
  }
}

TEST(Counting, TheTestIsLonger) {
  for (const int most : {2, 10}) {
    const Dataset d = make("anbn", most);
    std::set<std::size_t> learnt, tested;
    each(d, [&](const Example& e, const auto* part) {
      const std::string word = text_of(d.targets, e.target);
      const std::size_t n = word.size() / 2;
      EXPECT_EQ(word, std::string(n, 'a') + std::string(n, 'b'));
      (part == &d.test ? tested : learnt).insert(n);
    });
    EXPECT_EQ(*learnt.begin(), 1u);
    EXPECT_EQ(learnt.size(), std::size_t(most));
    EXPECT_EQ(*learnt.rbegin(), std::size_t(most));
    EXPECT_EQ(*tested.begin(), std::size_t(most) + 1);
    EXPECT_EQ(*tested.rbegin(), std::size_t(2 * most));
  }
}

TEST(Dyck, IsBalancedAndAsDeepAsItMay) {
  for (const int depth : {2, 4, 16}) {
    std::size_t deepest = 0;
    each_pair(make("dyck", depth), [&](const std::string&, const std::string& word) {
      std::string left = word;
      std::size_t level = 0;
      for (const char c : word) deepest = std::max(deepest, c == '(' || c == '[' ? ++level : level--);
      for (std::size_t at; (at = std::min(left.find("()"), left.find("[]"))) != left.npos;) left.erase(at, 2);
      EXPECT_EQ(left, "") << word;
      EXPECT_TRUE(word.size() >= std::size_t(2 * depth) && word.size() <= std::size_t(8 * depth));
    });
    EXPECT_LE(deepest, std::size_t(depth));
    EXPECT_GE(deepest, std::size_t(std::min(depth, 10)));
  }
}

TEST(Addition, IsRight) {
  for (const int digits : {1, 3, 9}) {
    std::size_t longest = 0;
    each_pair(make("addition", digits), [&](const std::string& in, const std::string& out) {
      std::istringstream terms(in);
      long long a = -1, b = -1;
      char plus = 0;
      terms >> a >> plus >> b;
      EXPECT_TRUE(plus == '+' && terms.eof()) << in;
      EXPECT_EQ(in, std::to_string(a) + "+" + std::to_string(b)) << "no zeros in front";
      EXPECT_EQ(out, std::to_string(a + b)) << in;
      longest = std::max({longest, std::to_string(a).size(), std::to_string(b).size()});
    });
    EXPECT_EQ(longest, std::size_t(digits));
  }
}

TEST(Rewriting, ReversalSortingRepeating) {
  for (const int most : {2, 10, 40}) {
    std::size_t longest = 0;
    each_pair(make("reversal", most), [&](const std::string& in, std::string out) {
      std::reverse(out.begin(), out.end());
      EXPECT_EQ(out, in);
      longest = std::max(longest, in.size());
    });
    EXPECT_EQ(longest, std::size_t(most));
    each_pair(make("sorting", most), [&](const std::string& in, const std::string& out) {
      std::string sorted = in;
      std::sort(sorted.begin(), sorted.end());
      EXPECT_EQ(out, sorted);
      EXPECT_LE(in.size(), std::size_t(most));
    });
    each_pair(make("repeating", most), [&](const std::string& in, const std::string& out) {
      std::string repeated;
      for (int i = 0; i < in[0] - '0'; ++i) repeated += in.substr(1);
      EXPECT_EQ(out, repeated);
      EXPECT_TRUE(in[0] >= '2' && in[0] <= '5' && in.size() >= 2 && in.size() <= std::size_t(most) + 1);
    });
  }
}

/// Whatever the format: the month by its name, the numbers in their order.
std::string understood(const std::string& date) {
  static const std::string months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  std::vector<std::string> numbers(1), words(1);
  for (const char c : date) {
    const bool digit = std::isdigit(static_cast<unsigned char>(c)),
               letter = std::isalpha(static_cast<unsigned char>(c));
    for (const auto& [belongs, list] : {std::pair(digit, &numbers), std::pair(letter, &words)}) {
      if (belongs)
        list->back() += c;
      else if (!list->back().empty())
        list->emplace_back();
    }
  }
  if (numbers.back().empty()) numbers.pop_back();
  std::string name;
  for (const std::string& word : words)
    if (word.size() >= 3 && !word.ends_with("day") && months.find(word.substr(0, 3)) % 3 == 0) name = word.substr(0, 3);
  int month = 0, day = 0;
  if (!name.empty()) {
    month = int(months.find(name)) / 3 + 1;
    day = std::stoi(numbers.at(0));
  } else {
    const bool american = date.find('/') != date.npos;
    month = std::stoi(numbers.at(american ? 0 : 1));
    day = std::stoi(numbers.at(american ? 1 : 0));
  }
  int year = std::stoi(numbers.back());
  if (year < 100) year += year < 50 ? 2000 : 1900;
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
  return text;
}

TEST(Dates, MeanTheSameDay) {
  std::set<std::string> shapes;
  each_pair(make("dates", 0, 6000), [&](const std::string& in, const std::string& out) {
    EXPECT_EQ(understood(in), out) << in;
    std::tm tm{};
    int year = 0;
    ASSERT_EQ(std::sscanf(out.c_str(), "%4d-%2d-%2d", &year, &tm.tm_mon, &tm.tm_mday), 3);
    tm.tm_year = year - 1900;
    tm.tm_mon -= 1;
    tm.tm_hour = 12;
    const std::tm asked = tm;
    std::mktime(&tm);  // moves a day that is none into the next month
    EXPECT_EQ(tm.tm_mday, asked.tm_mday) << out;
    EXPECT_EQ(tm.tm_mon, asked.tm_mon) << out;
    static const char* weekdays[]{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    for (const char* name : weekdays)
      if (in.starts_with(name)) EXPECT_STREQ(name, weekdays[tm.tm_wday]) << in;
    const int day = tm.tm_mday;
    for (const char* suffix : {"st", "nd", "rd", "th"})
      if (in.starts_with(std::to_string(day) + suffix))
        EXPECT_STREQ(suffix, day == 1 || day == 21 || day == 31 ? "st"
                             : day == 2 || day == 22            ? "nd"
                             : day == 3 || day == 23            ? "rd"
                                                                : "th");
    std::string shape;
    for (const char c : in) shape += std::isdigit(static_cast<unsigned char>(c)) ? '9' : c;
    shapes.insert(shape);
  });
  EXPECT_GT(shapes.size(), 100u);
  std::set<char> divided;
  each_pair(make("dates", 1), [&](const std::string& in, const std::string&) {
    EXPECT_EQ(std::count(in.begin(), in.end(), ' '), 2) << "one format: " << in;
    EXPECT_EQ(in.find_first_of(",./'"), in.npos) << in;
  });
}

// Elman: a parser of the grammar, with agreement; it eats words from the front and gives back false at the first wrong.
struct Parser {
  std::vector<std::string> words;
  std::size_t at = 0;
  int depth = 0, deepest = 0;

  std::string next() const { return at < words.size() ? words[at] : ""; }
  static bool is(const std::string& word, std::initializer_list<const char*> list) {
    return std::find(list.begin(), list.end(), word) != list.end();
  }
  bool verb(bool plural, std::string& stem) {
    stem = next();
    if (!plural && !stem.ends_with('s')) return false;
    if (!plural) stem.pop_back();
    ++at;
    return is(stem, {"chase", "feed", "see", "hear", "walk", "live"});
  }
  bool noun_phrase(bool& plural) {
    const std::string noun = next();
    ++at;
    const bool name = is(noun, {"John", "Mary"});
    plural = is(noun, {"boys", "girls", "cats", "dogs"});
    if (!name && !plural && !is(noun, {"boy", "girl", "cat", "dog"})) return false;
    if (next() != "who") return true;
    ++at;
    deepest = std::max(deepest, ++depth);
    std::string stem;
    bool inner = false, good = !name;
    if (is(next(), {"John", "Mary", "boy", "girl", "cat", "dog", "boys", "girls", "cats", "dogs"}))
      good = good && noun_phrase(inner) && verb(inner, stem) && !is(stem, {"walk", "live"});
    else
      good = good && verb_phrase(plural);
    --depth;
    return good;
  }
  bool verb_phrase(bool plural) {
    std::string stem;
    if (!verb(plural, stem)) return false;
    const bool object = is(next(), {"John", "Mary", "boy", "girl", "cat", "dog", "boys", "girls", "cats", "dogs"});
    bool other = false;
    if (is(stem, {"walk", "live"})) return true;
    if (is(stem, {"chase", "feed"}) && !object) return false;
    return !object || noun_phrase(other);
  }
  bool sentence() {
    bool plural = false;
    return noun_phrase(plural) && verb_phrase(plural) && next() == "." && ++at == words.size();
  }
};

TEST(Elman, SentencesParseAndAgree) {
  const auto parse = [](const std::string& text) {
    std::istringstream stream(text);
    Parser parser;
    for (std::string word; stream >> word;) parser.words.push_back(word);
    return std::pair(parser.sentence(), parser.deepest);
  };
  EXPECT_TRUE(parse("boys who Mary chases feed cats .").first);  // of the paper
  EXPECT_FALSE(parse("boys who Mary chase feed cats .").first);
  EXPECT_FALSE(parse("boys who Mary chases feeds cats .").first);
  EXPECT_FALSE(parse("boys walk cats .").first);
  EXPECT_FALSE(parse("boys chase .").first);
  for (const int depth : {1, 2, 5}) {
    int deepest = 0;
    each_pair(make("elman", depth, 3000), [&](const std::string&, const std::string& sentence) {
      const auto [good, clauses] = parse(sentence);
      EXPECT_TRUE(good) << sentence;
      deepest = std::max(deepest, clauses);
    });
    EXPECT_EQ(deepest, depth);
  }
}

/// A sum of K sines solves a linear recurrence of order 2K, symmetric: K = 1 has x₊ + x₋ = 2·cos ω·x at every step.
TEST(Sine, FollowsItsRecurrence) {
  each(make("sine", 1), [](const Example& e, const auto*) {
    ASSERT_EQ(e.numbers.size(), 64u);
    double products = 0, squares = 0;
    for (std::size_t t = 1; t < 64; ++t) {
      EXPECT_EQ(e.numbers[t], e.values[t - 1]);
      products += (double(e.values[t]) + double(e.numbers[t - 1])) * double(e.numbers[t]);
      squares += double(e.numbers[t]) * double(e.numbers[t]);
    }
    const double twice = products / squares, omega = std::acos(twice / 2);
    EXPECT_TRUE(omega >= 2 * numeric::pi / 40 - 1e-4 && omega <= 2 * numeric::pi / 6 + 1e-4) << omega;
    for (std::size_t t = 1; t < 64; ++t)
      EXPECT_NEAR(double(e.values[t]) + double(e.numbers[t - 1]), twice * double(e.numbers[t]), 1e-5);
  });
  for (const int sines : {1, 2, 8}) {
    TaskConfig task;
    task.kind = TaskKind::regress;
    EXPECT_NEAR(trivial_loss(make("sine", sines, 4000), task), 7.0 / 24 / sines, 0.03 / sines);
  }
}

TEST(Melodies, KeepToTheirGrammar) {
  for (const int bars : {3, 8}) {
    std::set<int> tonics;
    each(make("melodies", bars), [&](const Example& e, const auto*) {
      // The whole roll: the steps read, and the last one foretold.
      std::vector<Real> roll = e.numbers;
      roll.insert(roll.end(), e.values.end() - 88, e.values.end());
      ASSERT_EQ(roll.size(), std::size_t(bars * 4 * 88));
      ASSERT_TRUE(std::equal(e.numbers.begin() + 88, e.numbers.end(), e.values.begin()));
      const auto keys = [&](int step) {
        std::vector<int> list;
        for (int k = 0; k < 88; ++k)
          if (roll[std::size_t(step * 88 + k)] != 0) list.push_back(k);
        return list;
      };
      const int tonic = keys(0)[0] + 12;  // the first bass
      tonics.insert(tonic);
      std::vector<int> roots;
      for (int step = 0; step < 4 * bars; ++step) {
        const std::vector<int> now = keys(step);
        ASSERT_TRUE(now.size() == 5 || now.size() == 4) << "bass, three of the chord, and a melody that may double it";
        for (const int k : now) EXPECT_TRUE(std::set<int>({0, 2, 4, 5, 7, 9, 11}).contains((k - tonic + 120) % 12));
        EXPECT_EQ(now[1] - now[0], 12);
        const int root = now[1];
        const auto has = [&](int k) { return std::find(now.begin(), now.end(), k) != now.end(); };
        EXPECT_TRUE(has(root + 7) && (has(root + 3) || has(root + 4)));
        if (step % 4 == 0)
          roots.push_back(root);
        else
          EXPECT_EQ(root, roots.back());
        if (step % 4 == 0) EXPECT_TRUE(std::set<int>({0, 3, 4, 7}).contains((now.back() - root + 120) % 12));
      }
      EXPECT_EQ(roots.front(), tonic);
      EXPECT_EQ(roots.back(), tonic);
      EXPECT_EQ(roots[roots.size() - 2], tonic + 7);
    });
    EXPECT_EQ(tonics.size(), 12u);
  }
}

// What the table says of the trivial baseline ------------------------------------------------------------------------

TEST(DatasetTable, TrivialLosses) {
  const std::tuple<const char*, double, double> said[]{
      {"copy", 2.079, 0.01}, {"adding", 0.167, 0.02}, {"order", 1.386, 0.01}, {"parity", 0.693, 0.01},
      {"anbn", 0.9, 0.05},   {"dyck", 1.5, 0.05},     {"elman", 2.9, 0.1},    {"melodies", 15, 0.5}};
  for (const auto& [name, loss, within] : said) {
    const DatasetInfo& c = *find_generated_dataset(name);
    TaskConfig task;
    task.kind = c.task;
    task.pooling = c.pooling;
    EXPECT_NEAR(trivial_loss(make(name, 0, 10000), task), loss, within) << name;
  }
}

}  // namespace
}  // namespace unfold::test
