// Identities of the tasks: padding, directions, contexts, teacher forcing, scheduled sampling, decoding, probabilities.
#include <algorithm>
#include <cmath>
#include <set>

#include "support.h"
#include "unfold/base/parallel.h"
#include "unfold/base/rng.h"
#include "unfold/generate/decoder.h"
#include "unfold/model/draw.h"
#include "unfold/train/trainer.h"

namespace unfold {
namespace {

using test::refuses;

std::vector<Token> tokens(Rng& rng, Index count, Index V) {
  std::vector<Token> list;
  for (Index i = 0; i < count; ++i) list.push_back(Token(rng.word() % std::uint32_t(V)));
  return list;
}

/// Examples of random lengths from 1 to 6.
Dataset random_data(const Config& config, Index count) {
  Rng rng(11, Stream::test);
  Dataset data;
  data.targets = {"a", "b", "c"};
  const bool numeric = config.task.kind == TaskKind::regress || config.task.kind == TaskKind::notes;
  if (numeric)
    data.numbers = data.outputs = 2;
  else
    data.inputs = data.targets;
  data.context = config.task.context;
  for (Index i = 0; i < count; ++i) {
    const Index length = 1 + Index(rng.word() % 6);
    Example e;
    if (numeric)
      for (Index k = 0; k < 2 * length; ++k) e.numbers.push_back(Real(rng.uniform() - 0.5));
    else if (config.task.kind != TaskKind::generate)
      e.input = tokens(rng, length, 3);
    if (config.task.kind == TaskKind::classify) e.target = tokens(rng, 1, 3);
    if (config.task.kind == TaskKind::tag) e.target = tokens(rng, length, 3);
    if (config.task.kind == TaskKind::generate || config.task.kind == TaskKind::translate)
      e.target = tokens(rng, 1 + Index(rng.word() % 5), 3);
    for (Index k = 0; numeric && k < (config.task.pooled() ? 2 : 2 * length); ++k)
      e.values.push_back(config.task.kind == TaskKind::notes ? Real(rng.word() % 2) : Real(rng.uniform()));
    for (Index k = 0; k < config.task.context; ++k) e.context.push_back(Real(rng.uniform()));
    data.train.push_back(e);
  }
  return data;
}

/// A network of a task with random weights.
struct Trial {
  explicit Trial(const Json& json, Index count = 5)
      : config(parse_config(json)), data(random_data(config, count)), network(config, network_sizes(config, data)) {
    test::randomize(test::all_parameters(network), 0.8, 5);
    network.mask(network.parameters());
    network.touch();
  }

  /// Summed loss and summed gradient of some examples, in one batch.
  double run(std::vector<const Example*> batch, std::vector<Real>& gradient) {
    Config sized = config;
    sized.batch_size = int(batch.size());
    ExampleLoader loader(sized, data);
    Workspace w(network, loader.steps(), loader.columns(), true, loader.encoder_steps());
    loader.fill(w, batch);
    network.forward(w);
    const Metrics a = loader.measure(network, w, true);
    std::vector<Real> own(gradient.size());
    network.backward(w, own.data());
    for (std::size_t i = 0; i < own.size(); ++i) gradient[i] += own[i] * Real(a.predictions);
    return a.loss;
  }

