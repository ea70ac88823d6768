// The one JSON parser. nlohmann's entry points each bring an instance of their own, and readers of binary formats,
// which are a tenth of the WebAssembly file.
#pragma once

#include <nlohmann/json.hpp>

#include "unfold/base/json.h"

namespace unfold {

/// Tells the handler what stands in the text, in order, and builds nothing. False: it is no JSON, or the handler said
/// stop.
bool walk_json(const std::string& text, nlohmann::json_sax<Json>& handler);

}  // namespace unfold
