#include "unfold/api/tensor.h"

#include <algorithm>
#include <cmath>

#include "unfold/api/session.h"
#include "unfold/api/tensor_shape.h"
#include "unfold/base/phrase.h"

namespace unfold {
namespace {

const Config& checked(const Config& c) {
  if (c.task.kind != TaskKind::tensor) refuse_config("task.name", "tensor", c.task.name());
  check_size(c, {.numbers = c.task.inputs, .outputs = c.task.outputs, .context = c.task.context}, 1, 0, 0);
  return c;
}

std::string shown_shape(const MatrixArgument& m) { return phrase("{} × {}", {m.rows(), m.cols()}); }

/// The elements, column by column; by way of `copy` where they do not follow each other.
std::span<const Real> contiguous(const MatrixArgument& m, std::vector<Real>& copy) {
  const auto size = std::size_t(m.size());
  if (m.outerStride() == m.rows() || m.cols() <= 1) return {m.data(), size};
  copy.resize(size);
  Eigen::Map<RealMatrix>(copy.data(), m.rows(), m.cols()) = m;
  return copy;
}

}  // namespace

TensorNetwork::TensorNetwork(const Config& config)
    : config_(checked(config)),
      network_(config_,
               {.numbers = config.task.inputs, .outputs = config.task.outputs, .context = config.task.context}),
      gradient_(network_.table().size()),
      update_(network_.table().size()) {
  for (std::size_t l = 0; l < config_.layers.size(); ++l) {
    const PlanLayer& layer = network_.plan().layers[engine(l)];
    layers_.push_back({.units = layer.units,
                       .max_delay = network_.delay(engine(l)),
                       .states = layer.cell->info->state_names,
                       .direction = layer.direction});
  }
  outputs_ = config_.task.outputs;
  if (outputs_ == 0) {
    for (std::size_t l = 0; l < layers_.size(); ++l)  // in the order of layers
      for (const EdgeConfig& e : config_.readout)
        if (std::size_t(e.layer) == l) tops_.push_back(l);
    for (const std::size_t top : tops_) outputs_ += layers_[top].units;
  }
  name_parameters();
}

// Forward -------------------------------------------------------------------------------------------------------

void TensorNetwork::check_state(const State& state, const std::string& field) const {
  const Index N = workspace_->columns();
  Index size = 0;
  for (const TensorLayer& l : layers_) size += (l.max_delay + l.further()) * N * l.units;
  if (Index(state.values.size()) != size)
    refuse_argument(field, shown_count(std::size_t(size)) + " (each layer's h, then its other states)",
                    shown_count(state.values.size()));
  check_shape(field + ".inputs", state.inputs.size(), {max_input_delay(), N, inputs()});
}

void TensorNetwork::check(const Inputs& in) const {
  const Index T = in.steps, N = in.columns, D = inputs();
  constexpr Index most = Index(1) << 24;
  if (T < 1 || T > most) refuse_argument("steps", "a whole number from 1 to 16777216", std::to_string(T));
  if (N < 1 || N > most) refuse_argument("batch", "a whole number from 1 to 16777216", std::to_string(N));
  if (double(T) * double(N) * double(std::max(D, outputs_)) > double(Index(1) << 29))
    refuse_argument("steps", "fewer steps, or a smaller batch", phrase("{} × {}", {T, N}));
  check_shape("x", in.x.size(), {T, N, D});
  check_shape("context", in.context.size(), {N, context_size()});
  if (in.lengths.empty()) return;
  if (Index(in.lengths.size()) != N)
    refuse_argument("lengths", phrase("{} numbers, one a sequence", {N}), shown_count(in.lengths.size()));
  for (std::size_t n = 0; n < in.lengths.size(); ++n)
    if (in.lengths[n] < 0 || in.lengths[n] > T)
      refuse_argument(phrase("lengths[{}]", {n}), phrase("a whole number from 0 to {}", {T}),
                      std::to_string(in.lengths[n]));
  for (std::size_t l = 0; in.state && l < layers_.size(); ++l)
    if (layers_[l].direction < 0 && layers_[l].max_delay > 1 &&
        std::any_of(in.lengths.begin(), in.lengths.end(), [&](Index length) { return length < T; }))
      refuse_argument("state", phrase("none (layer {} is backward, with delays, and the lengths are unequal)", {l}),
                      "a state");
}

/// Made anew for another batch or more steps.
Workspace& TensorNetwork::workspace(Index T, Index N) {
  if (!workspace_ || workspace_->columns() != N || capacity_ < T) {
    Config sized = config_;
    sized.batch_size = int(N);
    check_size(sized, network_.sizes(), T, 0, 0);
    workspace_.reset();  // first: both may not fit
    auto made = std::make_unique<Workspace>(network_, T, N, true);
    made->set_dropout(config_.dropout);
    made->want_input_gradient();
    made->dropping().seed = config_.seed;
    made->dropping().variational = config_.variational_dropout;
    workspace_ = std::move(made);
    capacity_ = T;
  }
  workspace_->resize(T);
  return *workspace_;
}

TensorNetwork::Outputs TensorNetwork::forward(const Inputs& in) {
  check(in);
  ready_ = false;
  const Index T = in.steps, N = in.columns, D = inputs();
  Workspace& w = workspace(T, N);
  if (in.state) check_state(*in.state, "state");
  lengths_ = in.lengths;
  w.set_lengths(0, lengths_);
  w.reset();
  given_state_ = in.state != nullptr;
  if (in.state) w.set_state(*in.state);
  std::copy(in.x.begin(), in.x.end(), w.numbers(0));
  for (Index t = 0; t < T; ++t)  // padding may hold anything: 0·NaN would reach the weights' gradient
    for (Index n = 0; n < N; ++n)
      if (t >= length(n)) std::fill_n(w.numbers(t) + n * D, D, Real(0));
  std::copy(in.context.begin(), in.context.end(), w.context());
  w.dropping().on = in.training;
  if (in.training) w.dropping().pass = passes_++;
  network_.forward(w);
  Outputs out{.y = answers(), .state = workspace_->final_state()};
  ready_ = true;
  return out;
}

TensorNetwork::Outputs TensorNetwork::forward(const MatrixArgument& x, Inputs in) {
  const Index D = inputs(), N = std::max<Index>(in.columns, 1);
  if (x.rows() != D || x.cols() % N != 0)
    refuse_argument("x", phrase("{} rows, a multiple of {} columns", {D, N}), shown_shape(x));
  in.steps = x.cols() / N;
  std::vector<Real> copy;
  in.x = contiguous(x, copy);
  return forward(in);
}

/// f(place in y, engine's row of one column, of its gradient or null, rows), for what lies within the lengths. The
/// places of the readout's answers and of their gradient are the same.
template <class F>
void TensorNetwork::each_answer(const F& f) {
  Workspace& w = *workspace_;
  const Index N = w.columns();
  for (Index t = 0; t < w.steps(); ++t)
    for (Index n = 0; n < N; ++n) {
      if (t >= length(n)) continue;
      Index at = (t * N + n) * outputs_;
      if (tops_.empty()) f(at, w.logits() + at, w.logits() + at, outputs_);
      for (const std::size_t top : tops_) {
        const Index H = layers_[top].units;
        f(at, w.output(engine(top), t) + n * H, w.output_gradient(engine(top), t) + n * H, H);
        at += H;
      }
    }
}

std::vector<Real> TensorNetwork::answers() {
  std::vector<Real> y(std::size_t(workspace_->steps() * workspace_->columns() * outputs_));
  each_answer([&](Index at, const Real* from, Real*, Index rows) { std::copy_n(from, rows, y.data() + at); });
  return y;
}

// Backward ------------------------------------------------------------------------------------------------------

void TensorNetwork::give_back(std::span<const Real> dy) {
  Workspace& w = *workspace_;
  if (tops_.empty()) std::fill_n(w.logits(), Index(dy.size()), Real(0));
  each_answer([&](Index at, const Real*, Real* to, Index rows) {
    for (Index k = 0; k < rows; ++k) to[k] += dy[std::size_t(at + k)];
  });
}

/// Adds the gradient of the state after, where Workspace::final_state read it. That of further states passes over the
/// padding.
void TensorNetwork::give_back(const State& dstate) {
  Workspace& w = *workspace_;
  const Real* from = dstate.values.data();
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const TensorLayer& layer = layers_[l];
    const Index H = layer.units, max_delay = layer.max_delay;
    for (Index i = 0; i < max_delay; ++i)
      for (Index n = 0; n < w.columns(); ++n, from += H) {
        Real* dh = w.hidden_gradient(engine(l), layer.direction > 0 ? length(n) - max_delay + i : i) + n * H;
        for (Index k = 0; k < H; ++k) dh[k] += from[k];
      }
    for (int i = 1; i <= layer.further(); ++i, from += w.columns() * H)
      std::copy_n(from, w.columns() * H, w.state_gradient(engine(l), i));
  }
}

