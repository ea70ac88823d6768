// Private to the parser of configurations: its parts.
#pragma once

#include "unfold/base/json_reader.h"
#include "unfold/config/config.h"

namespace unfold {

/// Where an edge enters: a layer, by its number in the stack, or the readout (`layer` is then how many layers there
/// are).
struct EdgePlace {
  int layer = 0;
  bool readout = false;
  int depth = 0;                            // of products around it
  const CellInfo* cell = nullptr;           // of the layer
  std::span<const EdgeConfig> before = {};  // the layer's edges so far
};
std::vector<EdgeConfig> parse_edges(const Json& json, const std::string& path, const EdgePlace& place);
Json edges_json(const std::vector<EdgeConfig>& edges);
Json join_names();

/// "encoder", "layers", "skipInputs", "skipOutputs" and "readout"; task, attention and context are read already.
void parse_layers(Reader& r, Config& c);
Json layers_json(const std::vector<LayerConfig>& layers);
Json readout_json(const Config& c);
/// "biases" and "joins".
void layer_choices(Json& schema);
/// What may change while training.
void parse_live(Reader& r, Config& c);
/// "optimizer", "schedule", "clip" and, where they are not as by default, "scheduledSampling" and "earlyStopping".
void live_json(const Config& c, Json& json);
void parse_initialization(Reader& r, InitializationConfig& c);
Json initialization_json(const InitializationConfig& i);
/// "optimizers", "schedules", "scheduledSamplings" and "initializations".
void training_choices(Json& schema);
/// "dataset", and what stands of it in the canonical form; empty where all is as by default.
void parse_dataset(Reader& r, DatasetConfig& c);
Json dataset_json(const DatasetConfig& d);
/// Refuses settings of a table where the task reads none.
void check_dataset(const Config& c);
/// "task", "dataset", "attention" and "context".
void parse_task(Reader& r, Config& c);
void task_json(const Config& c, Json& json);
/// "tasks", "terminations", "contexts" and "datasets".
void task_choices(Json& schema);
/// Refuses what a task, or layers of two directions, cannot have.
void check_task(const Config& c);

}  // namespace unfold
