// Back-propagation against central differences, in double, through directions, unequal lengths, contexts, attention,
// every task and every way of ending a sequence.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "gradient_problem.h"
#include "unfold/data/data_loader.h"

namespace unfold {
namespace {

constexpr Index N = 3, V = 3, D = 2, O = 2, C = 2;
constexpr double tolerance = 1e-6;

/// Three examples of different lengths for a task.
Dataset examples(const Config& config, Rng& rng) {
  const TaskKind task = config.task.kind;
  const bool numeric = task == TaskKind::regress || task == TaskKind::notes;
  Dataset data;
  const std::vector<std::string> names{"a", "b", "c"};
  data.targets = names;
  if (numeric) {
    data.numbers = D;
    data.outputs = O;
  } else {
    data.inputs = names;
  }
  data.context = config.task.context;
  for (const Index length : {3, 1, 4}) {
    Example e;
    const auto tokens = [&](Index count) {
      std::vector<Token> list;
      for (Index i = 0; i < count; ++i) list.push_back(Token(rng.word() % V));
      return list;
    };
    const auto numbers = [&](Index count) {
      std::vector<Real> list;
      for (Index i = 0; i < count; ++i) list.push_back(Real(rng.uniform() * 2 - 1));
      return list;
    };
    if (numeric) e.numbers = numbers(length * D);
    if (!numeric && task != TaskKind::generate) e.input = tokens(length);
    if (task == TaskKind::classify) e.target = tokens(1);
    if (task == TaskKind::tag) e.target = tokens(length);
    if (task == TaskKind::tag && length > 1) e.target[1] = no_token;
    if (task == TaskKind::translate || task == TaskKind::generate) e.target = tokens(5 - length);
    if (numeric) e.values = numbers(config.task.pooled() ? O : length * O);
    if (task == TaskKind::notes)
      for (Real& v : e.values) v = v > 0 ? 1 : 0;
    e.context = numbers(config.task.context);
    data.train.push_back(e);
  }
  return data;
}

struct Problem {
  explicit Problem(const Json& json)
      : config(parse_config(json)),
        rng(7, Stream::test),
        loader(config, examples(config, rng)),
        network(config, network_sizes(config, loader.data())),
        workspace(network, loader.steps(), N, true, loader.encoder_steps()) {
    for (Index i = 0; i < network.table().size(); ++i) network.parameters()[i] = Real(rng.uniform() * 1.6 - 0.8);
    network.mask(network.parameters());
    for (const Example& e : loader.data().train) batch.push_back(&e);
    workspace.set_dropout(config.dropout);
    workspace.dropping() = {.on = true, .rate = config.dropout, .seed = 3, .pass = 5};
    workspace.choosing() = {.epsilon = 0.5, .seed = 4, .pass = 6};
    workspace.want_input_gradient();
  }

  double loss(bool learn) {
    network.touch();
    loader.fill(workspace, batch);
    if (extra) extra();
    network.forward(workspace);
    const Metrics a = loader.measure(network, workspace, learn);
    return a.loss / double(a.predictions);
  }

  double difference(Real& x) {
    return test::central_difference(x, [&] { return loss(false); });
  }

