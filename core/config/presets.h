// The networks people know by name. A preset is a plain configuration: nothing in the engine asks for its name.
#pragma once

#include <span>
#include <string>

#include "unfold/config/config.h"

namespace unfold {

struct Preset {
  const char *name, *label, *sentence, *equations, *source;
  const char* config;          // JSON; H stands for the number of hidden units
  const char* cell = nullptr;  // whose label, summary, equations and source it has, if it is nothing but that cell
};

std::span<const Preset> presets();

/// The configuration of a preset with H hidden units a layer (layers, readout, initialization, feedback only).
/// Throws Error{invalid_config} for an unknown name.
Json preset_config(const std::string& name, Index hidden);

}  // namespace unfold
