// What a text seems to be, for people to look at before a model learns from it.
#include <nlohmann/json.hpp>

#include "unfold/base/json_list.h"
#include "unfold/base/sorting.h"
#include "unfold/data/dataset.h"
#include "unfold/data/lines.h"
#include "unfold/data/task_head.h"

namespace unfold {
namespace {

constexpr Index first_lines = 8;

Json lines_json(std::string_view text, const char* format) {
  Json first = Json::array();
  Index rows = 0;
  for (Lines line(text); line.next_filled(); ++rows)
    if (rows < first_lines) first.push_back(beginning(line.text));
  return object({{"format", format}, {"rows", rows}, {"first", first}, {"notes", Json::array()}});
}

}  // namespace

Dataset TaskHead::read_known(std::string_view text, const Config& config, const std::vector<Column>*) const {
  return read(text, config);
}

Json TaskHead::preview(std::string_view text, const Config& config) const {
  const TaskInfo& info = config.task.info();
  return info.reads_symbols || info.sequences ? preview_examples(text, config, read_dataset(text, config))
                                              : preview_lines(text);
}

namespace {

Json columns_json(const FileFormat& file) {
  Json columns = Json::array();
  for (std::size_t i = 0; i < file.columns.size(); ++i)
    columns.push_back(object({{"name", file.columns[i]},
                              {"kind", "text"},
                              {"use", file.uses[i]},
                              {"reason", file.uses[i] == "none" ? "neither the text nor its label" : ""},
                              {"missing", 0},
                              {"min", nullptr},
                              {"max", nullptr}}));
  return columns;
}

/// How often each label is the answer, the most frequent first.
Json labels_json(const Dataset& data) {
  std::vector<std::pair<Index, std::size_t>> counts(data.targets.size());
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i].second = i;
  for (const auto* part : {&data.train, &data.validation, &data.test})
    for (const Example& e : *part)
      for (const Token t : e.target)
        if (t < counts.size()) --counts[t].first;
  sort(counts);
  Json labels = Json::array();
  for (const auto& [count, i] : counts) labels.push_back(object({{"name", data.targets[i]}, {"count", -count}}));
  return labels;
}

Json lengths_json(const Dataset& data) {
  std::vector<Index> lengths;
  for (const auto* part : {&data.train, &data.validation, &data.test})
    for (const Example& e : *part) lengths.push_back(data.steps(e));
  sort(lengths);
  return object({{"min", lengths.front()}, {"median", lengths[lengths.size() / 2]}, {"max", lengths.back()}});
}

}  // namespace

Json preview_examples(std::string_view text, const Config& config, const Dataset& data) {
  const FileFormat& file = data.file;
  Json json = preview_lines(text);
  put(json, {{"rows", data.train.size() + data.validation.size() + data.test.size()},
             {"notes", list_json(file.notes)},
             {"symbols", data.inputs.size()},
             {"lengths", lengths_json(data)}});
  if (!file.format.empty()) put(json, {{"format", file.format}});
  if (!file.separator.empty()) put(json, {{"separator", file.separator}, {"header", file.header}});
  if (!file.columns.empty()) put(json, {{"columns", columns_json(file)}});
  if (config.task.info().labels) put(json, {{"labels", labels_json(data)}});
  return json;
}

Json preview_lines(std::string_view text) { return lines_json(text, "lines"); }

Json preview(std::string_view text, const Config& config) {
  const TaskHead* head = find_task_head(config.task.kind);
  return head ? head->preview(text, config) : lines_json(text, "text");
}

}  // namespace unfold
