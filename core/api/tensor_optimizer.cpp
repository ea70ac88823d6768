// Optimisers by PyTorch's names, and the update of a tensor network.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "unfold/api/tensor.h"

namespace unfold {
namespace {

/// What an optimiser of torch.optim takes beside lr and weight_decay, and its defaults.
struct Method {
  const char* name;
  double lr, eps, weight_decay;
  const char* own;
};

constexpr Method methods[]{
    {"sgd", 1e-3, 1e-8, 0, "momentum, nesterov"}, {"rmsprop", 1e-2, 1e-8, 0, "alpha, eps, momentum, centered"},
    {"adagrad", 1e-2, 1e-10, 0, "eps"},           {"adadelta", 1.0, 1e-6, 0, "rho, eps"},
    {"adam", 1e-3, 1e-8, 0, "betas, eps"},        {"adamw", 1e-3, 1e-8, 1e-2, "betas, eps"},
};

/// Whether a list of names holds one.
bool holds(const std::string& list, const std::string& name) {
  return name.find(',') == std::string::npos && (", " + list + ",").find(", " + name + ",") != std::string::npos;
}

double number_of(const Json& value, const std::string& field, double least, double below) {
  const double x = value.is_number() ? value.get<double>() : std::nan("");
  if (!(x >= least && x < below))
    refuse_argument(field, "a number from " + shortly(least) + " to below " + shortly(below), value.dump());
  return x;
}

}  // namespace

TensorOptimizer parse_tensor_optimizer(const Json& options) {
  if (!options.is_object()) refuse_argument("options", "an object", options.dump());
  const auto given = options.find("optimizer");
  const Method* method = nullptr;
  for (const Method& m : methods)
    if (given != options.end() && given->is_string() && given->get_ref<const std::string&>() == m.name) method = &m;
  if (!method)
    refuse_argument("optimizer", "sgd, rmsprop, adagrad, adadelta, adam or adamw",
                    given == options.end() ? "nothing" : given->dump());
  const std::string known = std::string("optimizer, lr, weight_decay, clip_value, max_norm, ") + method->own;
  for (const auto& [key, value] : options.items())
    if (!holds(known, key))
      refuse_argument(key, "an option of " + std::string(method->name) + ": " + known, "an unknown one");
  const auto number = [&](const char* key, double otherwise, double least, double below) {
    const auto at = options.find(key);
    return at == options.end() || at->is_null() ? otherwise : number_of(*at, key, least, below);
  };
  const auto flag = [&](const char* key) {
    const auto at = options.find(key);
    if (at == options.end() || at->is_null()) return false;
    if (!at->is_boolean()) refuse_argument(key, "true or false", at->dump());
    return at->get<bool>();
  };
  constexpr double large = 1e6;
  TensorOptimizer t;
  OptimizerConfig& o = t.optimizer;
  o.name = method->name;
  o.learning_rate = number("lr", method->lr, 0, large);
  o.epsilon = number("eps", method->eps, 1e-30, 1);
  o.weight_decay = number("weight_decay", method->weight_decay, 0, 1e3);
  o.momentum = number("momentum", 0, 0, large);
  o.decay = o.name == "adadelta" ? number("rho", 0.9, 0, 1) : number("alpha", 0.99, 0, 1);
  o.centered = flag("centered");
  if (const auto betas = options.find("betas"); betas != options.end() && !betas->is_null()) {
    if (!betas->is_array() || betas->size() != 2) refuse_argument("betas", "two numbers", betas->dump());
    o.beta1 = number_of((*betas)[0], "betas[0]", 0, 1);
    o.beta2 = number_of((*betas)[1], "betas[1]", 0, 1);
  }
  if (o.name == "sgd" && flag("nesterov")) {
    if (o.momentum == 0) refuse_argument("momentum", "above 0 with nesterov", "0");
    o.name = "nesterov";
  } else if (o.name == "sgd" && o.momentum > 0) {
    o.name = "momentum";
  }
  t.clip = {.norm = number("max_norm", 0, 0, 1e9), .value = number("clip_value", 0, 0, 1e9)};
  return t;
}

void TensorNetwork::zero_gradients() { std::fill_n(gradient_.data(), gradient_.size(), Real(0)); }

Norm TensorNetwork::step(const TensorOptimizer& options) {
  const OptimizerConfig& o = options.optimizer;
  const Norm norm = clip(options.clip, gradient_.data(), gradient_.size());
  const auto overflown = [&](const Real* values) {
    Overflow found{.step = steps_ + 1, .gradient_norm = norm.value, .learning_rate = o.learning_rate};
    for (const NamedTensor& t : named_)
      for (const NamedTensor::Part& part : t.parts)
        for (Index i = 0; i < t.rows * part.cols; ++i) {
          const double value = std::fabs(double(values[part.offset + i]));
          if (!found.parameter.empty() && (!std::isfinite(found.largest) || value <= found.largest)) continue;
          found.parameter = t.name;
          found.largest = value;
        }
    return NonFinite(found);
  };
  const bool small = std::isfinite(norm.value) && (norm.clipped || norm.value <= Optimizer::largest_gradient);
  if (!small) throw overflown(gradient_.data());
  const bool same =
      optimizer_ && chosen_.name == o.name &&
      (o.name != "rmsprop" || (chosen_.centered == o.centered && (chosen_.momentum > 0) == (o.momentum > 0)));
  if (same)
    optimizer_->configure(o);
  else
    optimizer_.emplace(o, gradient_.size());
  chosen_ = o;
  ready_ = false;
  // The update leaves the former parameters where it found the gradient, which callers may still ask for.
  std::copy_n(gradient_.data(), gradient_.size(), update_.data());
  if (!optimizer_->update(network_.parameters(), update_.data(), o.learning_rate)) throw overflown(gradient_.data());
  network_.touch();
  ++steps_;
  return norm;
}

}  // namespace unfold