State TensorNetwork::initial_gradient() {
  Workspace& w = *workspace_;
  const Index N = w.columns();
  State d{.inputs = std::vector<Real>(std::size_t(max_input_delay() * N * inputs()))};
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const TensorLayer& layer = layers_[l];
    const Index H = layer.units, max_delay = layer.max_delay;
    const bool own = given_state_ || !config_.layers[l].initial;  // else the context has taken it
    const auto append = [&](const Real* x, Index size) {
      d.values.insert(d.values.end(), x, x + size);
      if (!own) std::fill(d.values.end() - size, d.values.end(), Real(0));
    };
    append(w.hidden_gradient(engine(l), layer.direction > 0 ? -max_delay : -1), max_delay * N * H);
    for (int i = 1; i <= layer.further(); ++i) append(w.state_gradient(engine(l), i), N * H);
  }
  std::copy_n(w.number_gradient(-max_input_delay()), max_input_delay() * N * inputs(), d.inputs.data());
  return d;
}

TensorNetwork::Gradients TensorNetwork::backward(const MatrixArgument& dy, const State* dstate) {
  if (dy.rows() != outputs_) refuse_argument("dy", phrase("{} rows", {outputs_}), shown_shape(dy));
  std::vector<Real> copy;
  return backward(contiguous(dy, copy), dstate);
}

TensorNetwork::Gradients TensorNetwork::backward(std::span<const Real> dy, const State* dstate) {
  if (!ready_)
    throw Error(ErrorCode::invalid_state, "backward", "once after each forward, with the same parameters",
                "no forward since");
  Workspace& w = *workspace_;
  const Index T = w.steps(), N = w.columns(), D = inputs();
  check_shape("dy", dy.size(), {T, N, outputs_});
  if (dstate) check_state(*dstate, "dstate");
  ready_ = false;
  w.clear_gradients();
  give_back(dy);
  if (dstate) give_back(*dstate);
  network_.propagate(w, gradient_.data());
  for (Index i = 0; dstate && i < max_input_delay(); ++i)
    for (Index n = 0; n < N; ++n)
      for (Index k = 0; k < D; ++k)
        w.number_gradient(length(n) - max_input_delay() + i)[n * D + k] +=
            dstate->inputs[std::size_t((i * N + n) * D + k)];
  Gradients d{.state = initial_gradient()};
  d.x.assign(w.number_gradient(0), w.number_gradient(0) + T * N * D);
  d.context.assign(w.context_gradient(), w.context_gradient() + N * context_size());
  return d;
}

}  // namespace unfold
