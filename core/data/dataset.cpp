#include "unfold/data/dataset.h"

#include <algorithm>

#include "unfold/base/phrase.h"
#include "unfold/data/examples.h"
#include "unfold/data/scaling.h"
#include "unfold/data/task_head.h"
#include "unfold/data/unknown.h"

namespace unfold {

Index Dataset::steps(const Example& e) const {
  if (numbers > 0) return Index(e.numbers.size()) / numbers;
  return Index(e.input.empty() ? e.target.size() : e.input.size());
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t most = 24;
  std::string out = "\"";
  for (const char c : text.substr(0, most)) out.push_back(c >= ' ' && c < 127 ? c : '?');
  return out + (text.size() > most ? "…\"" : "\"");
}

void hold_back(std::vector<Example> examples, const Config& config, Dataset& data) {
  const Index n = Index(examples.size());
  Index held = 0;
  if (n >= 3 && config.validation_split > 0)  // at most half of the rest: something is left to learn from
    held = std::clamp(Index(config.validation_split * double(n)), Index(1), (n - 1) / 2);
  Rng rng(config.seed, Stream::corpus);
  shuffle(examples, [&](std::size_t count) { return std::size_t(below(rng, Index(count))); });
  for (Index i = 0; i < n; ++i)
    (i < held ? data.validation : i < 2 * held ? data.test : data.train).push_back(std::move(examples[std::size_t(i)]));
}

Example forecast_example(const std::vector<Real>& rows, Index columns) {
  Example e;
  e.numbers.assign(rows.begin(), rows.end() - columns);
  e.values.assign(rows.begin() + columns, rows.end());
  return e;
}

const TaskHead& task_head(const TaskConfig& task) {
  if (const TaskHead* head = find_task_head(task.kind)) return *head;
  refuse_argument("task.name", "a task that learns from examples", task.name());
}

Dataset read_dataset(std::string_view text, const Config& config, const std::vector<Column>* known) {
  const TaskHead& head = task_head(config.task);
  const bool exists = known && !known->empty();
  Dataset data = exists ? head.read_known(text, config, known) : head.read(text, config);
  if (config.task.kind == TaskKind::regress && data.columns.empty())
    data.columns = numbered_columns(data.numbers, data.outputs, !config.task.pooled());
  if (!exists)
    fit_scaling(data, config.dataset.scaling);
  else if (known->size() == data.columns.size())  // others will be refused
    data.columns = *known;
  if (data.truncated > 0)
    data.file.notes.push_back(phrase("{} sequences were cut to {} steps.", {data.truncated, config.task.max_length}));
  if (config.dataset.unknown == Unknown::symbol) learn_unknown(data, config.task.info().autoregressive);
  return data;
}

double trivial_loss(const Dataset& data, const TaskConfig& task) {
  return task_head(task).trivial_loss(task, data.train, data.validation.empty() ? data.train : data.validation, data);
}

}  // namespace unfold
