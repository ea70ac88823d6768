// What the operations share when they describe themselves as JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "unfold/base/eigen.h"
#include "unfold/model/expression.h"
#include "unfold/model/operations/operations.h"
#include "unfold/model/plan.h"

namespace unfold {

/// {buffer or "tokens", row?, rows, delay?}
Json signal_json(const Plan& plan, const Signal& signal);
/// A buffer's name, null for none.
Json buffer_json(const Plan& plan, int buffer);
/// Lists of both.
Json signals_json(const Plan& plan, const std::vector<Signal>& signals);
Json buffers_json(const Plan& plan, const std::vector<int>& buffers);
void describe_sum(const Plan& plan, const char* field, const Sum& sum, Json& json);
void describe_parameters(const Plan& plan, const char* field, const std::vector<int>& parameters, Json& json);
/// Of a linear map or a lookup.
void describe_map(const Plan& plan, const LinearSpec& map, Json& json);

/// The values of the term that `parameter` adds, `rows` zeros at first.
Real* term_of(const Plan& plan, int parameter, Index rows, std::vector<Term>& terms);

}  // namespace unfold
