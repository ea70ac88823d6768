#include "unfold/data/table_examples.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "unfold/base/json_list.h"
#include "unfold/base/phrase.h"
#include "unfold/base/sorting.h"
#include "unfold/data/examples.h"
#include "unfold/data/lines.h"

namespace unfold {

std::vector<Real> side_of(const Table& table, bool Column::* side, Index from, Index to) {
  std::vector<Real> values;
  const std::size_t width = table.used.size();
  for (Index row = from; row < to; ++row)
    for (std::size_t c = 0; c < width; ++c)
      if (table.used[c].*side) values.push_back(table.values[std::size_t(row) * width + c]);
  return values;
}

void take_columns(const Table& table, Dataset& data) {
  data.columns = table.used;
  for (const Column& column : data.columns) {
    data.numbers += column.input;
    data.outputs += column.target;
  }
}

Dataset read_labelled_series(std::string_view text, const Config& config, const std::vector<Column>* known) {
  if (config.embedding > 0) refuse_config("embedding", "0 (the input is numbers)", std::to_string(config.embedding));
  const Table table = read_table(text, config.dataset, TableTask::labels, known);
  Dataset data;
  take_columns(table, data);
  data.targets = table.labels;
  sort(data.targets);
  data.targets.erase(std::unique(data.targets.begin(), data.targets.end()), data.targets.end());
  if (data.targets.size() > most_symbols)
    refuse_text("text", phrase("at most {} labels", {most_symbols}), std::to_string(data.targets.size()));
  std::vector<Example> examples;
  for (std::size_t i = 0; i < table.labels.size(); ++i) {
    const Index from = table.starts[i], to = table.starts[i + 1];
    const Index kept = kept_length(Line(table.lines[i]), to - from, config.task, data.truncated);
    Example& e = examples.emplace_back();
    e.numbers = side_of(table, &Column::input, from, from + kept);
    const auto at = std::lower_bound(data.targets.begin(), data.targets.end(), table.labels[i]);
    e.target = {Token(at - data.targets.begin())};
  }
  hold_back(std::move(examples), config, data);
  return data;
}

namespace {

Json dates_json(const Table& table) {
  Json dates = object({{"column", table.dated}});
  if (table.next_dates.empty()) {
    dates["reason"] = table.undated;
    return dates;
  }
  Json& next = dates["next"] = Json::array();
  for (const std::vector<std::string>& series : table.next_dates) next.push_back(list_json(series));
  return dates;
}

/// Table::next_rows of every series, where all have them.
Json future_json(const Table& table) {
  Index width = 0;
  for (const Column& column : table.used) width += column.input && !column.target;
  Json all = Json::array();
  for (const std::vector<Real>& rows : table.next_rows) {
    if (rows.empty()) return nullptr;
    Json& list = all.emplace_back(Json::array());
    for (auto row = rows.begin(); row < rows.end(); row += width)
      list.push_back(list_json(std::vector<Real>(row, row + width)));
  }
  return all.empty() ? Json(nullptr) : all;
}

}  // namespace

Json table_rows(std::string_view text, const Config& config, const std::vector<Column>& columns, Index future,
                Index last) {
  std::vector<Column> known;
  for (const Column& column : columns)
    if (column.input) known.push_back(column);
  const bool labels = config.task.kind == TaskKind::classify && is_long_form(text, config.dataset);
  DatasetConfig rows = config.dataset;  // what was chosen by name, the model's columns say
  rows.inputs.clear();
  rows.targets.clear();
  rows.ignore.clear();
  const Table table = read_table(text, rows, labels ? TableTask::labels : TableTask::rows, &known, future);
  Json targets = Json::array();
  std::size_t read = 0;
  for (const Column& column : columns) {  // a table may have names where the model has none
    const std::string& name = column.input ? table.used[read++].name : column.name;
    if (column.target) targets.push_back(name);
  }
  Json series = Json::array();
  Json lengths = Json::array();
  for (Index i = 0; i < table.series(); ++i) {
    const Index from = table.starts[std::size_t(i)], to = table.starts[std::size_t(i) + 1];
    lengths.push_back(to - from);
    Json& list = series.emplace_back(Json::array());
    for (Index row = std::max(from, to - last); row < to; ++row)
      list.push_back(list_json(side_of(table, &Column::input, row, row + 1)));
  }
  Json json = object({{"series", series},
                      {"lengths", lengths},
                      {"targets", targets},
                      {"header", table.header},
                      {"separator", separator_name(table.dialect.separator)},
                      {"decimal", std::string(1, table.dialect.decimal)},
                      {"notes", list_json(table.notes)}});
  if (!table.dated.empty()) json["dates"] = dates_json(table);
  if (const Json next = future_json(table); !next.is_null()) json["future"] = next;
  return json;
}

}  // namespace unfold
