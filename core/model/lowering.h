// Private to declare.cpp, lower.cpp and lower_cell.cpp: lowers the edges of one layer, one after the other.
#pragma once

#include "unfold/model/lower.h"
#include "unfold/model/operations/operations.h"

namespace unfold {

class Lowering {
 public:
  Lowering(Plan& plan, int layer, const Sources& sources, std::string prefix, bool biases)
      : plan_(plan), sources_(sources), layer_(layer), prefix_(std::move(prefix)), biases_(biases) {}

  /// A signal, and how it is read.
  struct Input {
    Signal signal;
    bool once = false;  // complete before the layer starts
    int stage = 0;      // 1: it depends on a gate of the same step, see Cell::early_gate
  };
  /// A sum of the layer, with what is known of it so far.
  struct Node {
    Sum sum;
    Activation activation = Activation::identity;
    int bias = -1, biases = 0;  // the first, and how many: neighbours in the table of parameters
    bool once = true;           // complete before the scan
    bool cell = false;          // the cell reads it
    int stage = 0;
    int sum_gradient = -1;  // of the bias
  };
  /// A linear map or lookup to be; without a parameter its source is added as it is.
  struct Map {
    Input from;
    int node = 0;
    Index row = 0;
    Matrix matrix;
    std::span<const int> periods;
    bool start = false;
  };
  /// What enters a layer from below: the last hidden sum of an input edge's block, or its source.
  struct Entry {
    Input signal;
    std::string key;
  };

  int node(const Sum& sum, Activation f, int stage);
  /// A hidden sum of `rows`, with buffers of its own.
  int hidden(Index rows, Activation f, int stage);
  Input source(const EdgeConfig& e);
  /// The source behind the edge's own activation, which it may have before anything else.
  Input squashed(const EdgeConfig& e, const Input& from);
  /// A map with a new parameter of rows×(size of the source).
  void map(const Input& from, int node, const std::string& name, Fill fill, Index gate);
  /// A map with `rows` rows of a parameter, from `row` on, to the sum's rows from `to` on.
  void map_rows(const Input& from, int node, int weight, Index row, Index rows, Index to);
  /// The same without a matrix.
  void add(const Input& from, int node, Index to);
  /// The same where each gate of `units` rows has a block-diagonal matrix of `blocks` blocks: the parameter is
  /// rows×(units / blocks).
  void map_blocks(const Input& from, int node, int weight, Index units, int blocks, Index row, Index rows);
  int bias(int node, const std::string& name, std::vector<double> values = {});
  /// A parameter of rank 1: zeros, or one value for each of equal blocks of its rows.
  int vector(const std::string& name, Index rows, std::vector<double> values = {});
  /// The hidden layers of an edge's block; returns the signal that its last matrix reads.
  Input chain(const EdgeConfig& e, const Input& from, const std::string& key, const std::vector<Entry>& inputs,
              int stage);
  /// a∘b of two factors. The edge that reads it is number `edge` of its layer, for others to read it too.
  Input product(const EdgeConfig& e, const std::string& key, int edge = -1);
  int parameter(const std::string& name, Index rows, Index cols, Fill fill, Index block);

  /// Says what edge `edge` of the layer gives, for others to read it too.
  void share(int edge, const Input& signal) { shared_.push_back({edge, int(nodes.size()) - 1, signal}); }

  /// Decides what starts each sum and reserves packed storage; to be called before the first operation is added.
  void start();
  /// Adds the operations of a sum that belong to a stage.
  void complete(int number, int stage);
  void add_between(int after);
  void add(std::unique_ptr<Operation> operation, When when) { plan_.add(std::move(operation), layer_, when); }

  std::vector<Node> nodes;
  std::vector<Map> maps;
  /// Operations between sums: run once sum `after` is complete (−1: first of all).
  struct Between {
    std::unique_ptr<Operation> operation;
    int after = -1;
    bool once = false;
  };
  std::vector<Between> between;

  Plan& plan() { return plan_; }
  PlanLayer& owner() { return plan_.layers[std::size_t(layer_)]; }
  const Sources& sources() const { return sources_; }
  int layer() const { return layer_; }
  /// The layer whose states this one continues, and how many steps earlier they are.
  const PlanLayer& before() { return owner().continues < 0 ? owner() : plan_.layers[std::size_t(owner().continues)]; }
  Index late() { return owner().continues >= 0 && owner().continues < layer_ ? 0 : 1; }
  const std::string& prefix() const { return prefix_; }
  Node& at(int node) { return nodes[std::size_t(node)]; }

 private:
  Plan& plan_;
  const Sources& sources_;
  int layer_;
  std::string prefix_;
  bool biases_;
  int products_ = 0;
  /// What edges give, by their numbers, and the sum after which each is complete.
  struct Shared {
    int edge, after;
    Input signal;
  };
  std::vector<Shared> shared_;
};

/// Whether the inputs enter the cell itself, and not the first hidden layer of a transition.
bool inputs_enter_cell(const LayerConfig& config);
/// Periods of a clockwork layer: equal groups of units, one period each.
std::vector<int> periods_of(const LayerConfig& config);
/// Whether units keep part of their states: leak, clock, zoneout.
bool interpolates(const LayerConfig& config);

/// "ih", "hh", or what tells further edges apart: "x", "l2", "hh_3".
std::string edge_key(const EdgeConfig& e, int number);

}  // namespace unfold
