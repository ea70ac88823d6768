// The datasets that the engine makes, as a configuration and its schema name them. data/generated.cpp has the table.
#pragma once

#include <span>
#include <string_view>

#include "unfold/config/task.h"

namespace unfold {

/// What the schema says of a generated dataset. The texts are literals.
struct DatasetInfo {
  const char *name, *label, *summary, *source;
  TaskKind task;
  Pooling pooling = Pooling::none;
  const char* difficulty;  // what the number counts: "symbols to remember"
  int min_difficulty = 1, default_difficulty = 10, max_difficulty = 100;
  const char* optimum;  // what the best possible predictor reaches, in words
  const char* metric;   // "accuracy", "exact" (whole sequences), "mse" or "nats"
  const char* trivial;  // what the trivial baseline (the best constant prediction) reaches, in words
};

/// All of them, in the order of menus.
std::span<const DatasetInfo* const> generated_datasets();
/// The one of that name; null if there is none.
const DatasetInfo* find_generated_dataset(std::string_view name);

}  // namespace unfold
