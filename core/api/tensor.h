// The tensor level: a network over sequences of numbers whose loss is the caller's. Forward, backward, parameters and
// gradients by name, optimizer steps. An array of shape [T, N, F] is row-major, as PyTorch has it; the same memory is a
// column-major matrix of F × (T·N), column t·N + n being step t of sequence n, and Eigen's matrices are taken and given
// as such, without a copy:
//
//     constexpr unfold::Index T = 8, N = 4;
//     unfold::TensorNetwork network(unfold::parse_config(R"({"task":{"name":"tensor","inputs":2,"outputs":1},
//                                                            "layers":[{"cell":"lstm","units":32}]})"));
//     const auto adam = unfold::parse_tensor_optimizer({{"optimizer", "adam"}, {"lr", 0.01}});
//     const unfold::RealMatrix x = unfold::RealMatrix::Random(2, T * N), target = x.colwise().sum();
//     for (int step = 0; step < 500; ++step) {
//       network.zero_gradients();
//       const auto [y, state] = network.forward(x, {.columns = N});
//       network.backward(unfold::as_matrix(y, 1) - target);  // of the loss ½·‖y − target‖²
//       network.step(adam);
//       if (step % 100 == 0) std::printf("%f\n", (unfold::as_matrix(y, 1) - target).squaredNorm() / 2);
//     }
//
// core/examples/tensor_loss.cpp is a whole program.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "unfold/base/eigen.h"
#include "unfold/model/network.h"
#include "unfold/train/optim.h"

namespace unfold {

using RealMatrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;
using RowMajorMatrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
/// A matrix of the caller's. A whole one, a map, some columns are read in place; some rows, or an expression, are first
/// written into a temporary.
using MatrixArgument = Eigen::Ref<const RealMatrix>;
/// Parameters, [rows, cols] as PyTorch has them.
using ParameterArgument = Eigen::Ref<const RowMajorMatrix>;
using ConstMatrixView = Eigen::Map<const RowMajorMatrix>;
using ConstSequenceView = Eigen::Map<const RealMatrix>;

/// Numbers of shape [T, N, rows] (or [N, rows]) as a matrix of rows × (T·N), without a copy: valid as long as they are.
inline ConstSequenceView as_matrix(std::span<const Real> values, Index rows) {
  return {values.data(), rows, rows > 0 ? Index(values.size()) / rows : 0};
}

/// One layer's share of State::values.
struct TensorLayer {
  Index units = 0, max_delay = 1;
  std::span<const char* const> states;  // their names: h, c, …
  int direction = 1;
  /// Those beside h.
  Index further() const { return Index(states.size()) - 1; }
};

/// A parameter under the name that callers know, made of matrices of the engine side by side.
struct NamedTensor {
  struct Part {
    Size offset;
    Index cols;
  };
  std::string name;
  Index rows = 0, cols = 0;
  bool vector = false;  // of rank 1: shape [rows]
  std::vector<Part> parts;
  Index size() const { return rows * cols; }
};

/// PyTorch's names and defaults (torch.optim, torch.nn.utils.clip_grad_*).
struct TensorOptimizer {
  OptimizerConfig optimizer;
  ClipConfig clip{.norm = 0};
};

/// {optimizer: sgd, rmsprop, adagrad, adadelta, adam or adamw; lr, momentum, nesterov, alpha, rho, centered, betas,
/// eps, weight_decay; clip_value, then max_norm}. Throws Error{invalid_argument}.
TensorOptimizer parse_tensor_optimizer(const Json& options);

class TensorNetwork {
 public:
  /// Of the task "tensor": D inputs, O outputs, C of a context. Without outputs the network answers with what its
  /// top layers give (those that `readout` names), side by side: forward, then backward. Throws Error{invalid_config}.
  explicit TensorNetwork(const Config& config);

  Index inputs() const { return network_.sizes().numbers; }
  Index outputs() const { return outputs_; }
  Index context_size() const { return network_.sizes().context; }
  Index max_input_delay() const { return network_.input_delay(); }
  const Config& config() const { return config_; }
  const std::vector<TensorLayer>& layers() const { return layers_; }

