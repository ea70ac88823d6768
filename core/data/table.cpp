#include "unfold/data/table.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "unfold/base/json_list.h"
#include "unfold/base/phrase.h"
#include "unfold/base/sorting.h"
#include "unfold/data/examples.h"
#include "unfold/data/table_part.h"

namespace unfold {
namespace {

/// "Columns are divided by semicolons; commas are decimal."
void say_dialect(TableReading& r) {
  const Dialect& d = r.layout.dialect;
  std::string note;
  if (d.separator != ',' && d.separator != 0) note = phrase("Separator: {}.", {separator_name(d.separator)});
  if (d.decimal == ',') note += phrase("{}Decimal commas.", {note.empty() ? "" : " "});
  if (!note.empty()) r.table.notes.insert(r.table.notes.begin(), note);
  if (!d.unsure.empty()) {
    const bool thousands = d.unsure.find(d.decimal) == d.unsure.npos;
    r.table.notes.push_back(
        phrase("Numbers such as {} are read as {}; if they are {}, write them {}.",
               {d.unsure, thousands ? "thousands" : "decimals", thousands ? "decimals" : "thousands",
                thousands ? "with more or fewer digits" : "without a separator"}));
  }
  std::string units;
  for (std::size_t c = 0; c < r.table.columns.size(); ++c)
    if (const TableColumn& column = r.table.columns[c]; !column.unit.empty() && column.use != ColumnUse::none)
      units += phrase("{}{} ({})", {units.empty() ? "" : ", ", column.name, column.unit});
  if (!units.empty()) r.table.notes.push_back(phrase("Units are left out: {}.", {units}));
}

}  // namespace

namespace {

void read_all(TableReading& r) {
  profile_table(r);
  if (r.table.rows == 0) refuse_text("text", "at least one row of numbers", "none");
  if (!find_long_form(r))
    refuse_text("text", "a column of labels, one a series, and one that names the series (dataset.id)", "none");
  find_direction(r);
  choose_columns(r);
  const auto has = [&](bool Column::* what) {
    return std::any_of(r.table.used.begin(), r.table.used.end(), [&](const Column& column) { return column.*what; });
  };
  if (!r.lenient && !has(&Column::input))
    refuse_text("text", "a column of numbers (a preview shows what its columns are)", "none");
  if (!r.lenient && r.task == TableTask::rows && !r.known && !has(&Column::target))
    refuse_text("text", "a column of numbers to predict", "none");
  if (Index(r.table.used.size()) > most_columns)
    refuse_text("text", phrase("at most {} columns", {most_columns}), std::to_string(r.table.used.size()));
  read_values(r);
  fill_missing(r.table, r.config.missing);
  if (r.future > 0) continue_dates(r);
  say_dialect(r);
}

}  // namespace

Table read_table(std::string_view text, const DatasetConfig& config, TableTask task, const std::vector<Column>* known,
                 Index future) {
  TableReading r{.text = text, .config = config, .task = task, .known = known, .future = future};
  read_all(r);
  return std::move(r.table);
}

bool is_long_form(std::string_view text, const DatasetConfig& config) {
  if (!config.id.empty() || !config.inputs.empty() || !config.targets.empty()) return true;
  try {
    TableReading r{.text = text, .config = config, .task = TableTask::labels, .known = nullptr};
    r.layout = find_layout(text, config.header);
    if (!r.layout.header || r.layout.width < 3) return false;
    profile_table(r);
    if (!find_long_form(r)) return false;
    for (std::size_t c = 0; c < r.profiles.size(); ++c)
      if (const ColumnKind kind = r.table.columns[c].kind; Index(c) != r.form.id && Index(c) != r.form.label)
        if (kind == ColumnKind::number || kind == ColumnKind::index) return true;
    return false;
  } catch (const Error&) {
    return false;  // a text with labels, say
  }
}

namespace {

/// [{name, count}], in alphabetical order.
Json label_counts(std::vector<std::string> labels) {
  sort(labels);
  Json counts = Json::array();
  for (std::size_t i = 0; i < labels.size();) {
    const std::size_t from = i;
    while (i < labels.size() && labels[i] == labels[from]) ++i;
    counts.push_back(object({{"name", labels[from]}, {"count", i - from}}));
  }
  return counts;
}

Json table_json(const Table& table) {
  constexpr const char* kinds[]{"number", "date", "text", "index", "constant", "truth"};
  constexpr const char* uses[]{"none", "input", "target", "both", "id", "label"};
  Json columns = Json::array();
  for (const TableColumn& c : table.columns)
    columns.push_back(object({{"name", c.name},
                              {"kind", kinds[int(c.kind)]},
                              {"use", uses[int(c.use)]},
                              {"reason", c.reason},
                              {"missing", c.missing},
                              maybe("min", c.min <= c.max, c.min),
                              maybe("max", c.min <= c.max, c.max)}));
  Json first = Json::array();
  for (const std::vector<std::string>& row : table.head) first.push_back(list_json(row));
  Json json = object({{"format", "table"},
                      {"separator", separator_name(table.dialect.separator)},
                      {"decimal", std::string(1, table.dialect.decimal)},
                      {"header", table.header},
                      {"rows", table.rows},
                      {"series", table.series()},
                      {"columns", columns},
                      {"first", first}});
  if (!table.labels.empty()) json["labels"] = label_counts(table.labels);
  json["notes"] = list_json(table.notes);
  return json;
}

}  // namespace

Json preview_table(std::string_view text, const DatasetConfig& config, TableTask task) {
  TableReading r{.text = text, .config = config, .task = task, .known = nullptr, .lenient = true};
  read_all(r);
  return table_json(r.table);
}

}  // namespace unfold
