// Edges from the output: the previous target while teacher-forced, softmax(o) while free-running (Jordan 1986;
// Williams & Zipser 1989).
#include <algorithm>

#include "support.h"
#include "unfold/kernels/kernels.h"

namespace unfold::test {
namespace {

constexpr Index V = 6, T = 7, N = 3;

std::string config(const std::string& feedback, const std::string& edges) {
  return R"({"feedback":")" + feedback + R"(","layers":[{"cell":"rnn","units":5,"edges":[)" + edges + "]}]}";
}

/// ∂(loss of the last step)/∂h at each step.
std::vector<double> reach(const std::string& json) {
  Network network(parse_config(json), V);
  randomize(all_parameters(network), 0.9);
  network.touch();
  Workspace workspace(network, T, N, true);
  run(network, workspace, random_tokens(T * N, V));
  std::vector<Token> targets(std::size_t(T * N), no_token);
  std::fill(targets.end() - N, targets.end(), Token(2));
  std::vector<double> losses(targets.size()), norms;
  softmax_cross_entropy(workspace.logits(), V, T * N, targets.data(), Real(1), losses.data());
  std::vector<Real> gradient(std::size_t(network.table().size()));
  network.backward(workspace, gradient.data());
  for (Index t = 0; t < T; ++t) {
    double sum = 0;
    for (Index i = 0; i < N * 5; ++i) sum += std::fabs(double(workspace.hidden_gradient(0, t)[i]));
    norms.push_back(sum);
  }
  return norms;
}

// With no recurrence but that of outputs, targets cut every path through time; softmax(o) does not.
TEST(Feedback, OfTargetsAloneCarriesNoErrorsBack) {
  const std::vector<double> forced = reach(config("target", R"({"from":"input"},{"from":"output"})"));
  const std::vector<double> running = reach(config("softmax", R"({"from":"input"},{"from":"output"})"));
  const std::vector<double> recurrent = reach(config("target", R"({"from":"self"},{"from":"output"})"));
  EXPECT_GT(forced.back(), 0);
  for (std::size_t t = 0; t + 1 < T; ++t) {
    EXPECT_EQ(forced[t], 0) << t;
    EXPECT_GT(running[t], 0) << t;
    EXPECT_GT(recurrent[t], 0) << t << ": with hidden recurrence, BPTT is still needed";
  }
}

// The previous target is the present input, so an edge that reads it does what an input edge does.
TEST(Feedback, OfTargetsIsTheInput) {
  Network input(parse_config(config("target", R"({"from":"input"},{"from":"self"})")), V);
  Network output(parse_config(config("target", R"({"from":"output"},{"from":"self"})")), V);
  randomize(all_parameters(input), 0.9);
  std::ranges::fill(all_parameters(output), Real(0));
  for (const Parameter& p : input.table()) {
    const std::string name = p.name == "layers.0.weight_ih" ? "layers.0.weight_yh" : p.name;
    std::ranges::copy(tensor(input, p.name), tensor(output, name).begin());
  }
  input.touch(), output.touch();
  Workspace a(input, T, N, false), b(output, T, N, false);
  run(input, a, random_tokens(T * N, V));
  run(output, b, random_tokens(T * N, V));
  EXPECT_TRUE(same_bits(logits_of(input, a), logits_of(output, b)));
}

TEST(Feedback, WithWeights0IsNone) {
  for (const char* feedback : {"target", "softmax"}) {
    Network without(parse_config(config(feedback, R"({"from":"input"},{"from":"self"})")), V);
    Network with(parse_config(config(feedback, R"({"from":"input"},{"from":"self"},{"from":"output"})")), V);
    randomize(all_parameters(without), 0.9);
    without.touch();
    copy_by_name(without, with);
    Workspace a(without, T, N, false), b(with, T, N, false);
    run(without, a, random_tokens(T * N, V));
    run(with, b, random_tokens(T * N, V));
    EXPECT_TRUE(same_bits(logits_of(without, a), logits_of(with, b))) << feedback;
  }
}

// What is written one symbol at a time is what a pass over the whole of it predicts, step by step.
TEST(Feedback, SamplingIsFreeRunning) {
  const std::string text = letters(900, 7), prompt = text.substr(0, 3);
  for (const char* feedback : {"target", "softmax"}) {
    Session session(
        parse_config(R"({"sequenceLength":10,"batchSize":3,"feedback":")" + std::string(feedback) + R"(","layers":[
                      {"cell":"gru","units":9,"edges":[{"from":"input"},{"from":"self"},{"from":"output","delay":1},
                       {"from":"output","delay":2}]}]})"),
        text);
    for (int i = 0; i < 40; ++i) session.trainer().step();
    session.sample_start(prompt, {.greedy = true}, 60);
    std::string written = prompt;
    while (session.sample_next(7, written)) continue;
    ASSERT_EQ(written.size(), 63u);
    const std::vector<Token> tokens = session.vocabulary().encode(written);
    State state;
    const std::vector<Real> logits = session.logits(tokens, 1, state);
    const auto size = std::size_t(session.vocabulary().size());
    for (std::size_t t = prompt.size() - 1; t + 1 < tokens.size(); ++t) {
      const auto row = logits.begin() + std::ptrdiff_t(t * size);
      EXPECT_EQ(std::max_element(row, row + std::ptrdiff_t(size)) - row, tokens[t + 1]) << feedback << ", step " << t;
    }
  }
}

// By hand: a network without input and self edges, whose h is U·softmax(o₋) + b.
TEST(Feedback, OfOutputsIsSoftmaxOfTheFormerLogits) {
  Network network(parse_config(R"({"feedback":"softmax","layers":[{"cell":"rnn","units":4,"activation":"identity",
                                   "bias":"one","edges":[{"from":"output"}]}]})"),
                  V);
  randomize(all_parameters(network), 0.9);
  network.touch();
  Workspace workspace(network, T, 1, false);
  run(network, workspace, std::vector<Token>(T, 0));
  const std::vector<Real> logits = logits_of(network, workspace);
  const std::span<Real> u = tensor(network, "layers.0.weight_yh"), b = tensor(network, "layers.0.bias"),
                        w = tensor(network, "readout.weight"), c = tensor(network, "readout.bias");
  std::vector<Real> p(V, 0);  // nothing before the first step
  for (Index t = 0; t < T; ++t) {
    std::vector<double> h(b.begin(), b.end()), o(c.begin(), c.end());
    for (std::size_t k = 0; k < 4; ++k)
      for (std::size_t v = 0; v < V; ++v) h[k] += double(u[k * V + v]) * double(p[v]);
    for (std::size_t v = 0; v < V; ++v)
      for (std::size_t k = 0; k < 4; ++k) o[v] += double(w[v * 4 + k]) * h[k];
    EXPECT_LE(relative_error(std::span(logits).subspan(std::size_t(t * V), V), o), 1e-5) << t;
    p.assign(logits.begin() + t * V, logits.begin() + (t + 1) * V);
    kernels::softmax(p.data(), V, -1);
  }
}

}  // namespace
}  // namespace unfold::test