  struct Inputs {
    Index steps = 0, columns = 0;     // T, N
    std::span<const Real> x{};        // [T, N, D]
    std::vector<Index> lengths{};     // N of them, 0…T; none: all T
    const State* state = nullptr;     // none: zeros, or what the context makes of it
    std::span<const Real> context{};  // [N, C]
    bool training = false;            // dropout and zoneout are on
  };
  struct Outputs {
    std::vector<Real> y;  // [T, N, O]; 0 beyond a sequence's length
    State state;          // of each sequence after its last step; of backward layers after its first
  };
  Outputs forward(const Inputs& in);
  /// The same for x of D × (T·N), which gives in.steps and in.x; in.columns is N, by default 1.
  Outputs forward(const MatrixArgument& x, Inputs in);
  Outputs forward(const MatrixArgument& x) { return forward(x, {.columns = 1}); }

  struct Gradients {
    std::vector<Real> x, context;  // [T, N, D], [N, C]
    State state;                   // of the state before; 0 where the context made it
  };
  /// Once after each forward, while the parameters are the same: ∂L/∂y [T, N, O] and, if the loss reads it, that of the
  /// state after. Adds to the gradients of the parameters.
  Gradients backward(std::span<const Real> dy, const State* dstate = nullptr);
  /// The same for dy of O × (T·N).
  Gradients backward(const MatrixArgument& dy, const State* dstate = nullptr);

  /// PyTorch's where one module of torch.nn is the same network (its names, weight_ih of both directions side by
  /// side), else the engine's.
  const std::vector<NamedTensor>& parameters() const { return named_; }
  /// Whether they are PyTorch's.
  bool pytorch_names() const { return pytorch_; }
  std::vector<Real> parameter(const std::string& name) const;
  void set_parameter(const std::string& name, std::span<const Real> values);
  void set_parameter(const std::string& name, const ParameterArgument& values);
  std::vector<Real> gradient(const std::string& name) const;
  /// The same without a copy; a vector has one column. Throws Error{invalid_argument} for a tensor that the engine
  /// keeps as several matrices (weight_ih above a bidirectional layer).
  ConstMatrixView parameter_view(const std::string& name) const { return view(name, network_.parameters()); }
  ConstMatrixView gradient_view(const std::string& name) const { return view(name, gradient_.data()); }
  void zero_gradients();

  /// Clips the gradients in place, then updates the parameters. Moments begin anew when another method is asked for.
  /// Throws NonFinite and changes no parameter if a gradient or a new parameter overflows.
  Norm step(const TensorOptimizer& options);
  std::int64_t steps() const { return steps_; }

 private:
  void name_parameters();
  std::size_t engine(std::size_t layer) const { return network_.first_layer() + layer; }
  const NamedTensor& named(const std::string& name) const;
  ConstMatrixView view(const std::string& name, const Real* from) const;
  Workspace& workspace(Index T, Index N);
  void check(const Inputs& in) const;
  void check_state(const State& state, const std::string& field) const;
  std::vector<Real> answers();
  void give_back(std::span<const Real> dy);
  void give_back(const State& dstate);
  State initial_gradient();
  Index length(Index n) const { return lengths_.empty() ? workspace_->steps() : lengths_[std::size_t(n)]; }
  template <class F>
  void each_answer(const F& f);

  Config config_;
  Network network_;
  Index outputs_ = 0;
  std::vector<TensorLayer> layers_;
  std::vector<std::size_t> tops_;  // of the configuration, if there is no readout
  std::vector<NamedTensor> named_;
  bool pytorch_ = false;
  Buffer gradient_, update_;
  std::unique_ptr<Workspace> workspace_;
  Index capacity_ = 0;  // steps
  std::vector<Index> lengths_;
  bool ready_ = false, given_state_ = false;
  std::uint64_t passes_ = 0;
  std::int64_t steps_ = 0;
  std::optional<Optimizer> optimizer_;
  OptimizerConfig chosen_;
};

}  // namespace unfold