  Config config;
  Dataset data;
  Network network;
};

std::vector<Json> all_tasks() {
  const Json lstm = {{"cell", "lstm"}, {"units", 4}}, gru = {{"cell", "gru"}, {"units", 3}, {"leak", 0.2}};
  Json both = lstm, both_gru = gru;
  both["bidirectional"] = both_gru["bidirectional"] = true;
  std::vector<Json> list;
  for (const char* pool : {"last", "mean"}) {
    list.push_back({{"task", {{"name", "classify"}, {"pooling", pool}}}, {"layers", {both, both_gru}}});
    list.push_back({{"task", {{"name", "regress"}, {"pooling", pool}}}, {"layers", {both_gru, lstm}}});
  }
  list.push_back({{"task", "tag"}, {"embedding", 3}, {"layers", {both, both_gru}}});
  list.push_back({{"task", "regress"}, {"layers", {gru, lstm}}});
  for (const char* loss : {"huber", "quantile", "gaussian"})
    list.push_back({{"task", {{"name", "regress"}, {"loss", loss}}}, {"layers", {gru, lstm}}});
  list.push_back({{"task", "notes"}, {"layers", {lstm, gru}}});
  for (const char* length : {"end", "halt", "count"}) {
    list.push_back(
        {{"task", {{"name", "generate"}, {"termination", length}, {"context", 2}}}, {"layers", {lstm, gru}}});
    for (const char* attention : {"none", "additive", "multiplicative"})
      list.push_back({{"task", {{"name", "translate"}, {"termination", length}}},
                      {"attention", attention},
                      {"encoder", {both, both_gru}},
                      {"layers", {gru, lstm}}});
  }
  return list;
}

// A padded minibatch is the sum of its sequences, loss and gradient.
TEST(Task, PaddingDoesNotShow) {
  for (const Json& json : all_tasks()) {
    Trial t(json);
    const std::size_t size = std::size_t(t.network.table().size());
    std::vector<Real> together(size), apart(size);
    std::vector<const Example*> all;
    double sum = 0;
    for (const Example& e : t.data.train) {
      all.push_back(&e);
      sum += t.run({&e}, apart);
    }
    const double loss = t.run(all, together);
    EXPECT_NEAR(loss, sum, 1e-5 * std::fabs(sum)) << json.dump();
    EXPECT_LE(test::relative_error(together, {apart.begin(), apart.end()}), 1e-5) << json.dump();
  }
}

// Teacher forcing is the manual shift: each answer's input is the answer before.
TEST(Task, TeacherForcingIsAManualShift) {
  Trial t({{"task", {{"name", "generate"}, {"termination", "count"}}}, {"layers", {{{"cell", "gru"}, {"units", 4}}}}},
          1);
  const std::vector<Token>& y = t.data.train[0].target;
  std::vector<Real> unused(std::size_t(t.network.table().size()));
  const double loss = t.run({&t.data.train[0]}, unused);
  const Index T = Index(y.size());
  Workspace w(t.network, T, 1, false);
  for (Index i = 0; i < T; ++i) {
    w.tokens(i)[0] = i == 0 ? no_token : y[std::size_t(i - 1)];
    w.numbers(i)[0] = Real(T - i) / Real(w.longest());
  }
  t.network.forward(w);
  std::vector<double> losses(y.size()), length(y.size());
  softmax_cross_entropy(w.logits(), 3, T, y.data(), 0, losses.data());
  std::vector<Token> lengths(y.size(), no_token);
  lengths[0] = Token(T);
  softmax_cross_entropy(w.sums(t.network.lengths()), t.network.sizes().lengths, T, lengths.data(), 0, length.data());
  double sum = length[0];
  for (const double l : losses) sum += l;
  EXPECT_NEAR(loss, sum, 1e-6 * sum);
}

// A layer that runs backwards over a sequence is one that runs forwards over the reversed one.
TEST(Task, BackwardsIsReversed) {
  Json json = {{"task", "tag"}, {"layers", {{{"cell", "lstm"}, {"units", 5}}}}};
  Trial forwards(json, 1);
  json["layers"][0]["direction"] = "backward";
  Trial backwards(json, 1);
  const auto run = [](Trial& t, std::vector<Token> x) {
    Workspace w(t.network, Index(x.size()), 1, false);
    for (std::size_t i = 0; i < x.size(); ++i) w.tokens(Index(i))[0] = x[i];
    t.network.forward(w);
    return std::vector<Real>(w.logits(), w.logits() + 3 * x.size());
  };
  const std::vector<Token> x{0, 2, 1, 1, 0, 2, 2};
  std::vector<Real> there = run(forwards, x), back = run(backwards, {x.rbegin(), x.rend()});
  for (std::size_t t = 0; t < x.size(); ++t)
    for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(there[3 * t + k], back[3 * (x.size() - 1 - t) + k]);
}

// Weights from the context that are 0 leave an unconditional network.
TEST(Task, ZeroContextWeightsAreUnconditional) {
  const Json layers = {{{"cell", "lstm"}, {"units", 4}}};
  Trial plain({{"task", "generate"}, {"layers", layers}});
  for (const char* use : {"input", "initial", "both"}) {
    Trial t({{"task", {{"name", "generate"}, {"context", 2}}}, {"context", use}, {"layers", layers}});
    test::copy_by_name(plain.network, t.network);  // what is not there becomes 0
    for (std::size_t i = 0; i < t.data.train.size(); ++i) t.data.train[i].target = plain.data.train[i].target;
    std::vector<Real> unused(std::size_t(t.network.table().size())), other(std::size_t(plain.network.table().size()));
    for (std::size_t i = 0; i < t.data.train.size(); ++i)
      EXPECT_EQ(t.run({&t.data.train[i]}, unused), plain.run({&plain.data.train[i]}, other)) << use;
  }
}

/// One training pass over random tokens with scheduled sampling; what was fed in.
std::vector<Token> fed(const Json& sampling, double epsilon, std::vector<Real>* logits, Index T = 40, Index N = 8,
                       int threads = 1) {
  const test::KeepSettings keep;
  set_threads(threads);
  Json json = {{"layers", {{{"cell", "gru"}, {"units", 9}}}}, {"scheduledSampling", sampling}, {"embedding", 3}};
  const Config config = parse_config(json);
  Network network(config, 5);
  test::randomize(test::all_parameters(network), 0.8, 5);
  network.touch();
  Workspace w(network, T, N, true);
  const std::vector<Token> given = test::random_tokens(T * N, 5);
  std::copy(given.begin(), given.end(), w.tokens(0));
  w.dropping().on = true;
  w.choosing() = {.epsilon = epsilon, .seed = 3, .pass = 17};
  network.forward(w);
  if (logits) *logits = test::logits_of(network, w);
  return {w.tokens(0), w.tokens(0) + T * N};
}

TEST(ScheduledSampling, WithEpsilonOneIsTeacherForcingBitForBit) {
  std::vector<Real> forced, sampled;
  EXPECT_EQ(fed("none", 1, &forced), fed("linear", 1, &sampled));
  EXPECT_TRUE(test::same_bits(forced, sampled));
}

TEST(ScheduledSampling, WithEpsilonZeroFollowsTheNetworkOwnTrajectory) {
  constexpr Index T = 40, N = 8;
  std::vector<Real> logits;
  const std::vector<Token> taken = fed("linear", 0, &logits, T, N);
  // The sampler's way: one step at a time, each answer fed back, drawn at the same places.
  const Config config = parse_config(
      Json{{"layers", {{{"cell", "gru"}, {"units", 9}}}}, {"scheduledSampling", "linear"}, {"embedding", 3}});
  Network network(config, 5);
  test::randomize(test::all_parameters(network), 0.8, 5);
  network.touch();
  Workspace w(network, 1, N, false);
  std::copy_n(taken.begin(), N, w.tokens(0));
  for (Index t = 0; t + 1 < T; ++t) {
    network.forward(w);
    std::vector<Token> next;
    for (Index n = 0; n < N; ++n)
      next.push_back(draw(w.logits() + n * 5, 5, toss({.seed = 3, .pass = 17}, t + 1, n).place));
    EXPECT_TRUE(std::equal(next.begin(), next.end(), taken.begin() + (t + 1) * N)) << "step " << t;
    EXPECT_TRUE(test::same_bits({w.logits(), std::size_t(5 * N)}, {logits.data() + 5 * N * t, std::size_t(5 * N)}));
    w.carry();
    std::copy(next.begin(), next.end(), w.tokens(0));
  }
}

TEST(ScheduledSampling, TossesACoinForEachSymbolWhateverTheThreads) {
  constexpr Index T = 400, N = 32;
  const std::vector<Token> given = fed("none", 1, nullptr, T, N), taken = fed("linear", 0.7, nullptr, T, N, 1);
  EXPECT_EQ(taken, fed("linear", 0.7, nullptr, T, N, 4));
  Index heads = 0, same = 0;
  for (Index t = 1; t < T; ++t)
    for (Index n = 0; n < N; ++n) {
      if (n > 0) EXPECT_NE(toss({.seed = 3, .pass = 17}, t, n).heads, toss({.seed = 3, .pass = 17}, t, 0).heads);
      heads += toss({.seed = 3, .pass = 17}, t, n).heads < 0.7;
      same += given[std::size_t(t * N + n)] == taken[std::size_t(t * N + n)];
    }
  const double count = double((T - 1) * N), deviation = std::sqrt(0.7 * 0.3 / count);
  EXPECT_NEAR(double(heads) / count, 0.7, 5 * deviation);
  EXPECT_GE(same, heads);  // what is drawn may be the true symbol too
  EXPECT_LT(same, Index(0.9 * count));
}

/// The inputs and answers of one training pass over sequences of 6, 9 and 1 rows of two numbers.
std::pair<std::vector<Real>, std::vector<Real>> rows_fed(const char* sampling, int steps, double epsilon,
                                                         bool training = true) {
  const Config config = parse_config({{"task", {{"name", "regress"}, {"feedbackSteps", steps}}},
                                      {"layers", {{{"cell", "gru"}, {"units", 5}}}},
                                      {"scheduledSampling", sampling}});
  Network network(config, {.numbers = 2, .outputs = 2});
  test::randomize(test::all_parameters(network), 0.8, 5);
  network.touch();
  Workspace w(network, 9, 3, true);
  const std::vector<Index> lengths{6, 9, 1};
  w.set_lengths(0, lengths);
  for (Index i = 0; i < 9 * 3 * 2; ++i) w.numbers(0)[i] = Real(i) / 50;
  w.dropping().on = training;
  w.choosing() = {.epsilon = epsilon, .seed = 3, .pass = 17};
  network.forward(w);
  return {{w.numbers(0), w.numbers(0) + 54}, {w.logits(), w.logits() + 54}};
}

TEST(RowFeedback, TheLastStepsReadTheAnswersBeforeThem) {
  const auto [x, y] = rows_fed("none", 4, 1);
  const auto own = [&](Index t, Index n) {
    return t > 0 && t >= (n == 0 ? 6 : 9) - 4 && t < (n == 0 ? 6 : 9) && n < 2;
  };
  for (Index t = 0; t < 9; ++t)
    for (Index i = 0; i < 6; ++i) {
      const Real given = Real(t * 6 + i) / 50, before = t > 0 ? y[std::size_t(t * 6 - 6 + i)] : 0;
      EXPECT_EQ(x[std::size_t(t * 6 + i)], own(t, i / 2) ? before : given) << t << " " << i;
    }
  EXPECT_EQ(rows_fed("none", 4, 1, false).first, rows_fed("none", 0, 1).first) << "not in an evaluation";
  EXPECT_EQ(rows_fed("none", 100, 1).first[1], Real(1) / 50) << "the first row is always true";
}

TEST(RowFeedback, AtTimesAnyStepDoes) {
  EXPECT_EQ(rows_fed("linear", 0, 1).first, rows_fed("none", 0, 1).first);
  EXPECT_EQ(rows_fed("linear", 0, 0).first, rows_fed("none", 9, 1).first);
  const std::vector<Real> half = rows_fed("linear", 0, 0.5).first, none = rows_fed("none", 0, 1).first;
  Index same = 0;
  for (std::size_t i = 6; i < half.size(); ++i) same += half[i] == none[i];
  EXPECT_GT(same, 12);
  EXPECT_LT(same, 44);
}

TEST(RowFeedback, IsRefusedWhereRowsAreNotAnsweredWithRows) {
  const auto wrong = [](const Json& json, const char* field) {
    return test::refuses(ErrorCode::invalid_config, field, [&] { parse_config(json); });
  };
  EXPECT_TRUE(
      wrong({{"task", {{"name", "regress"}, {"pooling", "last"}, {"feedbackSteps", 3}}}}, "task.feedbackSteps"));
  EXPECT_TRUE(wrong({{"task", {{"name", "tag"}, {"feedbackSteps", 3}}}}, "task.feedbackSteps"));
  EXPECT_TRUE(wrong({{"task", {{"name", "regress"}, {"pooling", "last"}}}, {"scheduledSampling", "linear"}},
                    "scheduledSampling"));
  const Config config =
      parse_config({{"task", {{"name", "regress"}, {"feedbackSteps", 3}}}, {"dataset", {{"targets", {"b"}}}}});
  EXPECT_TRUE(test::refuses(ErrorCode::invalid_config, "task.feedbackSteps",
                            [&] { read_dataset("a,b\n1,2\n3,4\n5,7\n6,6\n", config); }));
  EXPECT_EQ(to_json(config)["task"]["feedbackSteps"], 3);
}

TEST(ScheduledSampling, DecaysAsNamed) {
  ScheduledSamplingConfig c{.kind = ScheduledSamplingKind::linear, .k = 100, .start = 0.9, .minimum = 0.1};
  EXPECT_DOUBLE_EQ(teacher_forcing_rate(c, 0), 0.9);
  EXPECT_NEAR(teacher_forcing_rate(c, 50), 0.4, 1e-12);
  EXPECT_DOUBLE_EQ(teacher_forcing_rate(c, 5000), 0.1);
  c.kind = ScheduledSamplingKind::exponential;
  EXPECT_NEAR(teacher_forcing_rate(c, 100), 0.9 * std::pow(0.99, 100), 1e-9);
  c.kind = ScheduledSamplingKind::inverse_sigmoid;
  EXPECT_NEAR(teacher_forcing_rate(c, 200), 0.9 * 100 / (100 + std::exp(2.0)), 1e-9);
  c.kind = ScheduledSamplingKind::none;
  EXPECT_EQ(teacher_forcing_rate(c, 1000), 1);
}

/// Σ P over all sequences of up to `longest` symbols.
double mass(Trial& t, Index least, Index longest, std::vector<double>* by_length = nullptr) {
  double sum = 0;
  for (Index length = least; length <= longest; ++length) {
    double here = 0;
    Index all = 1;
    for (Index i = 0; i < length; ++i) all *= 3;
    for (Index code = 0; code < all; ++code) {
      Example e;
      for (Index i = 0, rest = code; i < length; ++i, rest /= 3) e.target.push_back(Token(rest % 3));
      here += std::exp(log_probability(t.network, t.config, t.data, e));
    }
    if (by_length) by_length->push_back(here);
    sum += here;
  }
  return sum;
}

// For three symbols and length four the 81 probabilities sum to one.
TEST(Probability, OfAllSequencesOfOneLengthSumsToOne) {
  const Config config = parse_config(Json{{"layers", {{{"cell", "lstm"}, {"units", 4}}}}});
  Network network(config, 3);
  test::randomize(test::all_parameters(network), 1.5, 5);
  network.touch();
  double sum = 0;
  for (Index code = 0; code < 81; ++code) {
    std::vector<Token> x(5, no_token);  // nothing comes first
    for (Index i = 1, rest = code; i < 5; ++i, rest /= 3) x[std::size_t(i)] = Token(rest % 3);
    Workspace w(network, 4, 1, false);
    std::copy_n(x.begin(), 4, w.tokens(0));
    network.forward(w);
    std::vector<double> losses(4);
    softmax_cross_entropy(w.logits(), 3, 4, x.data() + 1, 0, losses.data());
    sum += std::exp(-(losses[0] + losses[1] + losses[2] + losses[3]));
  }
  EXPECT_NEAR(sum, 1, 1e-5);
}

// The mass of all sequences of up to n symbols tends to one, however they end.
TEST(Probability, OfAllSequencesTendsToOne) {
  for (const char* length : {"end", "halt"}) {
    Trial t({{"task", {{"name", "generate"}, {"termination", length}}}, {"layers", {{{"cell", "gru"}, {"units", 3}}}}});
    test::tensor(t.network, "readout.bias").back() += 2;  // it likes to end
    t.network.touch();
    double before = 0;
    for (Index most = 1; most <= 7; ++most) {
      const double now = mass(t, std::string(length) == "end" ? 0 : 1, most);
      EXPECT_GT(now, before);
      EXPECT_LT(now, 1 + 1e-5);
      before = now;
    }
    EXPECT_GT(before, 0.9) << length;
  }
}

// P(τ) sums to one over the lengths, and P(x|τ) over the sequences of each.
TEST(Probability, OfALengthIsDrawnFirst) {
  Trial t({{"task", {{"name", "generate"}, {"termination", "count"}}}, {"layers", {{{"cell", "gru"}, {"units", 3}}}}});
  const Index L = t.network.sizes().lengths;
  ASSERT_GE(L, 4);
  std::vector<double> by_length;
  EXPECT_NEAR(mass(t, 0, L - 1, &by_length), 1, 1e-5);
  Workspace w(t.network, 1, 1, false);
  t.network.forward(w);
  std::vector<double> loss(1);
  for (Token k = 0; Index(k) < L; ++k) {
    std::vector<Real> x(w.sums(t.network.lengths()), w.sums(t.network.lengths()) + L);
    softmax_cross_entropy(x.data(), L, 1, &k, 0, loss.data());
    EXPECT_NEAR(by_length[k], std::exp(-loss[0]), 1e-5);
  }
  for (std::uint64_t seed = 1; seed < 20; ++seed) {  // and stops there exactly
    const Hypothesis drawn = decode(t.network, t.config.task, 3, {}, {.temperature = 1, .seed = seed})[0];
    EXPECT_LT(Index(drawn.tokens.size()), L);
    EXPECT_NEAR(drawn.log_probability, log_probability(t.network, t.config, t.data, {.target = drawn.tokens}), 1e-4);
  }
}

// A unit that halts ends a sequence after a symbol: the empty one has no probability, and is not asked for.
TEST(Probability, OfTheEmptySequenceIsRefusedWhereAUnitHalts) {
  std::string lines;
  for (int i = 0; i < 20; ++i) lines += "ab\nba\naab\n";
  for (const char* termination : {"end", "halt", "count"}) {
    const Json json{{"task", {{"name", "generate"}, {"termination", termination}}}, {"layers", {{{"units", 3}}}}};
    Session session(parse_config(json), lines);
    const auto ask = [&] { return session.predict({{"target", ""}}).at("logProbability").get<double>(); };
    if (std::string(termination) == "halt")
      EXPECT_TRUE(refuses(ErrorCode::invalid_argument, "target", ask));
    else
      EXPECT_LT(ask(), 0) << termination;
  }
}

// Greedy decoding, its probability under teacher forcing, and beams.
TEST(Decode, AgreesWithTeacherForcing) {
  for (const Json& json : all_tasks()) {
    Trial t(json);
    if (t.config.task.kind != TaskKind::translate && t.config.task.kind != TaskKind::generate) continue;
    for (Example e : t.data.train) {
      const Decoding options{.max_length = 5};
      const Hypothesis greedy = decode(t.network, t.config.task, 3, e, options)[0];
      const bool cut = greedy.tokens.size() == 5 && t.config.task.termination != Termination::count;
      e.target = greedy.tokens;
      if (!cut && !(t.config.task.termination == Termination::halt && e.target.empty()))
        EXPECT_NEAR(greedy.log_probability, log_probability(t.network, t.config, t.data, e), 1e-4) << json.dump();
      const std::vector<Hypothesis> beam = decode(t.network, t.config.task, 3, e, {.beam_width = 256, .max_length = 5});
      if (!cut) EXPECT_GE(beam[0].log_probability, greedy.log_probability - 1e-5) << json.dump();
      for (const int width : {1, 2, 4})  // as many as were asked for, whichever of them ended early
        EXPECT_LE(decode(t.network, t.config.task, 3, e, {.beam_width = width, .max_length = 5}).size(),
                  std::size_t(width));
      if (t.network.attention() < 0 || greedy.attention.empty()) continue;
      const std::size_t S = std::max<std::size_t>(e.input.size(), 1);
      for (std::size_t at = 0; at < greedy.attention.size(); at += S) {
        double sum = 0;
        for (std::size_t s = 0; s < S; ++s) sum += double(greedy.attention[at + s]);
        EXPECT_NEAR(sum, 1, 1e-5);
      }
    }
  }
}

// Alternatives are sequences that ended, each once, and their values are those of teacher forcing.
TEST(Decode, AlternativesHaveEndedAndComeOnce) {
  int checked = 0;
  for (const Json& json : all_tasks()) {
    Trial t(json);
    if (t.config.task.kind != TaskKind::translate && t.config.task.kind != TaskKind::generate) continue;
    const bool count = t.config.task.termination == Termination::count;
    for (Example e : t.data.train)
      for (const int beam : {2, 8, 40})
        for (const double alpha : {0.0, 1.0}) {
          const std::vector<Hypothesis> all =
              decode(t.network, t.config.task, 3, e, {.beam_width = beam, .length_penalty = alpha, .max_length = 7});
          ASSERT_FALSE(all.empty());
          std::set<std::vector<Token>> seen;
          for (const Hypothesis& w : all) EXPECT_TRUE(seen.insert(w.tokens).second) << json.dump();
          // Where none ended within seven steps, all are cut there.
          const bool cut = !count && std::all_of(all.begin(), all.end(), [](auto& w) { return w.tokens.size() == 7; });
          for (const Hypothesis& w : all) {
            if (cut) continue;
            e.target = w.tokens;
            EXPECT_NEAR(w.log_probability, log_probability(t.network, t.config, t.data, e), 1e-4) << json.dump();
            ++checked;
          }
        }
  }
  EXPECT_GE(checked, 1000);
}

// As many as were asked for have ended before the best one has: at every step the end has probability 0.1, so that the
// penalty prefers the longest.
TEST(Decode, GoesOnWhileALongerOneMayWin) {
  Trial t({{"task", "generate"}, {"layers", {{{"cell", "gru"}, {"units", 3}}}}});
  for (Real& x : test::all_parameters(t.network)) x = 0;
  const std::span<Real> bias = test::tensor(t.network, "readout.bias");
  ASSERT_EQ(bias.size(), 4u);
  const double odds[]{0.8, 0.05, 0.05, 0.1};
  for (std::size_t i = 0; i < 4; ++i) bias[i] = Real(std::log(odds[i]));
  t.network.touch();
  const std::vector<Hypothesis> all =
      decode(t.network, t.config.task, 3, {}, {.beam_width = 2, .length_penalty = 5, .max_length = 4});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].tokens, (std::vector<Token>{0, 0, 0}));
  EXPECT_EQ(all[1].tokens, (std::vector<Token>{0, 0}));
  EXPECT_NEAR(all[0].log_probability, std::log(0.8 * 0.8 * 0.8 * 0.1), 1e-5);
}

