// Dynamic evaluation: by its equation, and that it leaves the model as it is.
#include "unfold/train/dynamic.h"

#include "networks.h"
#include "support.h"

namespace unfold::test {
namespace {

const std::string& text() {
  static const std::string t = letters(600, 7);
  return t;
}

std::unique_ptr<Session> model() {
  auto session = std::make_unique<Session>(
      parse_config(R"({"layers":[{"cell":"lstm","units":10}],"sequenceLength":8,"batchSize":1,"validationSplit":0.3,
                       "optimizer":{"learningRate":0.02},"clip":0.3})"),
      text());
  for (int n = 0; n < 40; ++n) session->trainer().step();
  return session;
}

Evaluation whole(Session& session, const Json& options, Split split = Split::validation) {
  for (;;)
    if (const Evaluation e = session.evaluate_dynamic(split, options); e.done) return e;
}

TEST(Dynamic, WithoutARateIsThePlainLoss) {
  const auto session = model();
  const Evaluation e = whole(*session, {{"learningRate", 0}, {"sequenceLength", 8}});
  const Evaluation plain = session->trainer().evaluate();
  EXPECT_NEAR(e.loss, plain.loss, 1e-6);
  EXPECT_EQ(e.predictions, plain.predictions);
}

TEST(Dynamic, LeavesTheModelAndItsTrainingAsTheyAre) {
  const auto session = model(), untouched = model();
  for (const char* optimizer : {"sgd", "rms"}) whole(*session, {{"optimizer", optimizer}, {"decay", 0.01}});
  session->evaluate_dynamic(Split::train, Json::object());  // half done
  for (Session* s : {session.get(), untouched.get()}) s->trainer().step();
  EXPECT_TRUE(same_bytes(session->save(true), untouched->save(true)));
  session->cancel_dynamic();
  EXPECT_LT(session->evaluate_dynamic(Split::validation, Json::object()).predictions, 21);
}

// w ← w − η·g·min(1, c/‖g‖) + λ(w₀ − w), window by window.
TEST(Dynamic, IsItsEquation) {
  const auto session = model();
  const double rate = 0.5, decay = 0.25, clipped = 0.3;
  constexpr Index T = 20;
  const Index first = session->trainer().train_tokens();
  const std::vector<Token> all = session->vocabulary().encode(text());
  Network network(session->config(), session->vocabulary().size());
  std::copy_n(session->network().parameters(), network.table().size(), network.parameters());
  Workspace w(network, T, 1, true);
  std::vector<double> losses(T);
  double sum = 0;
  for (Index at = first; at + 1 < Index(all.size()); at += T) {
    std::vector<Token> targets(T, no_token);
    std::fill_n(w.tokens(0), T, no_token);
    const Index count = std::min(T, Index(all.size()) - 1 - at);
    std::copy_n(all.begin() + at, count, w.tokens(0));
    std::copy_n(all.begin() + at + 1, count, targets.begin());
    network.touch();
    network.forward(w);
    softmax_cross_entropy(w.logits(), network.outputs(), T, targets.data(), Real(1.0 / double(count)), losses.data());
    for (const double loss : losses) sum += loss;
    std::vector<Real> g(std::size_t(network.table().size()));
    network.backward(w, g.data());
    double square = 0;
    for (const Real x : g) square += double(x) * double(x);
    const double share = std::min(1.0, clipped / std::sqrt(square));
    for (std::size_t i = 0; i < g.size(); ++i) {
      Real& p = network.parameters()[i];
      p -= Real(rate * share * double(g[i]));
      p += Real(decay) * (session->network().parameters()[i] - p);
    }
    w.carry();
  }
  const Evaluation e = whole(*session, {{"learningRate", rate}, {"decay", decay}});
  EXPECT_EQ(e.predictions, Index(all.size()) - 1 - first);
  EXPECT_NEAR(e.loss, sum / double(e.predictions), 1e-5);
}

// A part of the text in which other letters come: what is read there changes what is expected.
TEST(Dynamic, LearnsWhatItReads) {
  std::string changed = letters(420, 5, 1);
  for (int i = 0; i < 90; ++i) changed += "edcba";
  Session session(parse_config(R"({"layers":[{"cell":"lstm","units":16}],"sequenceLength":8,"batchSize":2,
                                   "validationSplit":0.5,"optimizer":{"learningRate":0.01}})"),
                  changed);
  for (int n = 0; n < 60; ++n) session.trainer().step();
  const double plain = session.trainer().evaluate().loss;
  EXPECT_LT(whole(session, {{"learningRate", 0.5}}).loss, plain * 0.8);
  EXPECT_LT(whole(session, {{"optimizer", "rms"}, {"learningRate", 0.01}}).loss, plain * 0.8);
}

TEST(Dynamic, RefusesOtherOptions) {
  const auto session = model();
  for (const auto& [name, options] : {std::pair{"dynamic.learningRate", R"({"learningRate":-1})"},
                                      {"dynamic.decay", R"({"decay":1.5})"},
                                      {"dynamic.optimizer", R"({"optimizer":"adam"})"},
                                      {"dynamic.sequenceLength", R"({"sequenceLength":0})"},
                                      {"dynamic.rate", R"({"rate":1})"}}) {
    const Json json = Json::parse(options);
    EXPECT_TRUE(
        refuses(ErrorCode::invalid_argument, name, [&] { session->evaluate_dynamic(Split::validation, json); }));
  }
  EXPECT_TRUE(refuses(ErrorCode::invalid_state, "split", [&] { whole(*session, Json::object(), Split::test); }));
  EXPECT_TRUE(refuses(ErrorCode::non_finite, "dynamic.learningRate", [&] {
    Session wild(parse_config(R"({"layers":[{"cell":"rnn","units":8,"activation":"relu"}],"sequenceLength":8,
                                  "batchSize":2,"clip":0})"),
                 text());
    whole(wild, {{"learningRate", 1e6}});
  }));
}

}  // namespace
}  // namespace unfold::test
