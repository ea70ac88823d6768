// Optimizers by PyTorch's names, and the update of a tensor network.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "unfold/api/tensor.h"
#include "unfold/base/phrase.h"
#include "unfold/config/optimizer_fields.h"

namespace unfold {
namespace {

/// What an optimizer of torch.optim takes beside lr and weight_decay, and its defaults.
struct Method {
  const char* name;
  OptimizerKind kind;
  double lr, eps, weight_decay, decay;
  const char* own;
};

constexpr Method methods[]{
    {"sgd", OptimizerKind::sgd, 1e-3, 1e-8, 0, 0.99, "momentum, nesterov"},
    {"rmsprop", OptimizerKind::rmsprop, 1e-2, 1e-8, 0, 0.99, "alpha, eps, momentum, centered"},
    {"adagrad", OptimizerKind::adagrad, 1e-2, 1e-10, 0, 0.99, "eps"},
    {"adadelta", OptimizerKind::adadelta, 1.0, 1e-6, 0, 0.9, "rho, eps"},
    {"adam", OptimizerKind::adam, 1e-3, 1e-8, 0, 0.99, "betas, eps"},
    {"adamw", OptimizerKind::adamw, 1e-3, 1e-8, 1e-2, 0.99, "betas, eps"},
};

/// Whether a list of names holds one.
bool holds(const std::string& list, const std::string& name) {
  return name.find(',') == std::string::npos &&
         (phrase(", {},", {list})).find(phrase(", {},", {name})) != std::string::npos;
}

const Json* find(const Json& options, const char* name) {
  const auto at = options.find(name);
  return at == options.end() || at->is_null() ? nullptr : &*at;
}

template <class Of>
const char* name_of(const NumberField<Of>& field, const Method& method) {
  const bool rho = std::string_view(field.torch) == "alpha" && method.kind == OptimizerKind::adadelta;
  return rho ? "rho" : field.torch;
}

/// The option of a field, null if it is not given.
template <class Of>
const Json* find(const Json& options, const NumberField<Of>& field, const Method& method) {
  const std::string_view name = name_of(field, method);
  if (!name.starts_with("betas")) return find(options, name.data());
  const Json* betas = find(options, "betas");
  if (betas && !(betas->is_array() && betas->size() == 2)) refuse_argument("betas", "two numbers", json_text(*betas));
  return betas ? &(*betas)[name == "betas[0]" ? 0 : 1] : nullptr;
}

template <class Of, std::size_t n>
void read_numbers(const Json& options, const NumberField<Of> (&fields)[n], const Method& method, Of& to) {
  for (const NumberField<Of>& field : fields) {
    const Json* value = find(options, field, method);
    if (!value) continue;
    double x = value->is_number() ? value->get<double>() : std::nan("");
    if (field.unlimited && is_infinite(*value)) x = 0;
    if (!(x >= field.minimum && x <= field.maximum))
      refuse_argument(name_of(field, method),
                      phrase("a number from {} to {}", {shortly(field.minimum), shortly(field.maximum)}),
                      json_text(*value));
    to.*field.value = x;
  }
}

bool flag(const Json& options, const char* name) {
  const Json* value = find(options, name);
  if (value && !value->is_boolean()) refuse_argument(name, "true or false", json_text(*value));
  return value && value->get<bool>();
}

/// The method that is asked for; refuses options that it does not take.
const Method& method_of(const Json& options) {
  if (!options.is_object()) refuse_argument("options", "an object", json_text(options));
  const Json* given = find_member(options, "optimizer");
  const Method* method = nullptr;
  for (const Method& m : methods)
    if (given && is_text(*given, m.name)) method = &m;
  if (!method)
    refuse_argument("optimizer", "sgd, rmsprop, adagrad, adadelta, adam or adamw",
                    given ? json_text(*given) : "nothing");
  const std::string known = std::string("optimizer, lr, weight_decay, clip_value, max_norm, ") + method->own;
  for (const auto& [key, value] : *options.get_ptr<const Json::object_t*>())
    if (!holds(known, key))
      refuse_argument(key, phrase("an option of {}: {}", {method->name, known}), "an unknown one");
  return *method;
}

}  // namespace

TensorOptimizer parse_tensor_optimizer(const Json& options) {
  const Method& method = method_of(options);
  TensorOptimizer t;
  OptimizerConfig& o = t.optimizer;
  o.kind = method.kind;
  o.learning_rate = method.lr;
  o.epsilon = method.eps;
  o.weight_decay = method.weight_decay;
  o.decay = method.decay;
  read_numbers(options, optimizer_fields, method, o);
  read_numbers(options, clip_fields, method, t.clip);
  o.centered = flag(options, "centered");
  if (o.kind == OptimizerKind::sgd && flag(options, "nesterov")) {
    if (o.momentum == 0) refuse_argument("momentum", "above 0 with nesterov", "0");
    o.kind = OptimizerKind::nesterov;
  } else if (o.kind == OptimizerKind::sgd && o.momentum > 0) {
    o.kind = OptimizerKind::momentum;
  }
  return t;
}

void TensorNetwork::zero_gradients() { std::fill_n(gradient_.data(), gradient_.size(), Real(0)); }

Norm TensorNetwork::step(const TensorOptimizer& options) {
  const OptimizerConfig& o = options.optimizer;
  const Norm norm = clip(options.clip, gradient_.data(), gradient_.size());
  const auto overflown = [&](const Real* values) {
    Overflow found{.step = steps_ + 1, .gradient_norm = norm.value, .learning_rate = o.learning_rate};
    for (const NamedTensor& t : named_)
      for (const NamedTensor::Part& part : t.parts) found.search(t.name, values + part.offset, t.rows * part.cols);
    return NonFinite(found);
  };
  const bool small = std::isfinite(norm.value) && (norm.clipped || norm.value <= Optimizer::largest_gradient);
  if (!small) throw overflown(gradient_.data());
  if (optimizer_ && same_moments(chosen_, o))
    optimizer_->configure(o);
  else
    optimizer_.emplace(o, gradient_.size());
  chosen_ = o;
  ready_ = false;
  // The update leaves the previous parameters where it found the gradient, which callers may still ask for.
  std::copy_n(gradient_.data(), gradient_.size(), update_.data());
  if (!optimizer_->update(network_.parameters(), update_.data(), o.learning_rate)) throw overflown(gradient_.data());
  network_.touch();
  ++steps_;
  return norm;
}

}  // namespace unfold