// Among all sequences of the tree, with a penalty and without.
TEST(Decode, FindsTheBestOfTheTreeHoweverSequencesEnd) {
  for (const char* length : {"end", "halt"})
    for (const double alpha : {0.0, 1.0}) {
      Trial t(
          {{"task", {{"name", "generate"}, {"termination", length}}}, {"layers", {{{"cell", "gru"}, {"units", 3}}}}});
      const Decoding options{.beam_width = 256, .length_penalty = alpha, .max_length = 5};  // wider than the tree
      const std::vector<Hypothesis> all = decode(t.network, t.config.task, 3, {}, options);
      double best = -1e300;
      for (Index n = std::string(length) == "end" ? 0 : 1; n <= (std::string(length) == "end" ? 4 : 5); ++n)
        for (Index code = 0; code < std::pow(3, n); ++code) {
          Example e;
          for (Index i = 0, rest = code; i < n; ++i, rest /= 3) e.target.push_back(Token(rest % 3));
          best = std::max(best, log_probability(t.network, t.config, t.data, e) / std::pow((5 + double(n)) / 6, alpha));
        }
      EXPECT_NEAR(all[0].score, best, 1e-4) << length << " " << alpha;
    }
}

// A beam as wide as the tree finds the likeliest sequence of all; so does trying each.
TEST(Decode, AWideBeamFindsTheLikeliest) {
  Trial t({{"task", {{"name", "translate"}}},
           {"attention", "additive"},
           {"encoder", {{{"cell", "lstm"}, {"units", 3}}}},
           {"layers", {{{"cell", "gru"}, {"units", 3}}}}});
  for (Example e : t.data.train) {
    const Hypothesis found = decode(t.network, t.config.task, 3, e, {.beam_width = 128, .max_length = 4})[0];
    double best = -1e300;
    for (Index length = 0; length <= 3; ++length)
      for (Index code = 0; code < std::pow(3, length); ++code) {
        e.target.clear();
        for (Index i = 0, rest = code; i < length; ++i, rest /= 3) e.target.push_back(Token(rest % 3));
        best = std::max(best, log_probability(t.network, t.config, t.data, e));
      }
    EXPECT_GE(found.log_probability, best - 1e-4);
  }
}

