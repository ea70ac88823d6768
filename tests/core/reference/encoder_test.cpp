// Encoder–decoders against their equations: both directions of the encoder, contexts, attention of both kinds with and
// without input feeding, and sequences of unequal lengths in one batch. Plain Eigen in double, one sequence at a time.
//   encoder   f_s = tanh(U_f·x_s + W_f·f_{s−1} + b)   r_s = tanh(U_r·x_s + W_r·r_{s+1} + b)   m_s = (f_s, r_s)
//   context   c = (f_S, r_1)    h_0 = tanh(W_0·c + b_0)
//   decoder   h_t = tanh(U·y_{t−1} + C·c + A·a_{t−1} + W·h_{t−1} + b)
//   attention e_s = v·tanh(Q·h_t + K·m_s + b) or (Q·h_t)·(K·m_s + b)   a_t = Σ softmax(e)_s·m_s
//   answer    o_t = V·h_t + P·a_t + b
#include <cmath>
#include <map>

#include "reference/network.h"
#include "support.h"
#include "unfold/data/data_loader.h"

namespace unfold::test {
namespace {

using Eigen::MatrixXd;

constexpr double tolerance = is_double ? 1e-12 : 1e-5;

class ReferenceTranslator {
 public:
  explicit ReferenceTranslator(const Network& network) {
    using RowMajor = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    for (const Parameter& p : network.table())
      parameters_[p.name] = Eigen::Map<const RowMajor>(network.parameters() + p.offset, p.rows, p.cols).cast<double>();
  }

  /// O × (targets + 1): what is answered after each prefix of the targets.
  MatrixXd logits(const std::vector<Token>& source, const std::vector<Token>& targets) {
    const MatrixXd memory = encoded(source);
    const Index H = p("layers.0.weight_hh").rows(), half = memory.rows() / 2;
    Vector context(memory.rows());
    context << memory.col(memory.cols() - 1).head(half), memory.col(0).tail(half);
    Vector h = Vector::Zero(H), attended = Vector::Zero(memory.rows());
    if (has("layers.0.initial_h.weight"))
      h = (p("layers.0.initial_h.weight") * context + p("layers.0.initial_h.bias")).array().tanh();
    MatrixXd all(p("readout.bias").rows(), Index(targets.size()) + 1);
    for (Index t = 0; t < all.cols(); ++t) {
      Vector z = p("layers.0.bias_ih") + p("layers.0.bias_hh") + p("layers.0.weight_hh") * h;
      if (t > 0) z += p("layers.0.weight_ih").col(targets[std::size_t(t - 1)]);
      if (has("layers.0.weight_context")) z += p("layers.0.weight_context") * context;
      if (has("layers.0.weight_attention_1")) z += p("layers.0.weight_attention_1") * attended;
      h = z.array().tanh();
      Vector o = p("readout.weight") * h + p("readout.bias");
      if (has("attention.query.weight")) {
        attended = attend(h, memory);
        o += p("readout.weight_attention") * attended;
      }
      all.col(t) = o;
    }
    return all;
  }

 private:
  const MatrixXd& p(const std::string& name) const { return parameters_.at(name); }
  bool has(const std::string& name) const { return parameters_.contains(name); }

  /// m, one column for each symbol of the source.
  MatrixXd encoded(const std::vector<Token>& source) const {
    const Index S = Index(source.size()), H = p("encoder.0.weight_hh").rows();
    MatrixXd m(2 * H, S);
    const auto run = [&](const std::string& layer, const char* from, Index row, bool backward) {
      Vector h = Vector::Zero(H);
      for (Index k = 0; k < S; ++k) {
        const Index s = backward ? S - 1 - k : k;
        h = (p(layer + from).col(source[std::size_t(s)]) + p(layer + "weight_hh") * h + p(layer + "bias_ih") +
             p(layer + "bias_hh"))
                .array()
                .tanh();
        m.col(s).segment(row, H) = h;
      }
    };
    run("encoder.0.", "weight_ih", 0, false);
    run("encoder.1.", "weight_x", H, true);
    return m;
  }

  Vector attend(const Vector& h, const MatrixXd& memory) const {
    const Index half = memory.rows() / 2;
    const Vector query = p("attention.query.weight") * h + p("attention.query.bias");
    const MatrixXd keys =
        (p("attention.key.weight_0") * memory.topRows(half) + p("attention.key.weight") * memory.bottomRows(half))
            .colwise() +
        Vector(p("attention.key.bias"));
    Vector e(memory.cols());
    for (Index s = 0; s < e.size(); ++s)
      e[s] = has("attention.score") ? (p("attention.score") * Vector((query + keys.col(s)).array().tanh()))(0)
                                    : query.dot(keys.col(s));
    const Vector weights = (e.array() - e.maxCoeff()).exp();
    return memory * (weights / weights.sum());
  }

  std::map<std::string, MatrixXd> parameters_;
};

class Translators : public testing::TestWithParam<const char*> {};

TEST_P(Translators, AnswerAsTheEquationsSay) {
  const std::string json = std::string(R"({"task":{"name":"translate","maxLength":6},"batchSize":5,
    "encoder":[{"cell":"rnn","units":3,"bidirectional":true}],"layers":[{"cell":"rnn","units":5}],)") +
                           GetParam() + "}";
  const Config config = parse_config(json);
  Dataset data;
  data.inputs = data.targets = {"a", "b", "c", "d"};
  // Lengths differ, so that the encoder, its last states and attention must stop where each source does.
  data.train = {{.input = {0, 1, 2, 3}, .target = {2}},
                {.input = {3}, .target = {1, 1, 0, 2}},
                {.input = {2, 2}, .target = {0, 3, 1}},
                {.input = {1, 0, 3, 3, 2, 0}, .target = {}},
                {.input = {0, 3, 1}, .target = {3, 2}}};
  ExampleLoader loader(config, data);
  Network network(config, network_sizes(config, loader.data()));
  randomize({network.parameters(), std::size_t(network.table().size())}, 0.8, 3);
  network.touch();
  Workspace workspace(network, loader.steps(), loader.columns(), false, loader.encoder_steps());
  std::vector<const Example*> batch;
  for (const Example& e : loader.data().train) batch.push_back(&e);
  loader.fill(workspace, batch);
  network.forward(workspace);
  ReferenceTranslator reference(network);
  const Index O = network.outputs(), N = loader.columns();
  for (Index n = 0; n < N; ++n) {
    const Example& e = *batch[std::size_t(n)];
    const MatrixXd expected = reference.logits(e.input, e.target);
    for (Index t = 0; t < expected.cols(); ++t)
      for (Index k = 0; k < O; ++k)
        EXPECT_NEAR(double(workspace.logits()[(t * N + n) * O + k]), expected(k, t), tolerance)
            << "sequence " << n << ", step " << t << ", symbol " << k << " of " << json;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Translators,
    testing::Values(R"("context":"initial")", R"("context":"input")", R"("context":"both")",
                    R"("context":"both","attention":{"score":"additive","size":4})",
                    R"("context":"initial","attention":{"score":"additive","size":4,"inputFeeding":false})",
                    R"("context":"input","attention":{"score":"multiplicative","size":4})",
                    R"("context":"both","attention":{"score":"multiplicative","size":4,"inputFeeding":false})"));

}  // namespace
}  // namespace unfold::test
