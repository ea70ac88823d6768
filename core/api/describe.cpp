#include "unfold/api/describe.h"

#include <nlohmann/json.hpp>

#include "unfold/api/session.h"
#include "unfold/base/phrase.h"
#include "unfold/data/data_loader.h"
#include "unfold/model/compile.h"

namespace unfold {
namespace {

constexpr Index max_vocabulary = Index(1) << 16;  // a token has 16 bits

/// The sizes of a dataset of which nothing but the number of its symbols is known.
NetworkSizes sizes_of_examples(const Config& config, Index vocabulary) {
  const TaskConfig& task = config.task;
  Dataset data{.context = task.context};
  if (task.kind == TaskKind::notes) {
    data.numbers = data.outputs = piano_keys;
  } else if (task.kind == TaskKind::regress) {
    data.numbers = data.outputs = vocabulary;
  } else {
    data.inputs.resize(std::size_t(vocabulary));
    data.targets.resize(std::size_t(vocabulary));
  }
  NetworkSizes sizes = network_sizes(config, data);
  if (sizes.lengths > 0) sizes.lengths = task.written_length() + 1;
  return sizes;
}

}  // namespace

NetworkSizes sizes_of(const Config& config, Index vocabulary) {
  const TaskConfig& task = config.task;
  if (task.kind == TaskKind::tensor) return {.numbers = task.inputs, .outputs = task.outputs, .context = task.context};
  if (!task.learns_text() && !config.dataset.name.empty()) return network_sizes(config, make_corpus(config.dataset));
  if (task.kind != TaskKind::notes && (vocabulary < 1 || vocabulary > max_vocabulary))
    refuse_argument("vocabulary", phrase("the number of symbols, 1 to {}", {max_vocabulary}),
                    std::to_string(vocabulary));
  if (task.learns_text()) return {.symbols = vocabulary, .outputs = vocabulary};
  return sizes_of_examples(config, vocabulary);
}

Json describe(const Config& config, const NetworkSizes& sizes) {
  const TaskConfig& task = config.task;
  const bool windows = task.learns_text() || task.kind == TaskKind::tensor || task.carry_state;
  const Index read = windows ? config.sequence_length : task.written_length();
  const Index T = task.pooled() ? 1 : read;
  const Index S = task.pooled() ? read : task.info().encoder ? task.written_length() : 0;
  const Plan plan = compile(config, sizes);
  Json graph = plan.to_json();
  put(graph, {{"totals", object({{"parameters", plan.parameters.size()},
                                 {"memoryBytes", std::int64_t(estimate(config, sizes, T, S, 0).bytes)},
                                 {"flopsPerToken", plan.flops_per_token()}})}});
  return graph;
}

Json describe(const Config& config, Index vocabulary) { return describe(config, sizes_of(config, vocabulary)); }

}  // namespace unfold