// The score of a hypothesis: ln p / ((5 + n)/6)^α (Wu et al. 2016), and the best comes first.
TEST(Decode, ScoresByLength) {
  Trial t({{"task", "generate"}, {"layers", {{{"cell", "gru"}, {"units", 4}}}}});
  for (const double alpha : {0.0, 0.7, 2.0}) {
    const std::vector<Hypothesis> all =
        decode(t.network, t.config.task, 3, {}, {.beam_width = 8, .length_penalty = alpha, .max_length = 6});
    ASSERT_GT(all.size(), 1u);
    for (const Hypothesis& w : all)
      EXPECT_NEAR(w.score, w.log_probability / std::pow((5 + double(w.tokens.size())) / 6, alpha), 1e-9);
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.score > b.score; }));
  }
}

TEST(Decode, RefusesNonsense) {
  Trial t({{"task", "generate"}, {"layers", {{{"units", 3}}}}});
  const auto decoding = [&](Decoding options) {
    return [&t, options] { decode(t.network, t.config.task, 3, {}, options); };
  };
  EXPECT_TRUE(refuses(ErrorCode::invalid_argument, "beamWidth", decoding({.beam_width = 0})));
  EXPECT_TRUE(refuses(ErrorCode::invalid_argument, "temperature", decoding({.temperature = std::nan("")})));
  EXPECT_TRUE(refuses(ErrorCode::invalid_argument, "lengthPenalty", decoding({.length_penalty = -1})));
  EXPECT_TRUE(refuses(ErrorCode::invalid_argument, "maxLength", decoding({.max_length = 0})));
}

