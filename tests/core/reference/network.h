// A network worked out from its equations: in double, one sequence at a time, by recursion over layers and steps. It
// shares nothing with the engine but the configuration and the parameters, and is as slow as it is plain.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "unfold/base/eigen.h"
#include "unfold/model/network.h"

namespace unfold::test {

using Vector = Eigen::VectorXd;

/// The T steps of one sequence: tokens, or D numbers a step (D × T).
struct Sequence {
  std::vector<Token> tokens;
  Eigen::MatrixXd numbers;
  Index steps() const { return tokens.empty() ? numbers.cols() : Index(tokens.size()); }
};

class ReferenceNetwork {
 public:
  /// Copies the network's parameters.
  ReferenceNetwork(const Config& config, const Network& network);

  /// The readout's answers (outputs × T) to a sequence that begins in the zero state.
  Eigen::MatrixXd logits(const Sequence& sequence);

  /// Names of the parameters that the equations read.
  const std::set<std::string>& read() const { return read_; }

 private:
  using Place = std::pair<std::size_t, Index>;  // layer, step
  struct State {
    Vector h, c;
  };
  /// What enters a layer from below, and what its matrices are called after.
  struct Entry {
    std::string key;
    Vector value;
  };

  Eigen::MatrixXd matrix(const std::string& name);
  Vector vector(const std::string& name);

  Vector input(Index t);
  Vector source(const EdgeConfig& edge, std::size_t layer, Index t);
  Vector block(const EdgeConfig& edge, const std::string& name, const Vector& source, const std::vector<Entry>& joined,
               bool biases);
  std::vector<Entry> entries(std::size_t layer, Index t);
  Vector from_below(std::size_t layer, Index t, const std::vector<Entry>& entries);
  Vector recurrent(std::size_t layer, Index t, const std::vector<Entry>& entries, const Vector& reset,
                   const std::string& suffix);
  Eigen::MatrixXd recurrent_matrix(std::size_t layer, const std::string& name, bool reads_h);
  Vector preactivation(std::size_t layer, const std::string& part, Vector sums, bool biases);
  State cell(std::size_t layer, Index t);
  State gru(std::size_t layer, Index t);
  State lstm(std::size_t layer, const Vector& z, const Vector& c_before);
  const State& state(std::size_t layer, Index t);
  const State& before(std::size_t layer, Index t);
  Vector output(std::size_t layer, Index t);
  Vector answer(Index t);

  Config config_;
  Index outputs_, symbols_, numbers_;
  std::map<std::string, Eigen::MatrixXd> parameters_;
  std::set<std::string> read_;
  Sequence sequence_;
  std::map<Place, State> states_;
  std::map<Index, Vector> answers_;
};

}  // namespace unfold::test