  Config config;
  Rng rng;
  ExampleLoader loader;
  Network network;
  Workspace workspace;
  std::vector<const Example*> batch;
  std::function<void()> extra;  // changes the inputs after they were filled in
};

void expect_small(const Json& json, int& count) {
  Problem p(json);
  constexpr double prefill = 0.125;
  std::vector<Real> gradient(std::size_t(p.network.table().size()), Real(prefill));
  p.loss(true);
  p.network.backward(p.workspace, gradient.data());
  const auto compare = [&](const std::string& name, const std::vector<double>& analytic,
                           const std::vector<double>& numeric) {
    double scale = 1e-4, worst = 0;
    for (std::size_t i = 0; i < analytic.size(); ++i) {
      scale = std::max({scale, std::fabs(analytic[i]), std::fabs(numeric[i])});
      worst = std::max(worst, std::fabs(analytic[i] - numeric[i]));
    }
    EXPECT_LE(worst / scale, tolerance) << name << " of " << json.dump();
  };
  // What the input numbers and the context get back, before the differences overwrite it.
  const int stream = p.network.has_encoder() ? 1 : 0;
  const Index inputs = p.workspace.steps(stream) * N * p.loader.data().numbers;
  std::vector<double> dinput, dcontext;
  for (Index i = 0; i < inputs; ++i) dinput.push_back(double(p.workspace.number_gradient(0, stream)[i]));
  for (Index i = 0; i < N * p.loader.data().context; ++i) dcontext.push_back(double(p.workspace.context_gradient()[i]));

  std::vector<Real> free(gradient.size(), Real(1));  // 0 where a clock forbids a weight
  p.network.mask(free.data());
  for (const Parameter& t : p.network.table()) {
    std::vector<double> analytic, numeric;
    for (Index i = t.offset; i < t.offset + t.size(); ++i) {
      if (free[std::size_t(i)] == 0) continue;
      analytic.push_back(double(gradient[std::size_t(i)]) - prefill);
      numeric.push_back(p.difference(p.network.parameters()[i]));
    }
    compare(t.name, analytic, numeric);
  }
  const auto given = [&](const std::string& name, const std::vector<double>& analytic,
                         Real* (*place)(Workspace&, int)) {
    std::vector<double> numeric;
    for (std::size_t i = 0; i < analytic.size(); ++i) {
      Real change = 0;
      p.extra = [&] { place(p.workspace, stream)[i] += change; };
      numeric.push_back(p.difference(change));
    }
    p.extra = nullptr;
    compare(name, analytic, numeric);
  };
  given("input", dinput, [](Workspace& w, int from) { return w.numbers(0, from); });
  given("context", dcontext, [](Workspace& w, int) { return w.context(); });
  ++count;
}

std::vector<Json> some_cells() {
  return {{{"cell", "rnn"}, {"units", 2}},
          {{"cell", "lstm"}, {"units", 2}},
          {{"cell", "peephole-lstm"}, {"units", 2}},
          {{"cell", "gru"}, {"units", 2}, {"reset", "after"}},
          {{"cell", "gru"}, {"units", 2}, {"reset", "before"}}};
}

/// Layers of every direction × blend × depth × delay.
std::vector<Json> both_directions(const Json& cell) {
  std::vector<Json> stacks;
  for (const Json& options : std::vector<Json>{Json::object(),
                                               {{"leak", {{"from", 0.3}, {"learned", true}}}},
                                               {{"zoneout", 0.4}},
                                               {{"clock", {1, 2}}},
                                               {{"layerNorm", true}, {"units", 3}, {"recurrentDropout", 0.3}}}) {
    Json one = cell;
    one.update(options);
    Json back = one, pair = one, deep = one;
    back["direction"] = "backward";
    pair["bidirectional"] = true;
    deep["direction"] = "backward";
    deep["edges"] = {{{"from", "input"}, {"hidden", {2}}},
                     {{"from", "self"}, {"delay", 1}, {"hidden", {2}}, {"join", "all"}, {"shortcut", true}},
                     {{"from", "self"}, {"delay", 2}}};
    for (const Json& layer : {one, back, deep}) stacks.push_back(Json::array({layer}));
    stacks.push_back(Json::array({pair, pair}));
  }
  return stacks;
}

TEST(GradientOfTasks, DirectionsLengthsAndPooling) {
  int count = 0;
  for (const Json& cell : some_cells())
    for (const Json& stack : both_directions(cell))
      for (const Json& task : std::vector<Json>{{{"name", "tag"}},
                                                {{"name", "classify"}, {"pooling", "last"}},
                                                {{"name", "classify"}, {"pooling", "mean"}},
                                                {{"name", "regress"}, {"pooling", "last"}}})
        expect_small({{"task", task}, {"layers", stack}, {"batchSize", N}}, count);
  EXPECT_GE(count, 400);
}

TEST(GradientOfTasks, NumbersInAndOut) {
  int count = 0;
  for (const Json& cell : some_cells())
    for (const char* task : {"regress", "notes"})
      for (const double dropout : {0.0, 0.3})
        expect_small({{"task", task}, {"layers", {cell, cell}}, {"dropout", dropout}, {"batchSize", N}}, count);
  EXPECT_GE(count, 20);
}

TEST(GradientOfTasks, LossesOfNumbers) {
  int count = 0;
  for (const Json& loss : std::vector<Json>{{{"loss", "absolute"}},
                                            {{"loss", "huber"}, {"delta", 0.3}},
                                            {{"loss", "quantile"}},
                                            {{"loss", "quantile"}, {"quantiles", {0.25}}},
                                            {{"loss", "gaussian"}}})
    for (const char* pooling : {"none", "mean"}) {
      Json task = loss;
      task.update({{"name", "regress"}, {"pooling", pooling}});
      expect_small({{"task", task}, {"layers", {some_cells()[1]}}, {"batchSize", N}}, count);
    }
  EXPECT_EQ(count, 10);
}

/// The coins of Problem choose about half of the steps, and with `feedbackSteps` the last ones are the network's own.
TEST(GradientOfTasks, RowsOfItsOwn) {
  int count = 0;
  for (const Json& cell : some_cells())
    for (const char* sampling : {"none", "linear"})
      for (const int steps : {0, 2, 9})
        for (const char* loss : {"squared", "gaussian", "quantile"}) {
          if (steps == 0 && sampling == std::string("none")) continue;
          if (steps == 9 && loss != std::string("squared")) continue;
          Json late = cell;
          late["edges"] = {{{"from", "input"}}, {{"from", "input"}, {"delay", 1}}, {{"from", "self"}, {"delay", 1}}};
          expect_small({{"task", {{"name", "regress"}, {"loss", loss}, {"feedbackSteps", steps}}},
                        {"scheduledSampling", sampling},
                        {"layers", {late, cell}},
                        {"batchSize", N}},
                       count);
        }
  EXPECT_EQ(count, 55);
}

TEST(GradientOfTasks, ContextsAndLengths) {
  int count = 0;
  for (const Json& cell : some_cells())
    for (const char* length : {"end", "halt", "count"})
      for (const char* context : {"none", "input", "initial", "both"})
        for (const int embedding : {0, 2})
          expect_small({{"task", {{"name", "generate"}, {"termination", length}, {"context", C}}},
                        {"context", context},
                        {"embedding", embedding},
                        {"layers", {cell, cell}},
                        {"batchSize", N}},
                       count);
  EXPECT_GE(count, 120);
}

TEST(GradientOfTasks, EncodersAndAttention) {
  int count = 0;
  for (const Json& cell : {some_cells()[0], some_cells()[1], some_cells()[4]})
    for (const bool two : {false, true})
      for (const char* context : {"none", "input", "initial", "both"})
        for (const Json& attention :
             std::vector<Json>{"none",
                               "additive",
                               "multiplicative",
                               {{"score", "additive"}, {"inputFeeding", false}, {"size", 1}},
                               {{"score", "multiplicative"}, {"inputFeeding", false}, {"size", 1}}})
          for (const char* sampling : {"none", "linear"}) {
            if (attention == "none" && std::string(context) == "none") continue;
            if (sampling != std::string("none") && context != std::string("both")) continue;
            Json encoder = cell, delayed = cell;
            encoder["bidirectional"] = two;
            encoder["units"] = 2;
            delayed["edges"] = {{{"from", 0}}, {{"from", "self"}, {"delay", 1}}, {{"from", "self"}, {"delay", 2}}};
            expect_small({{"task", {{"name", "translate"}, {"termination", two ? "end" : "count"}}},
                          {"context", context},
                          {"attention", attention},
                          {"scheduledSampling", sampling},
                          {"embedding", two ? 2 : 0},
                          {"encoder", {encoder}},
                          {"layers", {cell, delayed}},
                          {"batchSize", N}},
                         count);
          }
  EXPECT_GE(count, 144);
}

}  // namespace
}  // namespace unfold