// The training examples of one epoch, in the order in which they come.
TEST(ExampleLoader, AnEpochHasEveryExampleOnceInAnOrderOfItsOwn) {
  for (const int batch : {1, 4, 12}) {
    Trial t({{"task", "regress"}, {"batchSize", batch}, {"layers", {{{"units", 3}}}}}, 12);
    ExampleLoader loader(t.config, t.data);
    Workspace w(t.network, loader.steps(), loader.columns(), true, loader.encoder_steps());
    Progress progress;
    std::vector<std::vector<Real>> epochs(3), sorted;
    for (std::int64_t epoch = 0; epoch < 3; ++epoch)
      for (int step = 0; step < 12 / batch; ++step) {
        loader.load(w, progress);
        EXPECT_EQ(progress.epoch, epoch);
        for (Index n = 0; n < batch; ++n) epochs[std::size_t(epoch)].push_back(w.numbers(0)[2 * n]);
        loader.advance(w, progress);
      }
    for (std::vector<Real> order : epochs) {
      std::sort(order.begin(), order.end());
      sorted.push_back(order);
    }
    std::vector<Real> firsts;
    for (const Example& e : t.data.train) firsts.push_back(e.numbers[0]);
    std::sort(firsts.begin(), firsts.end());
    for (const std::vector<Real>& order : sorted) EXPECT_EQ(order, firsts);
    EXPECT_NE(epochs[0], epochs[1]);
    EXPECT_NE(epochs[1], epochs[2]);
  }
}

