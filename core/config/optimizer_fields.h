// The numbers of an optimizer and of clipping with their limits, by the names of both levels: the model level's
// (a configuration, config_training.cpp) and the tensor level's (torch.optim's, api/tensor_optimizer.cpp).
#pragma once

#include "unfold/config/config.h"

namespace unfold {

/// A number of `Of`, from `minimum` to `maximum`; with `unlimited` also infinity, which stands for 0: off.
template <class Of>
struct NumberField {
  const char *name, *torch;
  double Of::* value;
  double minimum, maximum;
  bool unlimited = false;
};

// ε = 0 is legal, as in PyTorch (UpdateStep::epsilon).
inline constexpr NumberField<OptimizerConfig> optimizer_fields[]{
    {"learningRate", "lr", &OptimizerConfig::learning_rate, 0, 1e6},
    {"beta1", "betas[0]", &OptimizerConfig::beta1, 0, 0.999999999},
    {"beta2", "betas[1]", &OptimizerConfig::beta2, 0, 0.999999999},
    {"epsilon", "eps", &OptimizerConfig::epsilon, 0, 1e6},
    {"momentum", "momentum", &OptimizerConfig::momentum, 0, 1},
    {"decay", "alpha", &OptimizerConfig::decay, 0, 1},  // torch's Adadelta calls it rho
    {"weightDecay", "weight_decay", &OptimizerConfig::weight_decay, 0, 1e3},
};

/// Regularisers and their limits, by the names of a configuration.
inline constexpr NumberField<RegularizationConfig> regularization_fields[]{
    {"weightNoise", "", &RegularizationConfig::weight_noise, 0, 10},
    {"weightDrop", "", &RegularizationConfig::weight_drop, 0, 0.95},
    {"activation", "", &RegularizationConfig::activation, 0, 1e3},
    {"temporalActivation", "", &RegularizationConfig::temporal_activation, 0, 1e3},
    {"inputDropout", "", &RegularizationConfig::input_dropout, 0, 0.95},
    {"maxNorm", "", &RegularizationConfig::max_norm, 0, 1e6},
};

inline constexpr NumberField<ClipConfig> clip_fields[]{
    {"norm", "max_norm", &ClipConfig::norm, 0, 1e30, true},
    {"value", "clip_value", &ClipConfig::value, 0, 1e30, true},
};

/// Whether a JSON value is +infinity, which callers in C++ can give and text cannot.
bool is_infinite(const Json& value);

}  // namespace unfold
