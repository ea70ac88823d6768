#include "unfold/data/dataset.h"

#include <algorithm>

#include "unfold/base/phrase.h"
#include "unfold/base/utf8.h"
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
  constexpr int most = 24;
  std::string out = "\"";
  std::size_t at = 0;
  for (int count = 0; at < text.size() && count < most; ++count) {
    const std::uint32_t code = next_code_point(text, at);
    if (code == no_code_point) at += broken_length(text.substr(at));
    const bool control = code < ' ' || (code >= 0x7F && code < 0xA0) || (code >= 0x2028 && code < 0x202F) ||
                         (code >= 0x2066 && code < 0x206A);  // lines and directions of writing among them
    append_utf8(code == no_code_point ? 0xFFFD : control ? '?' : code, out);
  }
  return out + (at < text.size() ? "…\"" : "\"");
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

void say_truncated(Dataset& data, const TaskConfig& task) {
  if (data.truncated == 0) return;
  data.file.notes.push_back(phrase(
      "{} {} cut to {}.",
      {counted(data.truncated, "sequence"), data.truncated == 1 ? "was" : "were", counted(task.max_length, "step")}));
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
  say_truncated(data, config.task);
  if (config.dataset.unknown == Unknown::symbol) learn_unknown(data, config.task.info().autoregressive);
  return data;
}

double trivial_loss(const Dataset& data, const TaskConfig& task) {
  return task_head(task).trivial_loss(task, data.train, data.validation.empty() ? data.train : data.validation, data);
}

}  // namespace unfold