// A task's configuration comes back from its canonical form, and misfits are refused by name.
TEST(TaskConfig, RoundTrips) {
  for (const Json& json : all_tasks()) {
    const Json canonical = to_json(parse_config(json));
    EXPECT_EQ(to_json(parse_config(canonical)), canonical) << json.dump();
  }
}

TEST(TaskConfig, RefusesWhatATaskCannotHave) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {R"({"layers":[{"bidirectional":true}]})", "layers[1].direction"},
      {R"({"task":"generate","layers":[{"direction":"backward"}]})", "layers[0].direction"},
      {R"({"task":"notes","layers":[{"bidirectional":true}]})", "layers[1].direction"},
      {R"({"task":"translate","layers":[{"bidirectional":true}]})", "layers[1].direction"},
      {R"({"task":"translate","context":"none"})", "context"},
      {R"({"attention":"additive"})", "attention"},
      {R"({"task":"tag","attention":"additive"})", "attention"},
      {R"({"task":"classify","scheduledSampling":"linear"})", "scheduledSampling"},
      {R"({"task":"classify","feedback":"softmax"})", "feedback"},
      {R"({"task":{"name":"classify","pooling":"none"}})", "task.pooling"},
      {R"({"task":{"name":"tag","pooling":"last"}})", "task.pooling"},
      {R"({"task":{"name":"regress","termination":"end"}})", "task.termination"},
      {R"({"task":"tensor"})", "task.inputs"},
      {R"({"task":"nothing"})", "task.name"},
      {R"({"dataset":"nothing"})", "dataset.name"},
      {R"({"dataset":"addition","task":"tag"})", "task.name"},
      {R"({"dataset":{"name":"addition","colour":1}})", "dataset.colour"},
      {R"({"encoder":[{}]})", "encoder"},
      {R"({"task":"tag","layers":[{"edges":[{"from":"context"}]}]})", "layers[0].edges[0].from"},
      {R"({"task":"tag","layers":[{"direction":"backward","edges":[{"from":"input","delay":1},{"from":"self"}]}]})",
       "layers[0].edges[0].delay"},
      {R"({"task":"tag","layers":[{},{"direction":"backward","edges":[{"from":0,"delay":2},{"from":"self"}]}]})",
       "layers[1].edges[0].delay"},
      {R"({"task":"tag","layers":[{"edges":[{"from":"output"}]}]})", "layers[0].edges[0].from"},
      {R"({"task":"tag","layers":[{"initial":true}]})", "layers[0].initial"},
      {R"({"task":"notes","embedding":4})", "embedding"},
      {R"({"task":"tag","embedding":4,"tieWeights":true,"layers":[{"units":4}]})", "tieWeights"},
      {R"({"task":"translate","attention":{"score":"loud"}})", "attention.score"},
  };
  for (const auto& [json, field] : cases)
    EXPECT_TRUE(refuses(ErrorCode::invalid_config, field, [&] { parse_config(std::string(json)); })) << json;
}

}  // namespace
}  // namespace unfold
